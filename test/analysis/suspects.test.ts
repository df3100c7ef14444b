// The suspects of one look, less what its time explains: entries too new to be everywhere, and entries about to end.

import { describe, expect, test } from 'vitest';
import { AMBIGUOUS, MISSING, MIXED_KIND, ORPHANED_KIND, SPLIT } from '../../src/analysis/classify.ts';
import { judgeSuspects, type SuspectRules } from '../../src/analysis/suspects.ts';
import { drawMesh, type Picture, routesOf } from '../support/model-look.ts';

const minutes = 60_000;
const saved: SuspectRules = { expiryMarginMs: 2_000, keyLength: null, expireMs: 5 * minutes };

function judge(picture: Picture, expiresInMs: number, rules: Partial<SuspectRules> = {}) {
  const { look, grid } = routesOf(drawMesh(picture), { expiresInMs });
  const { kinds, young } = judgeSuspects(look, grid, { ...saved, ...rules });
  return { kinds: kinds[0], young };
}

describe('one look, entries live for 300 s', () => {
  test.each<[string, Picture, number, number, number]>([
    ['missing for long', { p1: 's1', p2: null }, 200_000, MISSING, 0],
    ['missing, just made: young', { p1: 's1', p2: null }, 299_900, 0, 1],
    ['missing, about to end: not young', { p1: 's1', p2: null }, 2_000, 0, 0],
    ['split, just made: age does not part a conference', { p1: 's1', p2: 's2' }, 299_900, SPLIT, 0],
    ['mixed and missing, just made: counted once, as mixed', { p1: 's2/s1', p2: null }, 299_900, MIXED_KIND, 0],
    [
      'orphaned and missing, just made: no disagreement but a young one',
      { p1: '99/-', p2: null },
      299_900,
      ORPHANED_KIND,
      1,
    ],
  ])('%s: %j with %d ms left', (_, picture, expiresInMs, kinds, young) => {
    expect(judge(picture, expiresInMs)).toEqual({ kinds, young });
  });
});

test('with a second look no age is asked for', () => {
  expect(judge({ p1: 's1', p2: null }, 299_900, { expireMs: null })).toEqual({ kinds: MISSING, young: 0 });
});

test('a key as long as the table keeps them is ambiguous while somebody holds it', () => {
  expect(judge({ p1: 's1', p2: 's1' }, 200_000, { keyLength: 1 })).toEqual({ kinds: AMBIGUOUS, young: 0 });
  expect(judge({ p1: 's1', p2: 's1' }, 200_000, { keyLength: 2 })).toEqual({ kinds: 0, young: 0 });
});
