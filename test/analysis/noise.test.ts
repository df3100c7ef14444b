// When an absent entry proves nothing.

import { expect, test } from 'vitest';
import { aboutToExpire, mayBeYoung } from '../../src/analysis/noise.ts';

test.each([
  [299_800, 300_000, true],
  [299_750, 300_000, false],
  [100, 300_000, false],
  [299_999, null, false],
])('%i ms left, the freshest has %j: may be young is %j', (minExpiresInMs, freshestMs, young) => {
  expect(mayBeYoung(minExpiresInMs, freshestMs)).toBe(young);
});

test('about to expire: at the margin and below', () => {
  expect(aboutToExpire(2_000, 2_000)).toBe(true);
  expect(aboutToExpire(2_001, 2_000)).toBe(false);
});
