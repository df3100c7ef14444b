// What stays a finding after looking again: only what every look shows alike.

import { describe, expect, test } from 'vitest';
import { MISSING, SPLIT } from '../../src/analysis/classify.ts';
import type { RoutedGrid } from '../../src/analysis/routed-grid.ts';
import { persist, type SuspectLook } from '../../src/confirm/persist.ts';

/** One conference; by proxy the number of a shard, -1 for none. */
function look(shards: readonly number[], kinds: number, marks: readonly number[] = shards.map(() => 0)): SuspectLook {
  const routed = {
    sense: { evidence: shards.map(() => 'full') },
    shardAt: (_row: number, proxy: number) => shards[proxy]!,
    marksAt: (_row: number, proxy: number) => marks[proxy]!,
  } as unknown as RoutedGrid;
  return { look: routed, rowOf: (suspect) => suspect, kinds: [kinds] };
}

describe('two looks', () => {
  test('{p1: 0, p2: 0, p3: 1} twice -> split', () => {
    expect(persist([look([0, 0, 1], SPLIT), look([0, 0, 1], SPLIT)])).toEqual({ confirmed: [SPLIT], inFlight: 0 });
  });

  test.each([
    ['another proxy is the odd one', look([0, 1, 0], SPLIT)],
    ['the parties changed places', look([1, 1, 0], SPLIT)],
    ['all agree', look([0, 0, 0], 0)],
    ['the loser lost its entry', look([0, 0, -1], MISSING)],
  ])('then %s -> in flight, once', (_, later) => {
    expect(persist([look([0, 0, 1], SPLIT), later])).toEqual({ confirmed: [0], inFlight: 1 });
  });

  test('what only the second look shows is in flight too', () => {
    expect(persist([look([0, 0, 0], 0), look([0, 0, 1], SPLIT)])).toEqual({ confirmed: [0], inFlight: 1 });
  });

  test('an orphan that was rebalanced is neither confirmed nor in flight', () => {
    expect(persist([look([0, 0], 8, [4, 0]), look([0, 0], 0)])).toEqual({ confirmed: [0], inFlight: 0 });
  });
});

test('three looks: the one in the middle counts', () => {
  expect(persist([look([0, 1], SPLIT), look([0, 0], 0), look([0, 1], SPLIT)])).toEqual({ confirmed: [0], inFlight: 1 });
});

test('a single look confirms what it shows; none shows nothing', () => {
  expect(persist([look([0, 1], SPLIT)])).toEqual({ confirmed: [SPLIT], inFlight: 0 });
  expect(persist([])).toEqual({ confirmed: [], inFlight: 0 });
});
