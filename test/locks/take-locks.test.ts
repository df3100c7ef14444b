// Taking and giving back: all or nothing, one holder, and no word of it that is not true.

import { readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createLock, type LockPlace, lockPath, readLocks } from '../../src/locks/lock-folder.ts';
import { releaseLock, takeLocks } from '../../src/locks/take-locks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { lockOf, MINUTE, NOW } from './lock-of.ts';

const placeOf = (): LockPlace => ({ folder: temporaryFolder(), environment: 'stage' });
const ENDED = { untilMs: NOW - 5 * MINUTE };

/** Locks as `owner on proxy`; `-` is the environment. */
function heldIn(place: LockPlace): readonly string[] {
  return readLocks(place).map(({ lock, proxy }) => `${lock?.owner ?? '?'} on ${proxy ?? '-'}`);
}

function take(place: LockPlace, owner: string, ...proxies: (string | null)[]) {
  return takeLocks(
    place,
    proxies.map((proxy) => lockOf({ owner, proxy })),
    NOW,
  );
}

describe('{alice holds ...} bob wants ... ->', () => {
  test.each([
    ['nothing', [], ['a'], 'taken'],
    ['a', ['a'], ['b'], 'taken'],
    ['a', ['a'], ['a'], 'held'],
    ['a', ['a'], ['b', 'a'], 'held'],
    ['all', [null], ['a'], 'held'],
    ['a', ['a'], [null], 'held'],
    ['all', [null], [null], 'held'],
  ] as const)('%s: %j, %j -> %s', (_, held, wanted, kind) => {
    const place = placeOf();
    if (held.length > 0) take(place, 'alice', ...held);
    const before = heldIn(place);
    expect(take(place, 'bob', ...wanted).kind).toBe(kind);
    expect(heldIn(place).filter((each) => !each.startsWith('bob'))).toEqual(before);
    expect(heldIn(place).filter((each) => each.startsWith('bob'))).toHaveLength(kind === 'taken' ? wanted.length : 0);
  });
});

test('who is refused is told who holds it', () => {
  const place = placeOf();
  take(place, 'alice', 'a');
  expect(take(place, 'bob', null)).toMatchObject({ kind: 'held', held: [{ proxy: 'a', lock: { owner: 'alice' } }] });
});

test('the holder may lock again: a new end, and no other lock', () => {
  const place = placeOf();
  take(place, 'alice', 'a');
  const later = lockOf({ owner: 'alice', proxy: 'a', untilMs: NOW + 90 * MINUTE });
  expect(takeLocks(place, [later], NOW)).toEqual({ kind: 'taken', extended: ['a'] });
  expect(readLocks(place).map(({ lock }) => lock)).toEqual([later]);
});

test('one that has ended is taken over', () => {
  const place = placeOf();
  createLock(place, lockOf({ ...ENDED, owner: 'alice' }));
  expect(take(place, 'bob', null)).toEqual({ kind: 'taken', extended: [] });
  expect(heldIn(place)).toEqual(['bob on -']);
});

test('a file that cannot be read may be a lock: nothing is taken', () => {
  const place = placeOf();
  writeFileSync(lockPath(place, 'a'), '');
  expect([take(place, 'bob', 'a', 'b').kind, take(place, 'bob', null).kind]).toEqual(['held', 'held']);
  expect(heldIn(place)).toEqual(['? on a']);
});

test('a folder that cannot be written is said', () => {
  const place = placeOf();
  const folder = `${place.folder}/file`;
  writeFileSync(folder, '');
  expect(take({ ...place, folder }, 'bob', 'a')).toMatchObject({
    kind: 'unwritable',
    problem: expect.stringContaining(folder),
  });
});

describe('giving back', () => {
  const release = (place: LockPlace, proxy: string | null, owner: string, force = false) =>
    releaseLock(place, proxy, { owner, force, nowMs: NOW }).kind;

  test("one's own is released, and nothing is left behind", () => {
    const place = placeOf();
    take(place, 'alice', 'a');
    expect([release(place, 'a', 'alice'), readdirSync(place.folder)]).toEqual(['released', []]);
  });

  test("another's is held, and released by force", () => {
    const place = placeOf();
    take(place, 'alice', 'a');
    expect([release(place, 'a', 'bob'), heldIn(place)]).toEqual(['held', ['alice on a']]);
    expect([release(place, 'a', 'bob', true), heldIn(place)]).toEqual(['released', []]);
  });

  test("another's that has ended is released", () => {
    const place = placeOf();
    createLock(place, lockOf({ ...ENDED, owner: 'alice' }));
    expect(release(place, null, 'bob')).toBe('released');
  });

  test('one that cannot be read is held, and released by force', () => {
    const place = placeOf();
    writeFileSync(lockPath(place, null), 'x');
    expect([release(place, null, 'bob'), release(place, null, 'bob', true)]).toEqual(['held', 'released']);
  });

  test('none is absent', () => {
    expect(release(placeOf(), 'a', 'bob')).toBe('absent');
  });
});
