// `splitbrain apply`

import type { HealFlags } from '../workflows/heal.ts';
import type { CommandDefinition } from './command.ts';
import { meshFlags, outputFlags, yesFlag } from './flags.ts';

export const apply: CommandDefinition<HealFlags> = {
  name: 'apply',
  takes: ['<plan>'],
  summary: 'carry out exactly one plan; a step whose entry has changed is refused',
  flags: [meshFlags, outputFlags, yesFlag],
  help: `
PLAN is a file that \`plan\` wrote.

Example:
  splitbrain apply plan.json`,
  async start({ flags, words: [path = ''], ...call }) {
    const { applyCommand } = await import('../workflows/heal.ts');
    return applyCommand(path, flags, call);
  },
};
