// The rooms of a census beside the conferences of the tables: which agree, and which deserve a
// second look. Pure.

import type { KeyTable } from '../snapshot/grid/key-table.ts';
import { cutKey } from './room-key.ts';
import { NO_ROOM, type RoomTable, SEVERAL_ROOMS } from './room-table.ts';

/** The tables' side: the keys of a look, and where its proxies lead them. */
export interface TableSide {
  readonly keys: KeyTable;
  /** By row: the number of the shard that every proxy follows the entry to, -1 elsewhere. */
  readonly plainShards: Int32Array;
  /** Whether some proxy that counts holds the key in this row. */
  readonly isHeld: (row: number) => boolean;
  /** Bytes at which the tables cut a key; `null` where that is not known. */
  readonly keyLength: number | null;
}

/** A conference whose people are perhaps not where its route leads, or not in one place. */
export interface Apart {
  /** Its row in the tables' keys. */
  readonly row: number;
  /** Its number in the census. */
  readonly conference: number;
}

export interface Joined {
  readonly apart: readonly Apart[];
  /** Conferences with a room, of which no table has an entry. */
  readonly withoutEntry: number;
  /** Conferences that have both. */
  readonly withBoth: number;
}

/**
 * `shardNumbers` gives the number in the mesh of each shard of the census, -1 for one whose rooms
 * do not count. A conference with rooms on several shards that no table knows gets a row of its
 * own. Keys that the tables cut are never apart: several conferences may share one.
 */
export function joinRooms(rooms: RoomTable, shardNumbers: readonly number[], table: TableSide): Joined {
  const apart: Apart[] = [];
  let withoutEntry = 0;
  let withBoth = 0;
  for (let conference = 0; conference < rooms.count; conference++) {
    const place = onlyNumber(rooms, shardNumbers, conference);
    if (place === NOWHERE) continue;
    // Nearly every conference is where its people are: nothing else has to be asked of its key.
    if (place >= 0 && conference < rooms.knownCount && table.plainShards[conference] === place) {
      withBoth++;
      continue;
    }
    const isCut = table.keyLength !== null && rooms.byteLengthAt(conference) >= table.keyLength;
    const row = rowOf(rooms, conference, isCut ? table : null);
    const plain = row < 0 ? -1 : (table.plainShards[row] ?? -1);
    const isKnown = plain >= 0 || (row >= 0 && table.isHeld(row));
    if (isKnown) withBoth++;
    else withoutEntry++;
    if (isCut || (place >= 0 && (!isKnown || place === plain))) continue;
    apart.push({ row: row >= 0 ? row : addTo(table.keys, rooms.keyAt(conference)), conference });
  }
  return { apart, withoutEntry, withBoth };
}

/** -1: no table has it. `cutBy` are the tables that cut its key. */
function rowOf(rooms: RoomTable, conference: number, cutBy: TableSide | null): number {
  if (conference < rooms.knownCount) return conference;
  if (cutBy === null) return -1;
  const bytes = Buffer.from(cutKey(rooms.keyAt(conference), cutBy.keyLength!), 'latin1');
  return cutBy.keys.find(bytes, 0, bytes.length);
}

function addTo(keys: KeyTable, key: string): number {
  const bytes = Buffer.from(key, 'latin1');
  return keys.add(bytes, 0, bytes.length);
}

const NOWHERE = -1;
const SEVERAL = -2;

/** The one shard with rooms that count, by its number in the mesh; SEVERAL or NOWHERE. */
function onlyNumber(rooms: RoomTable, shardNumbers: readonly number[], conference: number): number {
  const only = rooms.onlyShardAt(conference);
  if (only === NO_ROOM) return NOWHERE;
  if (only !== SEVERAL_ROOMS) return shardNumbers[only]!;
  const numbers = new Set(rooms.placesAt(conference).map(({ shard }) => shardNumbers[shard]!));
  numbers.delete(NOWHERE);
  const [first = NOWHERE] = numbers;
  return numbers.size > 1 ? SEVERAL : first;
}
