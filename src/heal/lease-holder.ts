// Who holds a lease: a process, told apart from every other one of this kernel and of others, and
// whether it still lives.

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Holder {
  readonly runId: string;
  readonly since: string;
  readonly pid: number;
  readonly host: string;
  /** Which start of which kernel: two machines, or two starts of one, never share it. */
  readonly bootId: string | null;
  /** Containers of one kernel have their own pids: 7 here is not 7 there. */
  readonly pidNamespace: string | null;
  /**
   * When that process started, in the kernel's own ticks: a pid is used again, this pair is not.
   */
  readonly startTicks: string | null;
}

export function holderHere(runId: string, since: Date): Holder {
  return {
    runId,
    since: since.toISOString(),
    pid: process.pid,
    host: hostname(),
    bootId: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
    startTicks: startTicksOf(process.pid),
  };
}

/** What is in the file of a lease; `null` where that is nothing that a run has written. */
export function parseHolder(text: string): Holder | null {
  const holder = orNull(() => JSON.parse(text) as Partial<Holder> | null);
  const { pid, host, runId } = holder ?? {};
  const isHolder = Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string' && typeof runId === 'string';
  return isHolder
    ? Object.assign({ since: '?', bootId: null, pidNamespace: null, startTicks: null }, holder as Holder)
    : null;
}

/** `unknown`: its pid means nothing here, and only a sign of life can tell. */
export function lifeOf(holder: Holder, here: Holder): 'alive' | 'dead' | 'unknown' {
  if (!sharesPids(holder, here)) return 'unknown';
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  const startTicks = startTicksOf(holder.pid);
  return holder.startTicks === null || holder.startTicks === startTicks ? 'alive' : 'dead';
}

/**
 * A host's name proves nothing where there is more to go by: containers share it, and share a
 * kernel.
 */
function sharesPids(one: Holder, other: Holder): boolean {
  if (one.bootId === null || one.pidNamespace === null) return one.host === other.host;
  return one.bootId === other.bootId && one.pidNamespace === other.pidNamespace;
}

/**
 * Field 22 of /proc/PID/stat; `null` where there is no such file, `dead` for a process that only
 * waits to be reaped.
 */
function startTicksOf(pid: number): string | null {
  return orNull(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'dead' : (fields[19] ?? null);
  });
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
