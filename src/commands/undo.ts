// `splitbrain undo`

import type { HealFlags } from '../workflows/heal.ts';
import type { CommandDefinition } from './command.ts';
import { meshFlags, outputFlags, yesFlag } from './flags.ts';

export const undo: CommandDefinition<HealFlags & { readonly older?: boolean }> = {
  name: 'undo',
  takes: ['<journal>'],
  summary: 'put back what one run changed, where the entries still are what it left',
  flags: [
    meshFlags,
    outputFlags,
    yesFlag,
    (command) => command.option('--older', 'also a run of more than an hour ago: its conferences may be others today'),
  ],
  help: `
JOURNAL is the journal of a run: the run's summary names it.

Example:
  splitbrain undo out/journal.jsonl`,
  async start({ flags, words: [path = ''], ...call }) {
    const { undoCommand } = await import('../workflows/heal.ts');
    return undoCommand(path, flags, call);
  },
};
