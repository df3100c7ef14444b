// When an absent entry proves nothing.

import { expect, test } from 'vitest';
import { aboutToExpire, expireOf, tooYoung } from '../../src/analysis/noise.ts';

test.each([
  [299_700, 300_000],
  [300_000, 300_000],
  [29_100, 30_000],
  [298_999, null],
  [287_123, null],
  [0, null],
])('the freshest entry lives for %i ms: expire is %j', (maxExpiresInMs, expireMs) => {
  expect(expireOf(maxExpiresInMs)).toBe(expireMs);
});

test.each([
  [299_800, 300_000, true],
  [299_750, 300_000, false],
  [100, 300_000, false],
  [299_999, null, false],
])('%i ms left of %j: too young is %j', (minExpiresInMs, expireMs, young) => {
  expect(tooYoung(minExpiresInMs, expireMs)).toBe(young);
});

test('about to expire: at the margin and below', () => {
  expect(aboutToExpire(2_000, 2_000)).toBe(true);
  expect(aboutToExpire(2_001, 2_000)).toBe(false);
});
