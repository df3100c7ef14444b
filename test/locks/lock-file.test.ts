// What a lock's file says, also where it is damaged or written by somebody else.

import { describe, expect, test } from 'vitest';
import { parseLock, spellLock } from '../../src/locks/lock-file.ts';
import { lockOf } from './lock-of.ts';

test.each([
  ['the environment', lockOf()],
  ['a proxy', lockOf({ proxy: 'hap-a' })],
  ['quotes, other scripts and emoji', lockOf({ owner: 'o\'neil "x"', reason: 'обновление ✂' })],
])('a lock on %s is read as it was written, from one line', (_, lock) => {
  const text = spellLock(lock);
  expect([parseLock(text), text.split('\n').length]).toEqual([lock, 2]);
});

const spelled = JSON.parse(spellLock(lockOf())) as Record<string, unknown>;
const changed = (changes: Record<string, unknown>) => JSON.stringify({ ...spelled, ...changes });

describe('what this program has not written is no lock of its own', () => {
  test.each([
    ['an empty file', ''],
    ['half a file', spellLock(lockOf()).slice(0, 60)],
    ['another format', '{"owner":"alice"}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a newer format', changed({ schema: 'splitbrain/lock/2' })],
    ['a number for an owner', changed({ owner: 7 })],
    ['no reason', changed({ reason: undefined })],
    ['a reason without end', changed({ reason: 'x'.repeat(2_000) })],
    ['an end that is no time', changed({ until: 'tomorrow' })],
    ['no end', changed({ until: null })],
    ['a list of proxies', changed({ proxy: ['hap-a'] })],
  ])('%s', (_, text) => {
    expect(parseLock(text)).toBeNull();
  });
});
