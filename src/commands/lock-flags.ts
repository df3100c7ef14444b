// The flags that `lock`, `unlock` and `locks` share.

import type { FlagGroup } from './command.ts';

/** A lock needs the environment's name, which only a configuration gives. */
export const environmentFlag: FlagGroup = (command) =>
  command.option(
    '-c, --config <file>',
    'configuration (YAML); splitbrain.yaml of the working folder where it is not given',
  );

export const ownerFlag: FlagGroup = (command) =>
  command.option('--owner <text>', 'who holds the lock (default: user@host)');

export const lockJsonFlag: FlagGroup = (command) =>
  command.option('--json <file>', 'write the locks as JSON too; - is standard output, in place of the text');

export const onHostsFlag: FlagGroup = (command) =>
  command.option('--on-hosts', "the lock file on the proxies' hosts too, over SSH");
