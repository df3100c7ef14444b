// `splitbrain fill`

import { InvalidArgumentError } from 'commander';
import type { FillFlags } from '../workflows/fill.ts';
import type { CommandDefinition } from './command.ts';
import { junitFlag, meshFlagsWith, outputFlags, yesFlag } from './flags.ts';

export const fill: CommandDefinition<FillFlags> = {
  name: 'fill',
  summary: 'add entries to proxies that lack them, before they take traffic; changes no route',
  flags: [
    meshFlagsWith({
      value: '<name>',
      meaning:
        'fill only what this proxy of the configuration lacks; may be repeated (without -c, an endpoint is a proxy of the mesh, as for every command)',
    }),
    (command) =>
      command.option(
        '--at-most <count>',
        'how many conferences this run fills in (default: `heal.maxMissing` of the configuration)',
        wholeNumber,
      ),
    outputFlags,
    yesFlag,
    junitFlag,
  ],
  help: `
A new proxy that starts before the others list it stays empty, though every link is up: its first request for a running conference
places it anew for the whole mesh. This looks, shows the plan, asks, touches what is missing on proxies that hold it, and verifies
by dumps. It never fills more than a table has room for, and leaves conferences whose entries disagree to heal. Run it again
after an interruption: it does the rest.

Examples:
  splitbrain fill
  splitbrain fill -c stage.yaml --proxy hap-d --proxy hap-e --yes --json filled.json`,
  async start({ flags, ...call }) {
    const { fillCommand } = await import('../workflows/fill.ts');
    return fillCommand(flags, call);
  },
};

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('it is no whole number above 0');
  return Number(text);
}
