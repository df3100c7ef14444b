// Locks of a run: none, or one that alice holds.

import type { SeenLock } from '../../src/domain/lock.ts';
import type { MeshLocks } from '../../src/session/mesh-locks.ts';

export const noLocks: MeshLocks = {
  seen: () => [],
  renew: () => {},
  obstacle: () => null,
  guarded: (_, reader) => reader,
};

/** A lock on the environment, in force unless a test says so. */
export function seenLock(changes: Partial<SeenLock> = {}): SeenLock {
  return {
    proxy: null,
    place: 'folder',
    state: 'in-force',
    owner: 'alice@deploy-1',
    reason: 'upgrade',
    sinceMs: Date.parse('2026-11-28T21:00:00Z'),
    untilMs: Date.parse('2026-11-28T21:30:00Z'),
    path: '/state/stage-8x8+locked.json',
    says: 'stage-8x8 is locked by alice@deploy-1 ("upgrade") until 2026-11-28 21:30:00 UTC (30 min left)',
    ...changes,
  };
}
