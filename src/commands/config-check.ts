// `splitbrain config check`

import type { ConfigCheckFlags } from '../workflows/config-check.ts';
import type { CommandDefinition } from './command.ts';

export const configCheck: CommandDefinition<ConfigCheckFlags> = {
  name: 'config check',
  summary: 'every complaint about a configuration at once, or what it means',
  flags: [
    (command) =>
      command
        .option(
          '-c, --config <file>',
          'configuration (YAML); splitbrain.yaml of the working folder where it is not given',
        )
        .option('--connect', 'also look at the proxies once: are all of them reached?'),
  ],
  help: `
Reads the file, and the files that it names, as every command does. Asks nobody, unless --connect is given.

Examples:
  splitbrain config check
  splitbrain config check -c stage.yaml --connect

Exit codes: 0 it is good; 64 it is not; with --connect 3: a proxy was not read`,
  async start({ flags, ...call }) {
    const { configCheckCommand } = await import('../workflows/config-check.ts');
    return configCheckCommand(flags, call);
  },
};
