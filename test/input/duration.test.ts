// Durations: what is read, and what is refused with which hint.

import { expect, test } from 'vitest';
import { parseDuration } from '../../src/input/duration.ts';

test.each([
  ['500ms', 500],
  ['3s', 3000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['0s', 0],
])('%s is %d ms', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test('60 without a unit is refused with the hint 60s', () => {
  expect(parseDuration(60)).toEqual({ problem: 'expected a duration with its unit (ms, s, m or h)', hint: '60s' });
});

test.each(['60', '', '-1s', 's', '1d', '1 year', -5, true, null, {}])('%j is refused without a hint', (value) => {
  expect(parseDuration(value)).toEqual({ problem: 'expected a duration with its unit (ms, s, m or h)' });
});

test('a duration that overflows Node timers is refused', () => {
  expect(parseDuration('600h')).toEqual({ problem: 'expected a duration of at most 24 days' });
});
