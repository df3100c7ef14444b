// Locks for tests, of alice on stage unless a test says so.

import type { LockFile } from '../../src/locks/lock-file.ts';

export const NOW = Date.parse('2026-11-28T21:00:00.000Z');
export const MINUTE = 60_000;

let made = 0;

export function lockOf(changes: Partial<LockFile> = {}): LockFile {
  return {
    environment: 'stage',
    proxy: null,
    owner: 'alice@deploy-1',
    reason: 'kernel upgrade',
    sinceMs: NOW,
    untilMs: NOW + 30 * MINUTE,
    id: `lock-${made++}`,
    ...changes,
  };
}
