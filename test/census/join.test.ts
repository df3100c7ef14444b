import { describe, expect, it } from 'vitest';
import { joinRooms } from '../../src/census/join.ts';
import { roomRule } from '../../src/census/room-key.ts';
import { createRoomTable, NO_ROOM, type RoomTable } from '../../src/census/room-table.ts';
import { createKeyTable, type KeyTable } from '../../src/snapshot/grid/key-table.ts';

const MUC = 'conference.lab.example';

/** `room@shard` with participants, as `['daily', 0, 3]`. */
type Room = readonly [name: string, shard: number, participants: number, createdAtMs?: number];

/** `keys` are those of the tables. */
function roomTable(rooms: readonly Room[], keys: readonly string[] = []): RoomTable & { readonly known: KeyTable } {
  const known = createKeyTable(2);
  for (const key of keys) known.add(Buffer.from(key), 0, key.length);
  const table = createRoomTable({ known, strangers: createKeyTable(1), rule: roomRule(MUC, '{tenant}/{room}') });
  for (const [name, shard, participants, createdAtMs = null] of rooms)
    table.room(shard, { jid: `${name}@${MUC}`, participants, createdAtMs });
  return Object.assign(table, { known });
}

/** Keys with the shard that all proxies lead them to, -1 for one that is not plain. */
function join(list: readonly Room[], entries: Readonly<Record<string, number>>, keyLength: number | null = null) {
  const rooms = roomTable(list, Object.keys(entries));
  const { known: keys } = rooms;
  const plainShards = Int32Array.from(Object.values(entries));
  const joined = joinRooms(rooms, [10, 11, 12, -1], { keys, plainShards, isHeld: () => true, keyLength });
  return {
    ...joined,
    apart: joined.apart.map(({ row, conference }) => [keys.keyAt(row), rooms.keyAt(conference)]),
  };
}

describe('rooms beside the tables', () => {
  it('agree where every room is on the shard of its route', () => {
    const rooms: Room[] = [
      ['a', 0, 2],
      ['[acme]b', 1, 1],
    ];
    expect(join(rooms, { a: 10, 'acme/b': 11, c: 12 })).toEqual({ apart: [], withoutEntry: 0, withBoth: 2 });
  });

  it('are apart on another shard than the route, on two shards, and beside an entry that is not plain', () => {
    const rooms: Room[] = [
      ['a', 1, 2],
      ['b', 0, 1],
      ['b', 1, 1],
      ['c', 0, 1],
    ];
    expect(join(rooms, { a: 10, b: 10, c: -1 }).apart).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });

  it('of one conference on two shards are apart though no table knows it; on one they are not', () => {
    const rooms: Room[] = [
      ['a', 0, 1],
      ['a', 1, 1],
      ['b', 0, 1],
    ];
    expect(join(rooms, {})).toEqual({ apart: [['a', 'a']], withoutEntry: 2, withBoth: 0 });
  });

  it('of shards that do not count are not there', () => {
    const rooms: Room[] = [
      ['a', 3, 2],
      ['b', 0, 1],
      ['b', 3, 1],
      ['c', 3, 1],
    ];
    expect(join(rooms, { a: 10, b: 10 })).toEqual({ apart: [], withoutEntry: 0, withBoth: 1 });
  });

  it('whose keys the tables cut are found by what is left, and never called apart', () => {
    const rooms: Room[] = [
      ['abcdefgh', 1, 1],
      ['abcdefzz', 0, 1],
    ];
    expect(join(rooms, { abcdef: 10 }, 6)).toEqual({ apart: [], withoutEntry: 0, withBoth: 2 });
  });
});

describe('the places of a conference', () => {
  it('are one a shard: names that differ in case are one conference', () => {
    const rooms = roomTable([
      ['daily', 0, 2, 500],
      ['Daily', 0, 3, 400],
      ['daily', 1, -1],
    ]);
    expect(rooms.count).toBe(1);
    expect(rooms.placesAt(0)).toEqual([
      { shard: 0, participants: 5, createdAtMs: 400 },
      { shard: 1, participants: 0, createdAtMs: null },
    ]);
    expect(rooms.rooms).toBe(3);
  });

  it('leave out rooms of another host, and count them', () => {
    const rooms = roomTable([['a', 0, 1]]);
    rooms.room(2, { jid: 'a@conference.other.example', participants: 1, createdAtMs: null });
    expect(rooms.foreign).toEqual(new Map([[2, 1]]));
    expect(rooms.placesAt(0)).toHaveLength(1);
  });

  it('are kept of many more rooms than fit at first', () => {
    const rooms = roomTable(Array.from({ length: 5_000 }, (_, n): Room => [`room${n}`, n % 3, n]));
    expect(rooms.count).toBe(5_000);
    expect(rooms.placesAt(4_321)).toEqual([{ shard: 1, participants: 4_321, createdAtMs: null }]);
    expect(rooms.onlyShardAt(4_321)).toBe(1);
  });

  it('are found by the row of their key in the tables, and behind those where no table has it', () => {
    const rooms = roomTable(
      [
        ['b', 1, 2],
        ['z', 0, 1],
      ],
      ['a', 'b'],
    );
    expect(['a', 'b', 'z', 'y'].map((key) => rooms.find(key))).toEqual([0, 1, 2, -1]);
    expect([rooms.keyAt(1), rooms.keyAt(2), rooms.count]).toEqual(['b', 'z', 3]);
    expect([0, 1, 2].map((conference) => rooms.onlyShardAt(conference))).toEqual([NO_ROOM, 1, 0]);
    // A key that the tables get later is no conference of the census.
    rooms.known.add(Buffer.from('y'), 0, 1);
    expect(rooms.find('y')).toBe(-1);
  });
});
