// The process that holds a lease: how it is known from all other processes, of this kernel and of
// others, and whether it is still running.

import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A run, and its process on its machine. */
export interface Holder {
  readonly runId: string;
  readonly since: string;
  readonly pid: number;
  readonly host: string;
  /** One start of one kernel: two machines, or two starts of one machine, never share it. */
  readonly bootId: string | null;
  /** Each container has its own pids: the same number is another process in another container. */
  readonly pidNamespace: string | null;
  /** When the process started, in kernel ticks: the kernel uses a pid again, but not this pair. */
  readonly startTicks: string | null;
}

/** This process, which took the lease at `since`. */
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

/** The content of a lease's file; `null` where no run has written it. */
export function parseHolder(text: string): Holder | null {
  const holder = orNull(() => JSON.parse(text) as Partial<Holder> | null);
  const { pid, host, runId } = holder ?? {};
  const isHolder = Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string' && typeof runId === 'string';
  return isHolder
    ? Object.assign({ since: '?', bootId: null, pidNamespace: null, startTicks: null }, holder as Holder)
    : null;
}

/** `unknown`: its pid means nothing here, and only heartbeats can show that it is running. */
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

/** The host's name decides only where nothing else is known: containers can share it. */
function sharesPids(one: Holder, other: Holder): boolean {
  if (one.bootId === null || one.pidNamespace === null) return one.host === other.host;
  return one.bootId === other.bootId && one.pidNamespace === other.pidNamespace;
}

/**
 * Field 22 of /proc/PID/stat; `null` where there is no such file. `dead`: the process has ended and
 * its parent has not waited for it yet.
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
