// The files of locks: whole or not there, each with its place.

import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLock, lockPath, readLockOn, readLocks, removeLock, replaceLock } from '../../src/locks/lock-folder.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { lockOf } from './lock-of.ts';

function placeOf(environment = 'stage') {
  return { folder: temporaryFolder(), environment };
}

test('what was created is read: the environment first, then the proxies by name', () => {
  const place = placeOf();
  const locks = ['hap-b', null, '[::1]:9999', 'hap-a'].map((proxy) => lockOf({ proxy }));
  for (const lock of locks) expect(createLock(place, lock)).toBe(true);
  expect(readLocks(place).map(({ lock }) => lock)).toEqual([locks[1], locks[2], locks[3], locks[0]]);
  expect(readdirSync(place.folder)).toHaveLength(4);
});

test('everybody may read who holds a lock', () => {
  const place = placeOf();
  createLock(place, lockOf());
  expect(statSync(lockPath(place, null)).mode & 0o044).toBe(0o044);
});

test('a second lock is not created, and leaves nothing behind', () => {
  const place = placeOf();
  const first = lockOf();
  createLock(place, first);
  expect(createLock(place, lockOf({ owner: 'bob' }))).toBe(false);
  expect([readLockOn(place, null)?.lock, readdirSync(place.folder).length]).toEqual([first, 1]);
});

test('a lock that is replaced is never absent, and another environment is left alone', () => {
  const place = placeOf();
  const other = { ...place, environment: 'stage.b' };
  createLock(place, lockOf());
  createLock(other, lockOf({ environment: 'stage.b' }));
  const later = lockOf({ reason: 'longer' });
  replaceLock(place, later);
  expect([readLocks(place).map(({ lock }) => lock), readLocks(other).length]).toEqual([[later], 1]);
});

describe('a folder that', () => {
  test('is not there holds no lock', () => {
    expect(readLocks({ folder: join(temporaryFolder(), 'none'), environment: 'stage' })).toEqual([]);
  });

  test('is a file holds no lock', () => {
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    expect(readLocks({ folder, environment: 'stage' })).toEqual([]);
  });

  test('cannot be read may hold one', () => {
    const place = placeOf();
    const folder = join(place.folder, 'circle');
    symlinkSync('circle', folder);
    expect(readLocks({ ...place, folder })).toMatchObject([{ proxy: null, lock: null, path: folder }]);
  });

  test('holds other files: they are no locks', () => {
    const place = placeOf();
    for (const name of ['stage.lock', 'stage+locked', 'stage+lockedx.json', 'stage+locked+%.json', 'x+locked.json'])
      writeFileSync(join(place.folder, name), '{}');
    expect(readLocks(place)).toEqual([]);
  });
});

describe('a file of a lock that', () => {
  test.each([
    ['is empty', ''],
    ['is cut', '{"schema":"splitbrain/lock/1","environment":"sta'],
    ['is endless', ' '.repeat(5_000)],
  ])('%s is a lock that cannot be read', (_, text) => {
    const place = placeOf();
    writeFileSync(lockPath(place, 'hap-a'), text);
    expect(readLocks(place)).toMatchObject([{ proxy: 'hap-a', lock: null, problem: expect.any(String) }]);
  });

  test('is a folder, or a link to nowhere: the first cannot be read, the second is not there', () => {
    const place = placeOf();
    mkdirSync(lockPath(place, 'hap-a'));
    symlinkSync('/nowhere/at-all', lockPath(place, 'hap-b'));
    expect(readLocks(place)).toMatchObject([{ proxy: 'hap-a', lock: null }]);
  });

  test('names another proxy than its name does: somebody has copied it', () => {
    const place = placeOf();
    createLock(place, lockOf({ proxy: 'hap-a' }));
    writeFileSync(lockPath(place, 'hap-b'), JSON.stringify(lockOf({ proxy: 'hap-a' })));
    expect(readLockOn(place, 'hap-b')?.lock).toBeNull();
  });
});

describe('removing', () => {
  test('removes what was found', () => {
    const place = placeOf();
    createLock(place, lockOf());
    expect([removeLock(readLocks(place)[0]!), readdirSync(place.folder)]).toEqual([true, []]);
  });

  test('what was taken anew meanwhile stays', () => {
    const place = placeOf();
    createLock(place, lockOf());
    const [found] = readLocks(place);
    const later = lockOf({ owner: 'bob' });
    replaceLock(place, later);
    expect(removeLock(found!)).toBe(false);
    expect([readLocks(place)[0]?.lock, readdirSync(place.folder).length]).toEqual([later, 1]);
  });

  test('what is gone is no trouble', () => {
    const place = placeOf();
    createLock(place, lockOf());
    const [found] = readLocks(place);
    removeLock(found!);
    expect(removeLock(found!)).toBe(false);
  });
});

test('a folder that cannot be written throws, and leaves no draft', () => {
  const place = placeOf();
  const folder = join(place.folder, 'file');
  writeFileSync(folder, '');
  chmodSync(folder, 0o400);
  expect(() => createLock({ ...place, folder }, lockOf())).toThrow(/EEXIST|ENOTDIR/);
});
