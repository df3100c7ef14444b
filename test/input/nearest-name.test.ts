// Guesses at what was meant.

import { expect, test } from 'vitest';
import { nearestName } from '../../src/input/nearest-name.ts';

const known = ['concurrency', 'timeout', 'compress', 'ssh'];

test.each([
  ['concurency', 'concurrency'],
  ['Timeout', 'timeout'],
  ['time-out', 'timeout'],
  ['shs', 'ssh'],
  ['comrpess', 'compress'],
  ['sh', 'ssh'],
  ['elephant', undefined],
  ['', undefined],
])('%j means %j', (wrong, meant) => {
  expect(nearestName(wrong, known)).toBe(meant);
});
