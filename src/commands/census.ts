// `splitbrain census`

import type { LookFlags } from '../session/look-flags.ts';
import type { CommandDefinition } from './command.ts';
import { meshFlags, outputFlags, waitFlag } from './flags.ts';

export const census: CommandDefinition<LookFlags> = {
  name: 'census',
  summary: 'who sits where: people by shard, and conferences whose people are apart',
  flags: [meshFlags, outputFlags, waitFlag],
  help: `
Looks at every proxy as \`report\` does, and asks the source of the \`census:\` section where participants are. Changes nothing.
With --wait it asks again after \`census.settle\` where it finds people apart: only who stays apart is scattered.

Example:
  splitbrain census -c stage.yaml

Exit codes: as for report; 3 also where a shard did not answer.`,
  async start({ flags, ...call }) {
    const { censusCommand } = await import('../workflows/census.ts');
    return censusCommand(flags, call);
  },
};
