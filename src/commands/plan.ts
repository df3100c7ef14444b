// `splitbrain plan`

import type { LookFlags } from '../session/look-flags.ts';
import type { CommandDefinition } from './command.ts';
import { fromFlag, meshFlags, outputFlags } from './flags.ts';

export const plan: CommandDefinition<LookFlags & { readonly output: string }> = {
  name: 'plan',
  summary: 'write down what heal would do, for somebody to read and apply',
  flags: [
    meshFlags,
    outputFlags,
    (command) => command.requiredOption('-o, --output <file>', 'the plan, as JSON; - is standard output'),
    fromFlag,
  ],
  help: `
Example:
  splitbrain plan -o plan.json`,
  async start({ flags, ...call }) {
    const { planCommand } = await import('../workflows/write-plan.ts');
    return planCommand(flags, call);
  },
};
