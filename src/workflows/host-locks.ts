// Locks on the hosts of proxies, for `--on-hosts`: reads, makes and removes the files there. A host
// that cannot be asked costs only itself.

import pLimit from 'p-limit';
import type { SeenLock } from '../domain/lock.ts';
import type { ProxyTarget } from '../domain/proxy.ts';
import type { Settings } from '../domain/settings.ts';
import { ConfigError, TransportError } from '../errors.ts';
import {
  type HostFile,
  makeCommand,
  parseHostAnswer,
  readCommand,
  removeCommand,
  replaceCommand,
} from '../locks/host-lock.ts';
import { type LockFile, spellLock } from '../locks/lock-file.ts';
import { systemClock } from '../process/clock.ts';
import { openTransports } from '../session/mesh.ts';
import { hostFileOf, seenOnHost } from '../session/mesh-locks.ts';
import type { Shell, ShellCommand } from '../transport/shell.ts';

/**
 * What a host has. `mute`: it did not say; `isExpected` where it has no shell, and only the lock in
 * the folder counts.
 */
export type OnHost = { readonly proxy: string } & (
  | { readonly kind: 'none' }
  | { readonly kind: 'made' }
  | { readonly kind: 'lock'; readonly seen: SeenLock; readonly mark: string }
  | { readonly kind: 'mute'; readonly because: string; readonly isExpected: boolean }
);

/** Files that were read, by proxy: what tells each from the next. */
export type Marks = ReadonlyMap<string, string>;

/** The hosts of proxies. Each call asks all of them that it is about, side by side. */
export interface Hosts {
  read(): Promise<readonly OnHost[]>;
  /** A file that was read before is written over; else there must be none. */
  make(lockOn: (proxy: string) => LockFile, over: Marks): Promise<readonly OnHost[]>;
  /** Removes the files that were read, and says what is there then. */
  remove(marks: Marks): Promise<readonly OnHost[]>;
}

/**
 * Runs `body` with the hosts of these proxies. Throws `ConfigError` where none of them could ever
 * hold a lock.
 */
export async function withHosts<T>(
  settings: Settings,
  { targets, signal }: { readonly targets: readonly ProxyTarget[]; readonly signal: AbortSignal },
  body: (hosts: Hosts) => Promise<T>,
): Promise<T> {
  const file = hostFileOf(settings);
  const open = openTransports(settings);
  const hosts = targets.map((target) => ({ proxy: target.name, transport: open(target) }));
  if (file === null || hosts.every(({ transport }) => transport.shell === undefined)) {
    const needs = 'a proxy that is reached by ssh:// with ssh.via: socat, and an ssh.lockFile';
    throw new ConfigError([`--on-hosts: no host can hold a lock: that needs ${needs}`]);
  }
  const limit = pLimit(settings.collect.concurrency);
  const { environment } = settings;
  const askAll = (commandOn: (proxy: string) => ShellCommand | null) =>
    Promise.all(
      hosts.flatMap(({ proxy, transport: { shell } }) => {
        const command = commandOn(proxy);
        if (command === null) return [];
        return limit(() => ask({ proxy, shell }, command, { file, environment, signal }));
      }),
    );
  try {
    return await body({
      read: () => askAll(() => ({ command: readCommand(file), input: '' })),
      make: (lockOn, over) =>
        askAll((proxy) => {
          const mark = over.get(proxy);
          const command = mark === undefined ? makeCommand(file) : replaceCommand(file, mark);
          return { command, input: spellLock(lockOn(proxy)) };
        }),
      remove: (marks) =>
        askAll((proxy) => {
          const mark = marks.get(proxy);
          return mark === undefined ? null : { command: removeCommand(file, mark), input: '' };
        }),
    });
  } finally {
    await Promise.all(hosts.map(({ transport }) => transport.close()));
  }
}

interface Asking {
  readonly file: HostFile;
  readonly environment: string;
  readonly signal: AbortSignal;
}

async function ask(
  { proxy, shell }: { readonly proxy: string; readonly shell: Shell | undefined },
  command: ShellCommand,
  { file, environment, signal }: Asking,
): Promise<OnHost> {
  const mute = (because: string, isExpected: boolean): OnHost => ({ proxy, kind: 'mute', because, isExpected });
  if (shell === undefined)
    return mute(`${proxy} is not reached by SSH: only the lock in the folder counts there`, true);
  try {
    const printed = await shell(command, signal);
    if (printed === null)
      return mute(`the host of ${proxy} runs no commands: only the lock in the folder counts there`, true);
    const nowMs = systemClock.now();
    const answer = parseHostAnswer(printed.output, nowMs);
    if (answer.kind === 'unknown') {
      const why = printed.complaint === '' ? 'its shell says nothing of it' : printed.complaint;
      return mute(`the lock on the host of ${proxy} is not known: ${why}`, false);
    }
    if (answer.kind !== 'lock') return { proxy, kind: answer.kind };
    const rules = { path: file.path, environment, isIgnoring: false, now: () => nowMs };
    return { proxy, kind: 'lock', mark: answer.mark, seen: seenOnHost({ ...answer.lock, proxy }, rules) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TransportError)) throw error;
    return mute(`the host of ${proxy} could not be asked: ${error.message}`, false);
  }
}
