// What stays a finding after looking again: only what every look shows alike.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AMBIGUOUS, kindsAt, MISSING, MIXED_KIND, ORPHANED_KIND, SPLIT } from '../../src/analysis/classify.ts';
import { ABSENT, type Evidence, MIXED, ORPHANED, type RoutedGrid } from '../../src/analysis/routed-grid.ts';
import { type ConfirmedKinds, confirmKinds, type SuspectLook } from '../../src/confirm/confirm-kinds.ts';
import { findingKinds } from '../../src/domain/finding.ts';
import { referenceConfirmed, type Word } from '../support/reference-analysis.ts';

function routed(shards: readonly number[], evidence: readonly Evidence[], marks: readonly number[]): RoutedGrid {
  return {
    context: { evidence },
    shardAt: (_row: number, proxy: number) => shards[proxy]!,
    marksAt: (_row: number, proxy: number) => marks[proxy]!,
  } as unknown as RoutedGrid;
}

/** One conference; by proxy the number of a shard, -1 for none. */
function look(shards: readonly number[], kinds: number, marks: readonly number[] = shards.map(() => 0)): SuspectLook {
  const all = shards.map((): Evidence => 'full');
  return { look: routed(shards, all, marks), rowOf: (suspect) => suspect, kinds: [kinds] };
}

/**
 * What a proxy said of the conference: its shard or -1, in a dump that was whole or (`cut`) was
 * not; `null`: it could not be read.
 */
type Said = number | null | { readonly cut: number };

/** The look with the kinds that it really shows. */
function heard(said: readonly Said[], marks: readonly number[] = said.map(() => 0), further = 0): SuspectLook {
  const shards = said.map((each) => (each === null ? ABSENT : typeof each === 'number' ? each : each.cut));
  const evidence = said.map((each) => (each === null ? 'none' : typeof each === 'number' ? 'full' : 'partial'));
  const grid = routed(shards, evidence, marks);
  return { look: grid, rowOf: (suspect) => suspect, kinds: [kindsAt(grid, 0) | further] };
}

describe('two looks', () => {
  test('{p1: 0, p2: 0, p3: 1} twice -> split', () => {
    expect(confirmKinds([look([0, 0, 1], SPLIT), look([0, 0, 1], SPLIT)])).toEqual({ confirmed: [SPLIT], inFlight: 0 });
  });

  test.each([
    ['another proxy is the odd one', look([0, 1, 0], SPLIT)],
    ['the parties changed places', look([1, 1, 0], SPLIT)],
    ['all agree', look([0, 0, 0], 0)],
    ['the loser lost its entry', look([0, 0, -1], MISSING)],
  ])('then %s -> in flight, once', (_, later) => {
    expect(confirmKinds([look([0, 0, 1], SPLIT), later])).toEqual({ confirmed: [0], inFlight: 1 });
  });

  test('what only the second look shows is in flight too', () => {
    expect(confirmKinds([look([0, 0, 0], 0), look([0, 0, 1], SPLIT)])).toEqual({ confirmed: [0], inFlight: 1 });
  });

  test('an orphan that was rebalanced is neither confirmed nor in flight', () => {
    expect(confirmKinds([look([0, 0], 8, [4, 0]), look([0, 0], 0)])).toEqual({ confirmed: [0], inFlight: 0 });
  });
});

describe('a proxy that says something else in every look hides nothing', () => {
  test.each<[string, SuspectLook[], number]>([
    ['a split of the others', [heard([0, 1, 0]), heard([0, 1, 2])], SPLIT],
    ['and not with less than an entry', [heard([0, 1, 0]), heard([0, 1, ABSENT])], SPLIT],
    ['who lacks the entry', [heard([0, ABSENT, 0]), heard([0, ABSENT, 1])], MISSING],
    ['who lacks the entry, from a split', [heard([0, ABSENT, 1]), heard([0, ABSENT, 0])], MISSING],
    ['who lacks the entry, split in both', [heard([0, ABSENT, 1]), heard([0, ABSENT, 2])], MISSING],
    ['three looks', [heard([0, ABSENT, 1]), heard([0, ABSENT, 0]), heard([0, ABSENT, 1])], MISSING],
    ['an entry that is followed elsewhere', [heard([0, 0, 0], [ORPHANED]), heard([0, 0, 1], [ORPHANED])], SPLIT],
  ])('%s', (_, looks, kinds) => {
    expect(confirmKinds(looks)).toEqual({ confirmed: [kinds], inFlight: 0 });
  });
});

describe('a proxy that is silent in one of the looks', () => {
  const cutOff: Said = { cut: ABSENT };
  const confirmed = (kinds: number): ConfirmedKinds => ({ confirmed: [kinds], inFlight: 0 });
  const inFlight: ConfirmedKinds = { confirmed: [0], inFlight: 1 };

  test.each<[string, SuspectLook[], ConfirmedKinds]>([
    ['contradicts nothing: the others are split in both', [heard([0, 1, 0]), heard([0, 1, null])], confirmed(SPLIT)],
    ['cut short now', [heard([0, 1, 0]), heard([0, 1, cutOff])], confirmed(SPLIT)],
    ['cut short then', [heard([0, 1, cutOff]), heard([0, 1, { cut: 0 }])], confirmed(SPLIT)],
    ['cut short in both', [heard([0, ABSENT, cutOff]), heard([0, ABSENT, cutOff])], confirmed(MISSING)],
    [
      'contradicts nothing: another lacks it in both',
      [heard([0, ABSENT, 0]), heard([0, ABSENT, null])],
      confirmed(MISSING),
    ],
    ['confirms nothing: the one that lacked it', [heard([0, 0, ABSENT]), heard([0, 0, null])], inFlight],
    ['confirms nothing: the one that lacked it, cut short', [heard([0, 0, ABSENT]), heard([0, 0, cutOff])], inFlight],
    ['confirms nothing: the only holder', [heard([0, ABSENT, ABSENT]), heard([null, ABSENT, ABSENT])], inFlight],
    ['confirms nothing: a party of the split', [heard([0, 0, 1]), heard([0, 0, null])], inFlight],
    [
      'cannot be stood in for by one that was silent before',
      [heard([0, 1, cutOff]), heard([0, null, { cut: 1 }])],
      inFlight,
    ],
    ['nor for a holder', [heard([0, ABSENT, cutOff]), heard([null, ABSENT, { cut: 0 }])], inFlight],
    ['excuses nobody who changed', [heard([0, 1, 0]), heard([1, 0, null])], inFlight],
    ['leaves of a split who lacks the entry', [heard([0, 1, ABSENT]), heard([0, null, ABSENT])], confirmed(MISSING)],
    [
      'a split of which a party was not seen before: what is left is who lacks the entry',
      [heard([0, cutOff, ABSENT]), heard([0, { cut: 1 }, ABSENT])],
      confirmed(MISSING),
    ],
    ['mixed elsewhere', [heard([0, 0], [MIXED, 0]), heard([0, null], [MIXED, 0])], confirmed(MIXED_KIND)],
    ['mixed there', [heard([0, 0], [0, MIXED]), heard([0, null], [0, MIXED])], inFlight],
    [
      'orphaned elsewhere too',
      [heard([0, 0], [ORPHANED, ORPHANED]), heard([0, null], [ORPHANED, 0])],
      confirmed(ORPHANED_KIND),
    ],
    ['the one that followed it', [heard([0, 0], [ORPHANED, 0]), heard([0, null], [ORPHANED, 0])], inFlight],
    ['followed by others', [heard([0, 0, 0], [ORPHANED]), heard([0, 0, null], [ORPHANED])], confirmed(SPLIT)],
    ['three looks, silent in the last', [heard([0, 1, 0]), heard([0, 1, 0]), heard([0, 1, null])], confirmed(SPLIT)],
  ])('%s', (_, looks, persisted) => {
    expect(confirmKinds(looks)).toEqual(persisted);
  });

  test('any two looks: confirmed is what the slow and obvious reference confirms', () => {
    const dumps: readonly Word['dump'][] = ['none', 'part', 'full'];
    const word: fc.Arbitrary<Word> = fc
      .record({
        dump: fc.constantFrom<Word['dump']>('full', 'full', 'part', 'none'),
        shard: fc.constantFrom(null, 0, 0, 1),
        mark: fc.constantFrom(0, 0, 0, MIXED, ORPHANED),
      })
      .map(({ dump, shard, mark }) => {
        const marked = (which: number) => shard !== null && mark === which;
        return { dump, shard, mixed: marked(MIXED), orphaned: marked(ORPHANED) };
      });
    // A proxy says the same again as often as not, and is never better read than before.
    const proxy = fc.tuple(word, word, fc.boolean()).map(([before, other, same]) => {
      const dump = dumps[Math.min(dumps.indexOf(before.dump), dumps.indexOf(other.dump))]!;
      return [before, { ...(same ? before : other), dump }] as const;
    });
    const lookOf = (words: readonly Word[]) =>
      heard(
        words.map(({ dump, shard }) => ({ none: null, part: { cut: shard ?? ABSENT }, full: shard ?? ABSENT })[dump]),
        words.map(({ mixed, orphaned }) => (mixed ? MIXED : orphaned ? ORPHANED : 0)),
      );
    fc.assert(
      fc.property(fc.array(proxy, { minLength: 2, maxLength: 4 }), (proxies) => {
        const before = proxies.map(([word]) => word);
        const after = proxies.map(([, word]) => word);
        const [kinds] = confirmKinds([lookOf(before), lookOf(after)]).confirmed;
        const confirmed = findingKinds.filter((_, bit) => (kinds! & (1 << bit)) !== 0).sort();
        expect(confirmed).toEqual(referenceConfirmed(before, after));
      }),
      { numRuns: 3_000 },
    );
  });
});

test('a key that fills the table is ambiguous wherever its routes move', () => {
  const moving = [heard([0, 1], [0, 0], AMBIGUOUS), heard([1, 0], [0, 0], AMBIGUOUS)];
  expect(confirmKinds(moving)).toEqual({ confirmed: [AMBIGUOUS], inFlight: 1 });
});

test('three looks: the one in the middle counts', () => {
  expect(confirmKinds([look([0, 1], SPLIT), look([0, 0], 0), look([0, 1], SPLIT)])).toEqual({
    confirmed: [0],
    inFlight: 1,
  });
});

test('a single look confirms what it shows; none shows nothing', () => {
  expect(confirmKinds([look([0, 1], SPLIT)])).toEqual({ confirmed: [SPLIT], inFlight: 0 });
  expect(confirmKinds([])).toEqual({ confirmed: [], inFlight: 0 });
});
