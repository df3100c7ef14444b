// Who sits where, as the sources report it, kept as columns of numbers: a mesh has some hundred
// thousand rooms.

import type { CensusRoom, Place, RoomSink } from '../domain/census.ts';
import type { KeyList } from '../domain/entry.ts';
import type { KeyTable } from '../snapshot/grid/key-table.ts';
import { type RoomRule, roomKey } from './room-key.ts';
import { UNUSUAL, writeUsualKey } from './usual-key.ts';

/** What the rooms of a census are taken by. */
export interface RoomRules {
  /** The keys of the tables: nothing is added to them here. */
  readonly known: KeyTable;
  /** Takes the keys that no table has. */
  readonly strangers: KeyTable;
  readonly rule: RoomRule;
  /** Takes rooms of the first so many keys of the tables alone; `null`: all rooms. */
  readonly onlyRows?: number | null;
}

/**
 * The rooms of a census by conference. A conference has the row of its key in the tables as its
 * number, or a number behind those where no table has its key. Keys are whole: those that are
 * longer than a table holds are among the strangers.
 */
export interface RoomTable extends RoomSink, KeyList {
  /** Rooms that were taken. */
  readonly rooms: number;
  /** By shard: rooms of another host than the rule's, which were left out. */
  readonly foreign: ReadonlyMap<number, number>;
  /** Numbers from here on are those of strangers. */
  readonly knownCount: number;
  /** The conference with this key; -1 where it is not there. */
  find(key: string): number;
  /** The places of the conference with this number, in order of their shards. */
  placesAt(conference: number): readonly Place[];
  /** The shard of the conference's only room; NO_ROOM or SEVERAL_ROOMS otherwise. */
  onlyShardAt(conference: number): number;
}

/** The conference has no room. */
export const NO_ROOM = -1;
/** It has more than one room, perhaps on one shard. */
export const SEVERAL_ROOMS = -2;

/** None: the room is the conference's last. */
const END = -1;

export function createRoomTable({ known, strangers, rule, onlyRows = null }: RoomRules): RoomTable {
  // A chain of rooms for each conference: nearly every one has a single room. One lookup finds the
  // conference and its row.
  const knownCount = onlyRows ?? known.count;
  let firstRoom = new Int32Array(knownCount + 1024).fill(END);
  let columns = widened(null, 1024);
  let rooms = 0;
  /** Where each key is spelled in its turn. */
  let spelled = Buffer.allocUnsafe(1024);
  const foreign = new Map<number, number>();

  function add(conference: number, shard: number, { participants, createdAtMs }: CensusRoom): void {
    if (conference >= firstRoom.length) firstRoom = longer(firstRoom, conference + 1);
    if (rooms >= columns.shard.length) columns = widened(columns, rooms * 2);
    columns.shard[rooms] = shard;
    columns.participants[rooms] = Math.max(0, participants);
    columns.createdAt[rooms] = createdAtMs ?? Number.NaN;
    columns.next[rooms] = firstRoom[conference]!;
    firstRoom[conference] = rooms++;
  }

  /** How many bytes of `spelled` are the room's key; -1: it is of another host. */
  function spell(jid: string): number {
    const length = writeUsualKey(jid, rule, spelled);
    if (length !== UNUSUAL) return length;
    const key = roomKey(jid, rule);
    if (key === null) return -1;
    if (key.length > spelled.length) spelled = Buffer.allocUnsafe(key.length * 2);
    return spelled.write(key, 'latin1');
  }

  return {
    get rooms() {
      return rooms;
    },
    foreign,
    knownCount,
    get count() {
      return knownCount + strangers.count;
    },
    keyAt: (conference) =>
      conference < knownCount ? known.keyAt(conference) : strangers.keyAt(conference - knownCount),
    byteLengthAt: (conference) =>
      conference < knownCount ? known.byteLengthAt(conference) : strangers.byteLengthAt(conference - knownCount),
    find(key) {
      const bytes = Buffer.from(key, 'latin1');
      const row = known.find(bytes, 0, bytes.length);
      // Rows that came later are no conferences of this table.
      if (row >= 0 && row < knownCount) return row;
      const stranger = strangers.find(bytes, 0, bytes.length);
      return stranger < 0 ? stranger : knownCount + stranger;
    },
    room(shard, room) {
      const length = spell(room.jid);
      if (length < 0) {
        foreign.set(shard, (foreign.get(shard) ?? 0) + 1);
        return;
      }
      const row = known.find(spelled, 0, length);
      const isKnown = row >= 0 && row < knownCount;
      if (!isKnown && onlyRows !== null) return;
      add(isKnown ? row : knownCount + strangers.add(spelled, 0, length), shard, room);
    },
    placesAt(conference) {
      const places = new Map<number, Place>();
      for (let room = firstRoom[conference] ?? END; room !== END; room = columns.next[room]!) {
        const shard = columns.shard[room]!;
        places.set(shard, joined(places.get(shard), shard, room));
      }
      return [...places.values()].sort((one, other) => one.shard - other.shard);
    },
    onlyShardAt(conference) {
      const room = firstRoom[conference] ?? END;
      if (room === END) return NO_ROOM;
      return columns.next[room] === END ? columns.shard[room]! : SEVERAL_ROOMS;
    },
  };

  /** Two rooms of one conference on one shard differ in the case of their letters: one place. */
  function joined(before: Place | undefined, shard: number, room: number): Place {
    const createdAt = columns.createdAt[room]!;
    const participants = columns.participants[room]! + (before?.participants ?? 0);
    const createdAtMs = Number.isNaN(createdAt) ? null : createdAt;
    if (before === undefined) return { shard, participants, createdAtMs };
    const earlier = [before.createdAtMs, createdAtMs].filter((at) => at !== null);
    return { shard, participants, createdAtMs: earlier.length === 0 ? null : Math.min(...earlier) };
  }
}

interface Columns {
  readonly shard: Uint16Array;
  readonly participants: Int32Array;
  readonly createdAt: Float64Array;
  readonly next: Int32Array;
}

function widened(from: Columns | null, size: number): Columns {
  const to = {
    shard: new Uint16Array(size),
    participants: new Int32Array(size),
    createdAt: new Float64Array(size),
    next: new Int32Array(size),
  };
  if (from !== null) {
    to.shard.set(from.shard);
    to.participants.set(from.participants);
    to.createdAt.set(from.createdAt);
    to.next.set(from.next);
  }
  return to;
}

function longer(from: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(length, from.length * 2)).fill(END);
  to.set(from);
  return to;
}
