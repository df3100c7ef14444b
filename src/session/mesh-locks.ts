// The locks of a mesh, as a run finds them in the shared folder when it begins.

import { isInForce, type LockState, type SeenLock } from '../domain/lock.ts';
import type { ProxyTarget, Trouble } from '../domain/proxy.ts';
import { TransportError } from '../errors.ts';
import { type FoundLock, type LockPlace, readLocks } from '../locks/lock-folder.ts';
import { endedWords, lockWords } from '../locks/lock-words.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';

/** The locks that a run honours, or ignores and says so. */
export interface MeshLocks {
  /** Every lock that was found so far. */
  seen(): readonly SeenLock[];
  /**
   * Why nothing may be written now, or `null`. The folder is read again: a lock may have been taken
   * since.
   */
  obstacle(): string | null;
  /** The reader, which asks a locked proxy nothing. */
  guarded(target: ProxyTarget, reader: TableReader): TableReader;
}

/** Where the locks are, and whether the run was told to look all the same. */
export interface LockRules extends LockPlace {
  readonly isIgnoring: boolean;
  readonly now: () => number;
}

const REMEDY = 'wait until it ends, or ask its owner; for your own work give --ignore-lock';

/** Reads the folder once; later only for `obstacle`. */
export function openLocks(rules: LockRules): MeshLocks {
  const inFolder = readLocks(rules).map((found) => seenLock(found, rules));
  return {
    seen: () => inFolder,
    obstacle: () => obstacleAmong(readLocks(rules).map((found) => seenLock(found, rules))),
    guarded(target, reader) {
      const own = inFolder.find(({ proxy, state }) => proxy === target.name && state === 'in-force');
      return own === undefined ? reader : refusing(reader, { code: 'locked', message: own.says, remedy: REMEDY });
    },
  };
}

/** Locks as they are, for a command that does not look. */
export function seenLocks(place: LockPlace, found: readonly FoundLock[], nowMs: number): readonly SeenLock[] {
  return found.map((each) => seenLock(each, { ...place, isIgnoring: false, now: () => nowMs }));
}

/** A lock that cannot be read may be in force: it keeps writers out. */
function obstacleAmong(locks: readonly SeenLock[]): string | null {
  const said = locks.filter(({ state }) => state === 'in-force' || state === 'unreadable').map(({ says }) => says);
  return said.length === 0 ? null : said.join('; ');
}

function seenLock({ path, proxy, lock, problem }: FoundLock, { environment, isIgnoring, now }: LockRules): SeenLock {
  const nothing = { owner: null, reason: null, sinceMs: null, untilMs: null };
  if (lock === null) {
    const says = `the lock ${path} of ${proxy ?? environment} cannot be read: ${problem}`;
    return { ...nothing, proxy, place: 'folder', state: isIgnoring ? 'ignored' : 'unreadable', path, says };
  }
  const nowMs = now();
  const { owner, reason, sinceMs, untilMs } = lock;
  const told = { proxy, place: 'folder', owner, reason, sinceMs, untilMs } as const;
  const state: LockState = !isInForce(lock, nowMs) ? 'expired' : isIgnoring ? 'ignored' : 'in-force';
  const says = (state === 'expired' ? endedWords : lockWords)(told, environment, nowMs);
  return { ...told, state, path, says };
}

/** Every question is answered by the trouble, without asking the proxy. */
function refusing(reader: TableReader, trouble: Trouble): TableReader {
  const refuse = () => Promise.reject(new TransportError(trouble));
  return {
    state: refuse,
    dump: refuse,
    entries: refuse,
    premise: refuse,
    checkProcess: refuse,
    maps: refuse,
    fillsKeyLength: refuse,
    close: () => reader.close(),
  };
}
