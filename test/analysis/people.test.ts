// What the census says beside the routes of one conference.

import { describe, expect, test } from 'vitest';
import { MISPLACED, SCATTERED } from '../../src/analysis/classify.ts';
import { censusVerdict, type People } from '../../src/analysis/people.ts';
import { addresses, type DrawnMesh, drawMesh, type Picture, routesOf } from '../support/model-look.ts';

const SETTLED = 1_000;

/** `s1: 3`, or `s1: [3, 2000]` with since when; 0 is long ago. */
type Seats = Readonly<Record<string, number | readonly [participants: number, sinceMs: number | null]>>;

function judge(
  picture: Picture,
  seats: Seats,
  { silent = [], ...mesh }: DrawnMesh & { readonly silent?: readonly string[] } = {},
) {
  const { look } = routesOf(drawMesh(picture, mesh));
  const numberOf = (shard: string) => look.context.shards.indexOf(addresses[shard]!);
  const people = Object.entries(seats).map(([shard, said]): People => {
    const [participants, sinceMs] = typeof said === 'number' ? [said, 0] : said;
    return { shard: numberOf(shard), participants, sinceMs };
  });
  const hasAnswered = (shard: number) => !silent.some((name) => numberOf(name) === shard);
  return censusVerdict(look, 0, { people, facts: { hasAnswered, settledSinceMs: SETTLED } });
}

const together: Picture = { p1: 's1', p2: 's1', p3: 's1' };
const nothing = { kinds: 0, pending: false };
const pending = { kinds: 0, pending: true };

describe('people on two shards', () => {
  test.each<readonly [string, Picture, Seats, object]>([
    ['tables alike', together, { s1: 3, s2: 1 }, { kinds: SCATTERED, pending: false }],
    ['tables split', { p1: 's1', p2: 's2', p3: 's1' }, { s1: 3, s2: 1 }, { kinds: SCATTERED, pending: false }],
    ['neither is where the tables lead', together, { s2: 3, s3: 1 }, { kinds: SCATTERED, pending: false }],
    ['one came a moment ago', together, { s1: 3, s2: [1, 5_000] }, pending],
    ['since when is not known', together, { s1: 3, s2: [1, null] }, pending],
    ['a third came a moment ago', together, { s1: 3, s2: 1, s3: [1, 5_000] }, { kinds: SCATTERED, pending: false }],
    ['an empty room is no place', together, { s1: 3, s2: 0 }, nothing],
  ])('%s', (_, picture, seats, verdict) => {
    expect(judge(picture, seats)).toEqual(verdict);
  });

  test('a shard that does not answer cannot bring them together', () => {
    expect(judge(together, { s2: 3, s3: 1 }, { silent: ['s1'] })).toEqual({ kinds: SCATTERED, pending: false });
  });
});

describe('people on one shard', () => {
  const misplaced = { kinds: MISPLACED, pending: false };
  test.each<readonly [string, Picture, Seats, object]>([
    ['where the tables lead', together, { s1: 3 }, nothing],
    ['elsewhere', together, { s2: 3 }, misplaced],
    ['elsewhere, some proxies have no entry', { p1: 's1', p2: null, p3: 's1' }, { s2: 3 }, misplaced],
    ['elsewhere since a moment ago', together, { s2: [3, 5_000] }, pending],
    ['elsewhere, all others in breakout rooms of the right one', together, { s1: 0, s2: 3 }, nothing],
    ['nobody anywhere', together, { s2: 0 }, nothing],
    ['tables split', { p1: 's1', p2: 's2', p3: 's1' }, { s3: 3 }, nothing],
    ['a key that no server has', { p1: 's9/s9', p2: 's9/s9', p3: 's9/s9' }, { s2: 3 }, nothing],
  ])('%s', (_, picture, seats, verdict) => {
    expect(judge(picture, seats)).toEqual(verdict);
  });

  test('nothing where the shard of the route did not answer: they may be there too', () => {
    expect(judge(together, { s2: 3 }, { silent: ['s1'] })).toEqual(nothing);
  });

  test('nothing where no proxy follows the entry', () => {
    expect(judge(together, { s2: 3 }, { states: { s1: 'maint' } })).toEqual(nothing);
  });
});
