// What a person may ask of `lock`, and what is said of the rest.

import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { checkNames, type LockWords, ownerOf, wantedLocks } from '../../src/workflows/lock-request.ts';
import { MINUTE, NOW } from '../locks/lock-of.ts';

const wanted = (words: Partial<LockWords>, proxies: readonly (string | null)[] = [null]) =>
  wantedLocks({ reason: 'upgrade', for: '30m', ...words }, { environment: 'stage', proxies }, NOW);

function complaintsOf(ask: () => unknown): readonly string[] {
  try {
    ask();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
}

test('a lock for each proxy, with an end and a name of its own', () => {
  const locks = wanted({ owner: ' alice ' }, ['hap-a', 'hap-b']);
  expect(locks).toMatchObject(
    ['hap-a', 'hap-b'].map((proxy) => ({
      environment: 'stage',
      proxy,
      owner: 'alice',
      reason: 'upgrade',
      sinceMs: NOW,
      untilMs: NOW + 30 * MINUTE,
    })),
  );
  expect(new Set(locks.map(({ id }) => id)).size).toBe(2);
});

test('who does not say who they are is user@host', () => {
  expect(wanted({})[0]!.owner).toMatch(new RegExp(`^.+@${hostname()}$`));
  expect(ownerOf(undefined)).toBe(wanted({})[0]!.owner);
});

describe('refused', () => {
  test.each<[Partial<LockWords>, string]>([
    [{ reason: ' ' }, '--reason: it is empty'],
    [{ reason: 'x'.repeat(201) }, '--reason: at most 200 letters'],
    [{ reason: 'two\nlines' }, '--reason: one line of printable letters'],
    [{ owner: '\u001b[2J' }, '--owner: one line of printable letters'],
    [{ owner: '' }, '--owner: it is empty'],
    [{ for: '30' }, '--for "30": expected a duration with its unit (ms, s, m or h), as in 30m'],
    [{ for: '0s' }, '--for: a lock lasts longer than nothing; `splitbrain unlock` releases one'],
    [{ for: '24.1h' }, '--for: a lock lasts at most 24h; lock again to go on'],
  ])('%j', (words, complaint) => {
    expect(complaintsOf(() => wanted(words))).toEqual([complaint]);
  });

  test('every complaint at once', () => {
    expect(complaintsOf(() => wanted({ reason: '', owner: '', for: 'soon' }))).toHaveLength(3);
  });

  test('an owner of unlock too', () => {
    expect(complaintsOf(() => ownerOf('a\tb'))).toEqual(['--owner: one line of printable letters']);
  });
});

test('24 hours are the most', () => {
  expect(wanted({ for: '24h' })[0]!.untilMs).toBe(NOW + 24 * 60 * MINUTE);
});

describe('names of proxies', () => {
  const many = Array.from({ length: 12 }, (_, n) => `hap-${n}`);
  test.each([
    [['hap-1'], many, []],
    [['hpa-1'], many, ['"hpa-1" is no proxy of this mesh: did you mean hap-1?']],
    [['x'], ['hap-a', 'hap-b'], ['"x" is no proxy of this mesh: they are hap-a, hap-b']],
    [['zzzzzz'], many, [expect.stringMatching(/they are hap-0, .*, hap-9 and 2 more$/)]],
  ])('%j -> %j', (names, known, complaints) => {
    expect(complaintsOf(() => checkNames(names, known))).toEqual(complaints);
  });
});
