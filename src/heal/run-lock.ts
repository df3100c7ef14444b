// One healer at a time for an environment: a lease in a folder that all share, which its holder
// renews while it lives.

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

/** Without a sign of life for so long, a holder whose process cannot be asked is taken for dead. */
export const LEASE_MS = 15_000;
/** A sign of life comes so often: a few may be late, or lost. */
const HEARTBEAT_MS = 3_000;
const POLL_MS = 500;

export interface Lease {
  /**
   * What became of the run that held it before and did not give it back; `null` where it was free.
   */
  readonly takenOver: string | null;
  /** Why this run holds it no longer; `null` while it does. Asked before every write. */
  lost(): string | null;
  /** Safe to call twice. */
  release(): void;
}

/** Why the lease cannot be had: another run holds it. */
export interface LeaseTaken {
  readonly because: string;
}

/** No file of a lease can be written there. */
export interface LeaseUnwritable {
  readonly problem: string;
}

/** For whom, and for what: `what` as in "run 1234 is healing stage". */
export interface Claim {
  readonly folder: string;
  readonly environment: string;
  readonly runId: string;
  readonly what: string;
}

/**
 * Signs of life are times of the file's last change, and only whether they change counts: no two
 * clocks need to agree. Rejects when the signal aborts while it waits for one.
 */
export async function takeLease(
  claim: Claim,
  clock: Clock,
  signal: AbortSignal,
): Promise<Lease | LeaseTaken | LeaseUnwritable> {
  const path = join(claim.folder, `${encodeURIComponent(claim.environment)}.lock`);
  const here = holderHere(claim.runId, new Date(clock.now()));
  let takenOver: string | null = null;
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryTake(claim.folder, path, here)) return keepLease(path, here, takenOver, clock);
      const other = readHolder(path);
      const life = other === null ? 'dead' : await watchForLife(path, other, here, { clock, signal });
      if (life === 'alive') return { because: describeTaken(other!, claim) };
      // While this run waited, another one may have been quicker.
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

/** `silent`: no sign of life for a lease's time. `gone`: given back, or another's by now. */
async function watchForLife(
  path: string,
  other: Holder,
  here: Holder,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<'alive' | 'dead' | 'silent' | 'gone'> {
  const life = lifeOf(other, here);
  if (life !== 'unknown') return life;
  const first = heartbeatOf(path);
  // Sleeps are counted, not the time of day: they end by this machine's steady clock.
  for (let waitedMs = 0; waitedMs < LEASE_MS; waitedMs += POLL_MS) {
    await clock.sleep(POLL_MS, signal);
    const heartbeat = heartbeatOf(path);
    if (heartbeat === null || first === null || heartbeat.file !== first.file) return 'gone';
    if (heartbeat.at !== first.at) return 'alive';
  }
  return 'silent';
}

/**
 * Opened each time: what a network file system has cached of a file is checked when it is opened.
 */
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

function keepLease(path: string, here: Holder, takenOver: string | null, clock: Clock): Lease {
  const file = openSync(path, 'r+');
  let isOver = false;
  const stop = clock.every(HEARTBEAT_MS, () => {
    const now = clock.now() / 1000;
    try {
      // Needs no room on the disk, and never touches a file that another run has put there.
      futimesSync(file, now, now);
    } catch {
      // A beat that is lost is made good by the next one; a lease that is lost is noticed before
      // the next write.
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
      if (isOver) return;
      isOver = true;
      stop();
      closeSync(file);
      // Somebody may have removed the file by hand, and another run may have taken the lock since.
      if (lost() === null) rmSync(path, { force: true });
    },
  };
}

/** The file appears with its content in it, or not at all. */
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
 * Of two who see the same dead holder, one moves its file; who moved a living one's instead puts it
 * back.
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
    // A third run was quicker: it reads who is healing from its own file now.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * `null` where there is no file, or none that a run has written: a file appears with its content,
 * so nobody is about to write it. Throws where there is one that cannot be read: another user's,
 * which may well be a living run's.
 */
function readHolder(path: string): Holder | null {
  try {
    return parseHolder(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
