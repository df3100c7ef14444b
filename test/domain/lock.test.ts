// Which locks count, and when.

import { expect, test } from 'vitest';
import { CLOCK_SLACK_MS, environmentLock, isInForce, overlap, type SeenLock } from '../../src/domain/lock.ts';

const NOW = Date.parse('2026-11-28T21:00:00Z');

test.each([
  ['without an end, however old', null, true],
  ['ends in a second', NOW + 1_000, true],
  ["ended just now: the owner's clock may be behind", NOW - CLOCK_SLACK_MS + 1, true],
  ['ended longer ago than clocks differ', NOW - CLOCK_SLACK_MS, false],
])('%s -> in force: %s', (_, untilMs, expected) => {
  expect(isInForce({ untilMs }, NOW)).toBe(expected);
});

test.each([
  [null, null, true],
  [null, 'hap-a', true],
  ['hap-a', null, true],
  ['hap-a', 'hap-a', true],
  ['hap-a', 'hap-b', false],
])('locks on %j and %j -> about the same proxies: %s', (one, other, expected) => {
  expect(overlap({ proxy: one }, { proxy: other })).toBe(expected);
});

const lock = (proxy: string | null, state: SeenLock['state']): SeenLock => ({
  proxy,
  state,
  place: 'folder',
  owner: 'alice',
  reason: 'upgrade',
  sinceMs: NOW,
  untilMs: NOW + 60_000,
  path: '/state/stage+locked.json',
  says: 'it is locked',
});

test.each(['ignored', 'expired', 'unreadable'] as const)('an %s lock freezes no environment', (state) => {
  expect(environmentLock([lock(null, state), lock('hap-a', 'in-force')])).toBeUndefined();
});

test('a lock in force freezes it', () => {
  const frozen = lock(null, 'in-force');
  expect(environmentLock([lock('hap-a', 'in-force'), frozen])).toBe(frozen);
});
