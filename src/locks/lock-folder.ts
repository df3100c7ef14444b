// The locks in the folder that all runs share: one file for the environment, and one for each
// locked proxy. Nothing here waits, and no lock stands in a file that is not whole.

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type LockFile, MOST_BYTES, parseLock, spellLock } from './lock-file.ts';

/** Where the locks of an environment are. */
export interface LockPlace {
  readonly folder: string;
  readonly environment: string;
}

/** A lock's file; `lock` is `null` where it cannot be read, and `problem` says why. */
export interface FoundLock {
  readonly path: string;
  readonly proxy: string | null;
  readonly lock: LockFile | null;
  readonly problem: string | null;
}

/** Everybody must be able to read who holds a lock. It names no conference. */
const READABLE = 0o644;

/** Environments and encoded proxies have no plus sign. */
const MARK = '+locked';
const END = '.json';

/** The file of the lock on a proxy, or on the environment (`null`). */
export function lockPath({ folder, environment }: LockPlace, proxy: string | null): string {
  const ofProxy = proxy === null ? '' : `+${encodeURIComponent(proxy)}`;
  return join(folder, `${encodeURIComponent(environment)}${MARK}${ofProxy}${END}`);
}

/**
 * All locks of the environment, its own first. A folder that is not there holds none; one that
 * cannot be read is a lock on the environment that cannot be read.
 */
export function readLocks(place: LockPlace): readonly FoundLock[] {
  const start = `${encodeURIComponent(place.environment)}${MARK}`;
  let names: readonly string[];
  try {
    names = readdirSync(place.folder).filter((name) => name.startsWith(start) && name.endsWith(END));
  } catch (error) {
    if (isAbsent(error)) return [];
    return [{ path: place.folder, proxy: null, lock: null, problem: (error as Error).message }];
  }
  return names
    .map((name) => proxyIn(name.slice(start.length, -END.length)))
    .filter((proxy) => proxy !== undefined)
    .toSorted((one, other) => ((one ?? '') < (other ?? '') ? -1 : 1))
    .flatMap((proxy) => readLockOn(place, proxy) ?? []);
}

/** `undefined`: there is no lock on it. */
export function readLockOn(place: LockPlace, proxy: string | null): FoundLock | undefined {
  const path = lockPath(place, proxy);
  try {
    const text = textOf(path);
    const lock = text === null ? null : parseLock(text);
    const isOf = lock !== null && lock.environment === place.environment && lock.proxy === proxy;
    if (isOf) return { path, proxy, lock, problem: null };
    return { path, proxy, lock: null, problem: 'this program has not written it' };
  } catch (error) {
    return isAbsent(error) ? undefined : { path, proxy, lock: null, problem: (error as Error).message };
  }
}

/** `null`: it is no file, or larger than any lock. A pipe without a writer must not hold a run. */
function textOf(path: string): string | null {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    return found.isFile() && found.size <= MOST_BYTES ? readFileSync(file, 'utf8') : null;
  } finally {
    closeSync(file);
  }
}

/** `''` is the environment; `undefined`: the file is no lock. */
function proxyIn(part: string): string | null | undefined {
  if (part === '') return null;
  if (!part.startsWith('+')) return undefined;
  try {
    return decodeURIComponent(part.slice(1));
  } catch {
    return undefined;
  }
}

/** Creates the file together with its content; `false` where there is one already. */
export function createLock(place: LockPlace, lock: LockFile): boolean {
  const path = lockPath(place, lock.proxy);
  return withDraft(place, lock, (draft) => {
    try {
      linkSync(draft, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  });
}

/**
 * Writes a lock over an older one of the same owner. There is no moment without a lock, in which a
 * heal could begin.
 */
export function replaceLock(place: LockPlace, lock: LockFile): void {
  withDraft(place, lock, (draft) => renameSync(draft, lockPath(place, lock.proxy)));
}

/**
 * Removes the file if it is still the one that was found. Of two runs that remove the same one,
 * only one can move it; a run that has moved another one puts it back.
 */
export function removeLock({ path, lock: found }: FoundLock): boolean {
  const aside = `${path}.${randomUUID().slice(0, 8)}.gone`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
  const isSame = found === null || parsedIn(aside)?.id === found.id;
  try {
    if (!isSame) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
  return isSame;
}

function parsedIn(path: string): LockFile | null {
  try {
    const text = textOf(path);
    return text === null ? null : parseLock(text);
  } catch {
    return null;
  }
}

/** The draft is on disk before it has its name: a machine that fails leaves no empty lock. */
function withDraft<T>({ folder }: LockPlace, lock: LockFile, use: (draft: string) => T): T {
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${lock.id}.lock-draft`);
  try {
    const file = openSync(draft, 'wx', READABLE);
    try {
      writeFileSync(file, spellLock(lock));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return use(draft);
  } finally {
    rmSync(draft, { force: true });
  }
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
