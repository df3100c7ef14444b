// `splitbrain lock`, `splitbrain unlock` and `splitbrain locks`

import type { LockFlags, LocksFlags, UnlockFlags } from '../workflows/locks.ts';
import type { CommandDefinition } from './command.ts';
import { environmentFlag, lockJsonFlag, onHostsFlag, ownerFlag } from './lock-flags.ts';

export const lock: CommandDefinition<LockFlags> = {
  name: 'lock',
  takes: ['[proxy...]'],
  summary: 'freeze the environment, or some of its proxies, while you work on it',
  flags: [
    environmentFlag,
    (command) =>
      command
        .requiredOption('--reason <text>', 'why, for people who meet the lock')
        .requiredOption('--for <duration>', 'when it ends by itself, as in 30m; at most 24h'),
    ownerFlag,
    onHostsFlag,
    lockJsonFlag,
  ],
  help: `
A locked proxy is not asked anything, and a locked environment is looked at and not healed. Either way the view is incomplete (exit 3), and
says who holds the lock, why and until when. Commands that write refuse (exit 4). With --ignore-lock they go on: for who holds the lock.
The same owner may lock again: that sets a new end.
With --on-hosts, programs that know only the file on a proxy's host (ssh.lockFile) are kept off too.

Examples:
  splitbrain lock --reason "recycle" --for 1h
  splitbrain lock hap-b --reason "kernel upgrade" --for 30m --owner deploy-42

Exit codes: 0 locked; 3 locked, but not on every host that was to be; 4 somebody else holds a lock there: nothing was locked; 64 bad usage or configuration`,
  async start({ flags, words, ...call }) {
    const { lockCommand } = await import('../workflows/locks.ts');
    return lockCommand(namesIn(words), flags, call);
  },
};

export const unlock: CommandDefinition<UnlockFlags> = {
  name: 'unlock',
  takes: ['[proxy...]'],
  summary: 'release a lock of yours, or one that has ended',
  flags: [
    environmentFlag,
    ownerFlag,
    (command) => command.option('--force', "release another's lock too"),
    onHostsFlag,
    lockJsonFlag,
  ],
  help: `
Without a proxy it releases the lock on the environment.

Examples:
  splitbrain unlock
  splitbrain unlock hap-b --owner deploy-42

Exit codes: 0 nothing of what was named is locked any more; 3 a host could not be asked; 4 somebody else holds it; 64 bad usage or configuration`,
  async start({ flags, words, ...call }) {
    const { unlockCommand } = await import('../workflows/locks.ts');
    return unlockCommand(namesIn(words), flags, call);
  },
};

export const locks: CommandDefinition<LocksFlags> = {
  name: 'locks',
  summary: 'who has locked the environment or its proxies, why and until when',
  flags: [environmentFlag, onHostsFlag, lockJsonFlag],
  help: `
Example:
  splitbrain locks -c stage.yaml

Exit codes: 0 all locks are listed; 3 a lock cannot be read, or a host not asked; 64 bad usage or configuration`,
  async start({ flags, ...call }) {
    const { locksCommand } = await import('../workflows/locks.ts');
    return locksCommand(flags, call);
  },
};

/** commander gives all words of a repeated argument as one list. */
function namesIn(words: readonly unknown[]): readonly string[] {
  return words.flat() as string[];
}
