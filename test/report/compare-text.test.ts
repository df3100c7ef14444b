// The text of a comparison: the number that matters first, 80 columns, and no name that acts.

import { describe, expect, test } from 'vitest';
import { renderComparison } from '../../src/report/compare-text.ts';
import { compareDrawn, type DrawnSide, MINUTE } from '../checklist/drawn-sides.ts';

const narrow = { width: 80, colour: false, unicode: true };
const base = { p1: 's1', p2: 's1' };
const say = (before: DrawnSide, after: DrawnSide, afterMs?: number) =>
  renderComparison(compareDrawn(before, after, afterMs), { id: 'r', version: '0.1.0' }, narrow);
const first = (text: string) => text.split('\n\n')[0]!.replaceAll(/\s+/g, ' ').trim();

describe('the first lines', () => {
  const kept: DrawnSide = { conferences: { base } };
  const alsoK = (k: DrawnSide['conferences'][string]): DrawnSide => ({ conferences: { base, k } });
  test.each<[before: DrawnSide, after: DrawnSide, says: string]>([
    [kept, kept, 'KEPT no conference changed shard of the 1 that both sides hold, and none was lost'],
    [alsoK(base), alsoK({ p1: 's2', p2: 's2' }), 'MOVED 1 of 2 conferences changed shard'],
    [alsoK(base), kept, 'LOST none of 1 conference changed shard, 1 was lost'],
    [
      alsoK(base),
      alsoK({ p1: 's1', p2: 's2' }),
      'SPLIT none of 1 conference changed shard, 1 is split on a side itself',
    ],
    [kept, { conferences: {} }, 'LOST no conference has one shard on each side, 1 was lost'],
    [kept, { ...kept, views: { p2: { status: 'unreachable' } } }, 'INCOMPLETE AFTER has 1 of 2 proxies in full'],
  ])('%o -> %o: %s', (before, after, says) => {
    expect(first(say(before, after))).toContain(says);
  });

  test('moved, and a side is incomplete: both are said', () => {
    const moved = { conferences: { base: { p1: 's2', p2: 's2' } }, views: { p2: { status: 'unreachable' as const } } };
    expect(first(say(kept, moved))).toMatch(
      /^MOVED 1 of 1 .* INCOMPLETE AFTER has 1 of 2 proxies in full: there may be/,
    );
  });
});

test('hostile names of conferences and proxies act on nothing, and lines keep to the page', () => {
  const hostile = 'a\\x1B[31m\\x0Ab'.padEnd(300, 'y');
  const name = 'p1\u001b]0;x\u0007\u202e';
  const side = (shard: string): DrawnSide => ({
    conferences: { base: { [name]: 's1', p2: 's1' }, [hostile]: { [name]: shard, p2: shard } },
    proxies: [name, 'p2'],
  });
  const text = say(side('s1'), { ...side('s2'), views: { [name]: { pid: 7 } } });
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(text).toContain('a\\x1b[31m\\nb');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('thousands of changes stay on a screen or two', () => {
  const many = (shard: (n: number) => string | null): DrawnSide => ({
    conferences: {
      base,
      ...Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`k${n}`, { p1: shard(n), p2: shard(n) }])),
    },
  });
  const text = say(
    many(() => 's1'),
    many((n) => (n % 2 === 0 ? 's2' : null)),
    MINUTE,
  );
  expect(text.split('\n').length).toBeLessThan(40);
  expect(text).toContain('and 1,497 more');
  expect(text).toContain('and 1,490 more');
});
