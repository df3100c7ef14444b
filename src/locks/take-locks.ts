// Takes and gives back locks in the shared folder: all that one command names, or none.

import { isInForce, overlap } from '../domain/lock.ts';
import type { LockFile } from './lock-file.ts';
import {
  createLock,
  type FoundLock,
  type LockPlace,
  lockPath,
  readLockOn,
  readLocks,
  removeLock,
  replaceLock,
} from './lock-folder.ts';

/** The locks that a command wants; they differ in their proxy and id only. */
export type WantedLocks = readonly LockFile[];

/**
 * What came of taking locks. `held` are the locks of others that are in the way, `unreadable` the
 * files that may be such locks: then nothing was taken.
 */
export type Taken =
  | { readonly kind: 'taken'; readonly extended: readonly (string | null)[] }
  | { readonly kind: 'held'; readonly held: readonly FoundLock[] }
  | { readonly kind: 'unwritable'; readonly problem: string };

/**
 * Takes all of them, or none. Each file is made by one atomic step. A lock on the environment and a
 * lock on a proxy are two files: whoever finds another's lock after making its own gives its own
 * back, so that two can never both believe that they hold the same proxy.
 */
export function takeLocks(place: LockPlace, wanted: WantedLocks, nowMs: number): Taken {
  const inTheWay = () => readLocks(place).filter((found) => wanted.some((lock) => isInTheWay(found, lock, nowMs)));
  const before = inTheWay();
  if (before.length > 0) return { kind: 'held', held: before };
  const undo: (() => void)[] = [];
  const extended: (string | null)[] = [];
  const giveBack = () => {
    for (const step of undo.reverse()) step();
  };
  try {
    for (const lock of wanted) {
      const older = takeOne(place, lock, nowMs);
      if (older === 'held') break;
      if (older === null) undo.push(() => void removeLock(foundAs(place, lock)));
      else {
        extended.push(lock.proxy);
        undo.push(() => replaceLock(place, older));
      }
    }
    const after = inTheWay();
    if (after.length === 0 && undo.length === wanted.length) return { kind: 'taken', extended };
    giveBack();
    return { kind: 'held', held: after };
  } catch (error) {
    giveBack();
    return { kind: 'unwritable', problem: `${place.folder}: no lock can be written: ${(error as Error).message}` };
  }
}

/** Another's lock in force, or a file that may be one. */
function isInTheWay(found: FoundLock, wanted: LockFile, nowMs: number): boolean {
  if (!overlap(found, wanted)) return false;
  return found.lock === null || (found.lock.owner !== wanted.owner && isInForce(found.lock, nowMs));
}

/** The older lock that it replaced: the owner's own; `null` where there was none. */
function takeOne(place: LockPlace, lock: LockFile, nowMs: number): LockFile | null | 'held' {
  // Another run may take or remove the file at any moment: each try begins with what is there now.
  for (let attempt = 0; attempt < 5; attempt++) {
    if (createLock(place, lock)) return null;
    const found = readLockOn(place, lock.proxy);
    if (found === undefined) continue;
    if (isInTheWay(found, lock, nowMs)) return 'held';
    if (isInForce(found.lock!, nowMs)) {
      replaceLock(place, lock);
      return found.lock;
    }
    removeLock(found);
  }
  return 'held';
}

function foundAs(place: LockPlace, lock: LockFile): FoundLock {
  return { path: lockPath(place, lock.proxy), proxy: lock.proxy, problem: null, lock };
}

/** Who gives locks back; `force`: also those of others. */
export interface Releasing {
  readonly owner: string;
  readonly force: boolean;
  readonly nowMs: number;
}

/** What came of giving one lock back. `found` is the lock as it was. */
export interface Released {
  readonly proxy: string | null;
  readonly kind: 'released' | 'absent' | 'held';
  readonly found: FoundLock | undefined;
}

/** Gives back the lock on a proxy, or on the environment (`null`). An expired one is anybody's. */
export function releaseLock(place: LockPlace, proxy: string | null, { owner, force, nowMs }: Releasing): Released {
  const found = readLockOn(place, proxy);
  if (found === undefined) return { proxy, kind: 'absent', found };
  const isFree = found.lock !== null && (found.lock.owner === owner || !isInForce(found.lock, nowMs));
  if (!isFree && !force) return { proxy, kind: 'held', found };
  return { proxy, kind: removeLock(found) ? 'released' : 'absent', found };
}
