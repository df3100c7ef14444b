// What is said of a lock.

import { expect, test } from 'vitest';
import { endedWords, lockWords, spanWords } from '../../src/locks/lock-words.ts';
import { lockOf, MINUTE, NOW } from './lock-of.ts';

test.each([
  [
    'the environment',
    {},
    'stage is locked by alice@deploy-1 ("kernel upgrade") until 2026-11-28 21:30:00 UTC (30 min left)',
  ],
  [
    'a proxy',
    { proxy: 'hap-a' },
    'hap-a is locked by alice@deploy-1 ("kernel upgrade") until 2026-11-28 21:30:00 UTC (30 min left)',
  ],
  [
    'its end is over',
    { untilMs: NOW - 10_000 },
    'stage is locked by alice@deploy-1 ("kernel upgrade") until 2026-11-28 20:59:50 UTC (30 s more, as clocks differ)',
  ],
])('%s', (_, changes, said) => {
  expect(lockWords(lockOf(changes), 'stage', NOW)).toBe(said);
});

test('a file on a host that says nothing', () => {
  const lock = { proxy: 'hap-a', place: 'host', owner: null, reason: null, untilMs: null } as const;
  expect(lockWords({ ...lock, sinceMs: NOW - 200 * MINUTE }, 'stage', NOW)).toBe(
    'hap-a is locked on its host by somebody who left no name, since 2026-11-28 17:40:00 UTC (3 h 20 min), without an end',
  );
  expect(lockWords({ ...lock, sinceMs: null }, 'stage', NOW)).toBe(
    'hap-a is locked on its host by somebody who left no name, without an end',
  );
});

test('a lock that has ended', () => {
  expect(endedWords(lockOf({ proxy: 'hap-a', untilMs: NOW - 12 * MINUTE }), 'stage', NOW)).toBe(
    'the lock of alice@deploy-1 on hap-a ended at 2026-11-28 20:48:00 UTC (12 min ago)',
  );
});

test.each([
  [-5_000, '0 s'],
  [119_000, '119 s'],
  [25 * MINUTE, '25 min'],
  [120 * MINUTE, '2 h'],
  [200 * MINUTE, '3 h 20 min'],
  [72 * 60 * MINUTE, '3 days'],
])('%d ms -> %s', (ms, said) => {
  expect(spanWords(ms)).toBe(said);
});
