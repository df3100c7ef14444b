// The suspects of one look, less what its time explains: entries about to end.

import { expect, test } from 'vitest';
import { AMBIGUOUS, MISSING, MIXED_KIND, ORPHANED_KIND, SPLIT } from '../../src/analysis/classify.ts';
import { learnExpiries } from '../../src/analysis/expiry.ts';
import { judgeSuspects } from '../../src/analysis/suspects.ts';
import { drawMesh, type Picture, routesOf } from '../support/model-look.ts';

function judge(picture: Picture, expiresInMs: number, keyLength: number | null = null) {
  const { look, grid } = routesOf(drawMesh(picture), { expiresInMs });
  return judgeSuspects(look, grid, {
    expiryMarginMs: 2_000,
    keyLength,
    expiries: learnExpiries(look, 0),
    isSpread: false,
  })[0];
}

test.each<[string, Picture, number, number]>([
  ['missing for long', { p1: 's1', p2: null }, 200_000, MISSING],
  ['missing, just made: a finding all the same', { p1: 's1', p2: null }, 299_900, MISSING],
  ['missing, about to end', { p1: 's1', p2: null }, 2_000, 0],
  ['split, about to end', { p1: 's1', p2: 's2' }, 2_000, SPLIT],
  ['mixed and missing, about to end', { p1: 's2/s1', p2: null }, 2_000, MIXED_KIND],
  ['orphaned and missing, about to end', { p1: '99/-', p2: null }, 2_000, ORPHANED_KIND],
])('%s: %j with %d ms left', (_, picture, expiresInMs, kinds) => {
  expect(judge(picture, expiresInMs)).toBe(kinds);
});

test('a key as long as the table keeps them is ambiguous while somebody holds it', () => {
  expect(judge({ p1: 's1', p2: 's1' }, 200_000, 1)).toBe(AMBIGUOUS);
  expect(judge({ p1: 's1', p2: 's1' }, 0, 1)).toBe(AMBIGUOUS);
  expect(judge({ p1: 's1', p2: 's1' }, 200_000, 2)).toBe(0);
});
