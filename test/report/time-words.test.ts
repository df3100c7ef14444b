// Times and durations as people read them.

import { expect, test } from 'vitest';
import { durationWords, minuteWords } from '../../src/report/time-words.ts';

const minute = 60_000;
const hour = 60 * minute;

test.each([
  [-5, '0 s'],
  [45_999, '45 s'],
  [119_999, '119 s'],
  [2 * minute, '2 min'],
  [2 * hour - 1, '119 min'],
  [2 * hour, '2 h'],
  [3 * hour + 5 * minute, '3 h 5 min'],
  [48 * hour, '2 d'],
  [6 * 24 * hour + 4 * hour + 59 * minute, '6 d 4 h'],
])('%d ms -> %s', (milliseconds, words) => {
  expect(durationWords(milliseconds)).toBe(words);
});

test('a time is told in UTC, by the minute', () => {
  expect(minuteWords(new Date('2026-11-28T10:05:59.999+02:00'))).toBe('2026-11-28 08:05');
});
