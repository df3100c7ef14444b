// One heal at a time for an environment: a lease in a folder that all runs share, which its holder
// renews while it is running.

import {
  closeSync,
  fstatSync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../process/clock.ts';
import { type Holder, holderHere, lifeOf, parseHolder } from './lease-holder.ts';

/** After so long without a heartbeat, a holder whose process cannot be checked counts as dead. */
export const LEASE_MS = 15_000;
/** A few heartbeats may be late or lost. */
const HEARTBEAT_MS = 3_000;
const POLL_MS = 500;

/** The right to write to the environment, held by this run. */
export interface Lease {
  /** What happened to a run that held the lease before and did not release it, or `null`. */
  readonly takenOver: string | null;
  /** Why this run no longer holds it, or `null`. Checked before every write. */
  lost(): string | null;
  /** Safe to call twice. */
  release(): void;
}

/** Another run holds the lease. */
export interface LeaseTaken {
  readonly because: string;
}

/** The lease's file cannot be written. */
export interface LeaseUnwritable {
  readonly problem: string;
}

/** A run that wants the lease, and what it is doing: `healing` in "run 1234 is healing stage". */
export interface Claim {
  readonly folder: string;
  readonly environment: string;
  readonly runId: string;
  readonly what: string;
}

/**
 * A heartbeat sets the file's time of change. Only that the time changes counts, so the clocks of
 * two machines need not agree. Rejects when the signal aborts while it waits for a heartbeat.
 */
export async function takeLease(
  claim: Claim,
  clock: Clock,
  signal: AbortSignal,
): Promise<Lease | LeaseTaken | LeaseUnwritable> {
  const path = leasePath(claim);
  const here = holderHere(claim.runId, new Date(clock.now()));
  const file = { path, here };
  let takenOver: string | null = null;
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryTake(claim.folder, path, here)) return keepLease(file, takenOver, clock);
      const other = readHolder(path);
      const life = other === null ? 'dead' : await watchForLife(file, other, { clock, signal });
      if (life === 'alive') return { because: describeTaken(other!, claim) };
      // While this run waited, another one may have taken the lease.
      if (life === 'gone' || readHolder(path)?.runId !== other?.runId) continue;
      if (other !== null) takenOver = describeTakeover(other, life);
      removeDeadLease(path, other, claim.runId);
    }
  } catch (error) {
    signal.throwIfAborted();
    return { problem: `${path}: the lock cannot be taken: ${(error as Error).message}` };
  }
  return { because: `other runs keep taking the lock ${path}: try again` };
}

/** The file of the lease: there while a run heals, or where one was killed. */
export function leasePath({ folder, environment }: Pick<Claim, 'folder' | 'environment'>): string {
  return join(folder, `${encodeURIComponent(environment)}.lock`);
}

function describeHolder({ runId, pid, host, since }: Holder): string {
  return `run ${runId} (process ${pid} on ${host}, since ${since})`;
}

function describeTaken(other: Holder, { what, environment }: Claim): string {
  return `${describeHolder(other)} is ${what} ${environment}: wait for it to end`;
}

function describeTakeover(other: Holder, life: 'dead' | 'silent'): string {
  const how = life === 'dead' ? 'is gone' : `gave no sign of life for ${LEASE_MS / 1000} s`;
  return `${describeHolder(other)} ${how} and did not give its lock back: it was taken over`;
}

/** The file of a lease, and the process that wants it. */
interface LeaseFile {
  readonly path: string;
  readonly here: Holder;
}

/** `silent`: no heartbeat for a lease's time. `gone`: released, or another run's now. */
async function watchForLife(
  { path, here }: LeaseFile,
  other: Holder,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<'alive' | 'dead' | 'silent' | 'gone'> {
  const life = lifeOf(other, here);
  if (life !== 'unknown') return life;
  const first = heartbeatOf(path);
  // Counts sleeps, not the time of day, which somebody may set.
  for (let waitedMs = 0; waitedMs < LEASE_MS; waitedMs += POLL_MS) {
    await clock.sleep(POLL_MS, signal);
    const heartbeat = heartbeatOf(path);
    if (heartbeat === null || first === null || heartbeat.file !== first.file) return 'gone';
    if (heartbeat.at !== first.at) return 'alive';
  }
  return 'silent';
}

/** Opens the file each time: a network file system checks its cache when a file is opened. */
function heartbeatOf(path: string): { readonly file: number; readonly at: number } | null {
  try {
    const file = openSync(path, 'r');
    try {
      const { ino, mtimeMs } = fstatSync(file);
      return { file: ino, at: mtimeMs };
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

function keepLease({ path, here }: LeaseFile, takenOver: string | null, clock: Clock): Lease {
  const file = openSync(path, 'r+');
  let isReleased = false;
  const stop = clock.every(HEARTBEAT_MS, () => {
    const now = clock.now() / 1000;
    try {
      // Needs no disk space, and never changes a file that another run has put there since.
      futimesSync(file, now, now);
    } catch {
      // The next heartbeat makes up for a lost one. A lost lease is noticed before the next write.
    }
  });
  const lost = () => {
    try {
      const holder = readHolder(path);
      if (holder?.runId === here.runId) return null;
      const who = holder === null ? 'it was removed' : `${describeHolder(holder)} has it`;
      return `the lock ${path} is no longer this run's: ${who}`;
    } catch (error) {
      return `the lock ${path} cannot be read: ${(error as Error).message}`;
    }
  };
  return {
    takenOver,
    lost,
    release() {
      if (isReleased) return;
      isReleased = true;
      stop();
      closeSync(file);
      // Somebody may have removed the file by hand, and another run may have taken the lock since.
      if (lost() === null) rmSync(path, { force: true });
    },
  };
}

/** Creates the file together with its content, so that no run reads an empty one. */
function tryTake(folder: string, path: string, holder: Holder): boolean {
  const draft = `${path}.${holder.runId}.draft`;
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Of two runs that see the same dead holder, only one can move its file. A run that has moved a
 * living holder's file instead puts it back.
 */
function removeDeadLease(path: string, dead: Holder | null, runId: string): void {
  const aside = `${path}.${runId}.dead`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && moved.runId !== dead?.runId) restoreLease(aside, path);
  unlinkSync(aside);
}

function restoreLease(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    // A third run has taken the lease since. The run whose file was moved notices that before its
    // next write.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * `null` where there is no file, or one that no run has written: a run creates the file together
 * with its content. Throws where the file cannot be read: it may be a living run's of another user.
 */
function readHolder(path: string): Holder | null {
  try {
    return parseHolder(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
