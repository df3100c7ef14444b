// What a host says of its lock, also one that is hostile.

import { describe, expect, test } from 'vitest';
import { parseHostAnswer } from '../../src/locks/host-lock.ts';
import { spellLock } from '../../src/locks/lock-file.ts';
import { lockOf, MINUTE, NOW } from './lock-of.ts';

const nobody = { place: 'host', owner: null, reason: null, untilMs: null };

test.each([
  ['none\n', { kind: 'none' }],
  ['made\n', { kind: 'made' }],
  ['', { kind: 'unknown' }],
  ['Welcome!\nnone\n', { kind: 'unknown' }],
  ['lock\n', { kind: 'unknown' }],
  ['lock\nx y\n1000\n', { kind: 'unknown' }],
])('%j -> %j', (output, answer) => {
  expect(parseHostAnswer(output, NOW)).toEqual(answer);
});

test("an empty file is a lock of nobody, without an end; its age is by the host's own clock", () => {
  expect(parseHostAnswer('lock\n77 1000\n1600\n', NOW)).toEqual({
    kind: 'lock',
    mark: '77 1000',
    lock: { ...nobody, sinceMs: NOW - 10 * MINUTE },
  });
});

test.each([
  ['a host without stat', 'lock\n0 0\n1600\n', null],
  ['a host without a clock', 'lock\n77 1000\n\n', null],
  ['a file of the future', 'lock\n77 2000\n1600\n', NOW],
])('%s -> its age is not known, or none', (_, output, sinceMs) => {
  expect(parseHostAnswer(output, NOW)).toMatchObject({ lock: { ...nobody, sinceMs } });
});

test('what this program has written is read', () => {
  const { owner, reason, sinceMs, untilMs, ...rest } = lockOf({ proxy: 'hap-c' });
  const text = spellLock({ owner, reason, sinceMs, untilMs, ...rest });
  expect(parseHostAnswer(`lock\n77 1000\n1600\n${text}`, NOW)).toMatchObject({
    lock: { place: 'host', owner, reason, sinceMs, untilMs },
  });
});

describe('other text is its reason, and no more than that', () => {
  test.each([
    ['a sentence', 'upgrade by bob\n', 'upgrade by bob'],
    ['half of our own', spellLock(lockOf()).slice(0, 40), spellLock(lockOf()).slice(0, 40)],
    ['a flood', 'x'.repeat(4_000), 'x'.repeat(200)],
    ['escape sequences, which the page escapes', '\u001b[2J', '\u001b[2J'],
  ])('%s', (_, text, reason) => {
    expect(parseHostAnswer(`lock\n77 1000\n1600\n${text}`, NOW)).toMatchObject({ lock: { ...nobody, reason } });
  });
});
