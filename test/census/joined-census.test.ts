// A census beside a model mesh: who is apart, since when, and what it all adds up to.

import { describe, expect, test } from 'vitest';
import { MISPLACED, SCATTERED } from '../../src/analysis/classify.ts';
import { type CensusMoment, joinCensus } from '../../src/census/joined-census.ts';
import { roomRule } from '../../src/census/room-key.ts';
import { createRoomTable } from '../../src/census/room-table.ts';
import type { CensusReading, CensusStatus, ShardCensus } from '../../src/domain/census.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { addresses, drawMesh, type Picture, routesOf } from '../support/model-look.ts';

const NOW = 10_000_000;
const SETTLE = 120_000;
const OLD = NOW - 600_000;

interface Shard {
  /** `k: 3`, or `k: [3, createdAtMs]`; old by default. */
  readonly rooms?: Readonly<Record<string, number | readonly [number, number | null]>>;
  readonly status?: CensusStatus;
  /** `null`: nobody knows it. */
  readonly address?: null;
}

function census(picture: Picture, shards: Readonly<Record<string, Shard>>, changes: Partial<CensusMoment> = {}) {
  const { look, grid } = routesOf(drawMesh(picture));
  const known = grid.keys as CensusMoment['keys'];
  const rooms = createRoomTable({
    known,
    strangers: createKeyTable(2),
    rule: roomRule('conference.x', '{tenant}/{room}'),
  });
  const reading: CensusReading = {
    shards: Object.entries(shards).map(([name, { rooms: held = {}, status = 'ok', address }], shard): ShardCensus => {
      let participants = 0;
      for (const [room, said] of Object.entries(held)) {
        const [count, createdAtMs] = typeof said === 'number' ? [said, OLD] : said;
        participants += count;
        rooms.room(shard, { jid: `${room}@conference.x`, participants: count, createdAtMs });
      }
      const trouble = status === 'ok' ? null : { code: 'status' as const, message: 'no', remedy: 'ask' };
      const known = address === null ? null : (addresses[name] ?? '10.9.9.9:443');
      const sums = { rooms: Object.keys(held).length, participants, leaked: 0, foreign: 0 };
      return { name, address: known, status, trouble, reportedAt: null, ...sums };
    }),
    gaps: [],
    notes: [],
  };
  const moment = {
    keyLength: 200,
    nowMs: NOW,
    untilMs: NOW,
    settleMs: SETTLE,
    earlier: null,
    moves: [],
    wasMoved: () => false,
    ...changes,
  };
  const joined = joinCensus(rooms, reading, { look, keys: known, ...moment });
  const kinds = joined.suspects.map((row) => [grid.keys.keyAt(row), joined.verdictAt(look, row).kinds]);
  return { joined, kinds, summary: joined.summary(1, []) };
}

const together: Picture = { p1: 's1', p2: 's1' };

describe('a conference', () => {
  test('that is whole is no suspect', () => {
    const { joined, kinds, summary } = census(together, { s1: { rooms: { k: 4 } }, s2: { rooms: { other: 2 } } });
    expect([kinds, joined.pending]).toEqual([[], 0]);
    expect(summary).toMatchObject({
      rooms: 2,
      participants: 6,
      roomsWithoutEntry: 1,
      entriesWithoutRoom: 0,
      isWhole: true,
      apart: [],
    });
    expect([...joined.participantsOn]).toEqual([
      [addresses.s1, 4],
      [addresses.s2, 2],
    ]);
  });

  test('with people on two shards is scattered, elsewhere misplaced, and no table need know it', () => {
    expect(census(together, { s1: { rooms: { k: 1 } }, s2: { rooms: { k: 2 } } }).kinds).toEqual([['k', SCATTERED]]);
    expect(census(together, { s1: {}, s2: { rooms: { k: 2 } } }).kinds).toEqual([['k', MISPLACED]]);
    const unknown = census(together, { s1: { rooms: { u: 1, k: 1 } }, s2: { rooms: { u: 2 } } });
    expect(unknown.kinds).toEqual([['u', SCATTERED]]);
    expect(unknown.joined.participantsOf('u')).toEqual({ [addresses.s1!]: 1, [addresses.s2!]: 2 });
  });

  test('on a shard that no proxy has is there by its address, else by its name', () => {
    const shards = { s1: { rooms: { k: 1 } }, far: { rooms: { k: 1 } }, lost: { rooms: { k: 1 }, address: null } };
    const { joined, kinds } = census(together, shards);
    expect(kinds).toEqual([['k', SCATTERED]]);
    expect(joined.participantsOf('k')).toEqual({ [addresses.s1!]: 1, '10.9.9.9:443': 1, lost: 1 });
  });

  test.each<CensusStatus>(['unanswered', 'stale', 'duplicate'])(
    'on a shard that is %s is not counted there',
    (status) => {
      const { joined, kinds, summary } = census(together, { s1: { rooms: { k: 1 } }, s2: { rooms: { k: 9 }, status } });
      expect([kinds, joined.participantsOf('k')]).toEqual([[], { [addresses.s1!]: 1 }]);
      expect(summary.isWhole).toBe(status === 'duplicate');
    },
  );

  test('under a key that a table cuts may be several: nothing is said of it', () => {
    const shards = { s1: { rooms: { k: 1 } }, s2: { rooms: { k: 2 } } };
    const { joined, kinds } = census(together, shards, { keyLength: 1 });
    expect([kinds, joined.participantsOf('k')]).toEqual([[], {}]);
  });
});

describe('since when', () => {
  const fresh = { s1: { rooms: { k: [1, null] as const } }, s2: { rooms: { k: [2, NOW - 1_000] as const } } };

  test('a first census waits, and leaves what it saw', () => {
    const { joined, kinds, summary } = census(together, fresh);
    expect([kinds, joined.pending]).toEqual([[['k', 0]], 1]);
    expect(joined.sightings).toEqual({ k: { [addresses.s1!]: NOW, [addresses.s2!]: NOW } });
    expect(summary.apart).toMatchObject([{ key: 'k', kind: 'scattered', isSettled: false }]);
  });

  test.each([
    [SETTLE, SCATTERED],
    [SETTLE - 1, 0],
  ])('an earlier one %d ms ago', (ago, kinds) => {
    const atMs = NOW - ago;
    const earlier = { atMs, apart: { k: { [addresses.s1!]: atMs, [addresses.s2!]: atMs } } };
    expect(census(together, fresh, { earlier }).kinds).toEqual([['k', kinds]]);
  });

  test('two censuses that read the same reports have seen one moment', () => {
    const atMs = NOW - SETTLE;
    const earlier = { atMs, apart: { k: { [addresses.s1!]: atMs, [addresses.s2!]: atMs } } };
    const { joined, kinds } = census(together, fresh, { earlier, untilMs: atMs - 1_000 });
    expect([kinds, joined.pending]).toEqual([[['k', 0]], 1]);
    // The next reports tell.
    expect(census(together, fresh, { earlier, untilMs: NOW }).kinds).toEqual([['k', SCATTERED]]);
  });

  test('a conference that was healed within the time: its people are on the way', () => {
    const shards = { s1: { rooms: { k: 1 } }, s2: { rooms: { k: 2 } } };
    const { joined, kinds } = census(together, shards, { wasMoved: (key) => key === 'k' });
    expect([kinds, joined.pending]).toEqual([[['k', 0]], 1]);
  });

  test('a room of the future proves nothing', () => {
    const shards = { s1: { rooms: { k: 1 } }, s2: { rooms: { k: [2, NOW + 1e9] as const } } };
    expect(census(together, shards).kinds).toEqual([['k', 0]]);
  });
});
