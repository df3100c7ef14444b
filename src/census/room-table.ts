// Who sits where, as the sources report it, kept as columns of numbers: a mesh has some hundred
// thousand rooms.

import type { CensusRoom, Place, RoomSink } from '../domain/census.ts';
import type { KeyTable } from '../snapshot/grid/key-table.ts';
import { type RoomRule, roomKey } from './room-key.ts';

/** What the rooms of a census are taken by. */
export interface RoomRules {
  readonly keys: KeyTable;
  readonly rule: RoomRule;
}

/** The rooms of a census by the key of their conference, uncut. */
export interface RoomTable extends RoomSink {
  readonly keys: KeyTable;
  /** Rooms that were taken. */
  readonly rooms: number;
  /** By shard: rooms of another host than the rule's, which were left out. */
  readonly foreign: ReadonlyMap<number, number>;
  /** The places of the conference with this number in `keys`, in order of their shards. */
  placesAt(conference: number): readonly Place[];
  /** The shard of the conference's only room; -1 where it has several. */
  onlyShardAt(conference: number): number;
}

/** None: the room is the conference's last. */
const END = -1;

export function createRoomTable({ keys, rule }: RoomRules): RoomTable {
  // A chain of rooms for each conference: nearly every one has a single room.
  let firstRoom = new Int32Array(1024).fill(END);
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

  return {
    keys,
    get rooms() {
      return rooms;
    },
    foreign,
    room(shard, room) {
      const key = roomKey(room.jid, rule);
      if (key === null) {
        foreign.set(shard, (foreign.get(shard) ?? 0) + 1);
        return;
      }
      if (key.length > spelled.length) spelled = Buffer.allocUnsafe(key.length * 2);
      add(keys.add(spelled, 0, spelled.write(key, 'latin1')), shard, room);
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
      return room === END || columns.next[room] !== END ? END : columns.shard[room]!;
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
