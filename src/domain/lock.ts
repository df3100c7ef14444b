// A lock: somebody works on an environment or on one of its proxies, and every command leaves it
// alone until the lock ends.

/** What a lock says. What its file does not say is `null`. */
export interface Lock {
  /** `null`: the whole environment. */
  readonly proxy: string | null;
  /** In the folder that runs share, or in a file on the proxy's host. */
  readonly place: 'folder' | 'host';
  readonly owner: string | null;
  readonly reason: string | null;
  readonly sinceMs: number | null;
  /** `null`: it has no end. */
  readonly untilMs: number | null;
}

/** `ignored`: it is in force, and this run was told to look all the same. */
export type LockState = 'in-force' | 'ignored' | 'expired' | 'unreadable';

/** A lock that a run found, and what it means for the run. */
export interface SeenLock extends Lock {
  readonly state: LockState;
  /** The file that holds it. */
  readonly path: string;
  /** A sentence without its full stop: who, why and until when. */
  readonly says: string;
}

/**
 * Milliseconds that a lock is honoured after its end. Its end is a time of its owner's clock; the
 * clocks of machines that are kept alike differ by far less.
 */
export const CLOCK_SLACK_MS = 30_000;

export function isInForce({ untilMs }: Pick<Lock, 'untilMs'>, nowMs: number): boolean {
  return untilMs === null || nowMs < untilMs + CLOCK_SLACK_MS;
}

/** Whether two locks are about the same proxies: the environment is all of them. */
export function overlap(one: Pick<Lock, 'proxy'>, other: Pick<Lock, 'proxy'>): boolean {
  return one.proxy === null || other.proxy === null || one.proxy === other.proxy;
}

/** The lock that freezes the environment for this run; `undefined` where none does. */
export function environmentLock(locks: readonly SeenLock[]): SeenLock | undefined {
  return locks.find(({ proxy, state }) => proxy === null && state === 'in-force');
}
