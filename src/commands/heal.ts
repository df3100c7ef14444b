// `splitbrain heal`

import type { HealFlags } from '../workflows/heal.ts';
import type { CommandDefinition } from './command.ts';
import { htmlFlag, junitFlag, meshFlags, outputFlags, waitFlag, yesFlag } from './flags.ts';

export const heal: CommandDefinition<HealFlags & { readonly only?: readonly string[] }> = {
  name: 'heal',
  summary: 'bring every conference on which the mesh disagrees to one shard, and see that it stays there',
  flags: [
    meshFlags,
    outputFlags,
    yesFlag,
    (command) =>
      command.option(
        '--only <conference>',
        'heal this conference alone: its name, key or URL; may be repeated',
        (value: string, before: readonly string[] = []) => [...before, value],
      ),
    junitFlag,
    htmlFlag,
    waitFlag,
  ],
  help: `
Looks, looks again, shows the plan with its literal commands, asks, writes, and verifies on every proxy. What is written goes into a
journal first. A guard that trips refuses the run or the conference, with its reason; see \`heal:\` in the configuration.

Examples:
  splitbrain heal
  splitbrain heal --only acme/daily           (the rest stays as it is: exit 2)
  splitbrain heal -c stage.yaml --yes --json healed.json`,
  async start({ flags, ...call }) {
    const { healCommand } = await import('../workflows/heal.ts');
    return healCommand(flags, call);
  },
};
