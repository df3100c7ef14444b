// Leases that the tests of the run lock take, and leases that other runs have left.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lease, takeLease } from '../../src/heal/run-lock.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

export const now = Date.parse('2026-11-21T12:00:00Z');
export const since = '2026-11-21T12:00:00.000Z';
export const pathIn = (folder: string) => join(folder, 'stage.lock');
export const never = new AbortController().signal;
type Taken = Awaited<ReturnType<typeof takeLease>>;
export const isHeld = (lease: Taken): lease is Lease => 'release' in lease;

const held: Lease[] = [];

/** Releases all leases that `take` has got; for `afterEach`. */
export function releaseAll(): void {
  for (const lease of held.splice(0)) lease.release();
}

export async function take(
  folder: string,
  runId = 'mine',
  clock = createFakeClock(now),
  environment = 'stage',
): Promise<Taken> {
  const lease = await takeLease({ folder, environment, runId, what: 'healing' }, clock, never);
  if (isHeld(lease)) held.push(lease);
  return lease;
}
export async function mustTake(folder: string, runId?: string, clock?: FakeClock): Promise<Lease> {
  const lease = await take(folder, runId, clock);
  if (!isHeld(lease)) throw new Error(JSON.stringify(lease));
  return lease;
}

/** A lock file as another run has left it: this process's own content, with the changes. */
export async function leave(folder: string, changes: object): Promise<void> {
  if (!existsSync(pathIn(folder))) await take(folder, 'theirs');
  const holder = { ...JSON.parse(readFileSync(pathIn(folder), 'utf8')), ...changes };
  writeFileSync(pathIn(folder), JSON.stringify(holder));
}

/** The pid of a process that has ended, and that its parent has waited for. */
export const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;
