// One healer at a time for an environment: a lock file that a dead process does not hold.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When that process started, in the kernel's own ticks: a pid is used again, this pair is not. */
  readonly startTicks: string | null;
  readonly runId: string;
  readonly since: string;
}

export interface Lock {
  release(): void;
}

/** Why the lock cannot be had: another run is healing. */
export interface Busy {
  readonly because: string;
}

/** Works between processes of one machine, and in a shared folder as far as hosts can be told apart. Throws `ConfigError` where no file can be written. */
export function takeLock(folder: string, environment: string, runId: string, now: Date): Lock | Busy {
  const path = join(folder, `${encodeURIComponent(environment)}.lock`);
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    startTicks: startTicksOf(process.pid),
    runId,
    since: now.toISOString(),
  };
  for (let attempt = 0; attempt < 3; attempt++) {
    if (tryTake(folder, path, holder)) return { release: () => release(path, holder) };
    const other = readHolder(path);
    if (other !== null && isAlive(other)) return { because: busyWith(other, environment, path) };
    clearAway(path, other, runId);
  }
  return { because: `other runs keep taking the lock ${path}: try again` };
}

function busyWith(other: Holder, environment: string, path: string): string {
  const elsewhere = other.host === hostname() ? '' : `, or remove ${path} if that host is gone`;
  return `run ${other.runId} (process ${other.pid} on ${other.host}, since ${other.since}) is healing ${environment}: wait for it to end${elsewhere}`;
}

/** The file appears with its content in it, or not at all. */
function tryTake(folder: string, path: string, holder: Holder): boolean {
  const draft = `${path}.${holder.runId}.draft`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  } catch (cause) {
    throw cannotTake(path, cause);
  }
  try {
    linkSync(draft, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cannotTake(path, cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

function cannotTake(path: string, cause: unknown): ConfigError {
  return new ConfigError([`${path}: the lock cannot be taken: ${(cause as Error).message}`], { cause });
}

/** Somebody may have removed the file by hand, and another run may have taken the lock since. */
function release(path: string, { runId }: Holder): void {
  if (readHolder(path)?.runId === runId) unlinkSync(path);
}

/** Of two who see the same dead holder, one moves its file; who moved a living one's instead puts it back. */
function clearAway(path: string, dead: Holder | null, runId: string): void {
  const aside = `${path}.${runId}.dead`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (moved !== null && moved.runId !== dead?.runId) putBack(aside, path);
  unlinkSync(aside);
}

function putBack(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    // A third run was quicker: it reads who is healing from its own file now.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** `null` where there is no file, or none that a run has written: a file appears with its content, so nobody is about to write it. */
function readHolder(path: string): Holder | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder> | null;
    const { pid, host, runId } = holder ?? {};
    return Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string' && typeof runId === 'string'
      ? (holder as Holder)
      : null;
  } catch {
    return null;
  }
}

/** A holder on another host cannot be asked and is taken to live. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return holder.startTicks === null || holder.startTicks === startTicksOf(holder.pid);
}

/** Field 22 of /proc/PID/stat; `null` where there is no such file. */
function startTicksOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
