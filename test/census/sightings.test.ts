import { describe, expect, it } from 'vitest';
import { addSightings, MOST_SIGHTINGS, type Sightings } from '../../src/census/sightings.ts';

const MINUTE = 60_000;
const gapMs = 30 * MINUTE;

function after(apart: Sightings, minutes: number, ...seen: readonly (readonly [string, ...string[]])[]): Sightings {
  const now = 1_000_000 + minutes * MINUTE;
  const sightings = seen.map(([key, ...shards]) => ({ key, shards }));
  return addSightings({ atMs: 1_000_000, apart }, sightings, { nowMs: now, gapMs });
}

const first = addSightings(null, [{ key: 'a', shards: ['s1', 's2'] }], { nowMs: 1_000_000, gapMs });

describe('since when a conference is apart', () => {
  it('is now for the first look', () => {
    expect(first).toEqual({ a: { s1: 1_000_000, s2: 1_000_000 } });
  });

  it('stays for as long as every look sees people on the shard', () => {
    expect(after(first, 2, ['a', 's1', 's2'])).toEqual(first);
  });

  it('is now for a shard that came later', () => {
    expect(after(first, 2, ['a', 's1', 's3'])).toEqual({ a: { s1: 1_000_000, s3: 1_120_000 } });
  });

  it('is forgotten once a look sees it together', () => {
    expect(after(first, 2, ['b', 's1', 's2'])).not.toHaveProperty('a');
  });

  it.each([
    ['a look that is too old', 31],
    ['a look from the future', -1],
  ])('is not taken from %s', (_, minutes) => {
    expect(after(first, minutes, ['a', 's1', 's2'])).toEqual({
      a: { s1: 1_000_000 + minutes * MINUTE, s2: 1_000_000 + minutes * MINUTE },
    });
  });

  it('is never later than now, whatever the file says', () => {
    expect(after({ a: { s1: 9e12 } }, 1, ['a', 's1', 's2'])).toEqual({ a: { s1: 1_060_000, s2: 1_060_000 } });
  });

  it.each(['__proto__', 'constructor', 'toString'])('takes %j as any other name', (name) => {
    const seen = addSightings(null, [{ key: name, shards: [name] }], { nowMs: 5, gapMs });
    expect(Object.entries(seen).map(([key, shards]) => [key, Object.entries(shards)])).toEqual([[name, [[name, 5]]]]);
  });

  it('is remembered of so many conferences only', () => {
    const many = Array.from({ length: MOST_SIGHTINGS + 1 }, (_, n) => ({ key: `k${n}`, shards: ['s1'] }));
    expect(Object.keys(addSightings(null, many, { nowMs: 5, gapMs }))).toHaveLength(MOST_SIGHTINGS);
  });
});
