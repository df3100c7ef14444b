// When an absent entry proves nothing.

import { expect, test } from 'vitest';
import { aboutToExpire } from '../../src/analysis/noise.ts';

test('about to expire: at the margin and below', () => {
  expect(aboutToExpire(2_000, 2_000)).toBe(true);
  expect(aboutToExpire(2_001, 2_000)).toBe(false);
});
