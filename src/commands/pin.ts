// `splitbrain pin`

import type { HealFlags } from '../workflows/heal.ts';
import type { CommandDefinition } from './command.ts';
import { meshFlags, outputFlags, yesFlag } from './flags.ts';

type PinFlags = HealFlags & { readonly file?: string; readonly new?: boolean };

export const pin: CommandDefinition<PinFlags> = {
  name: 'pin',
  takes: ['[conference]', '[shard]'],
  summary: 'put a conference on a shard, on every proxy',
  flags: [
    meshFlags,
    outputFlags,
    yesFlag,
    (command) =>
      command
        .option('--file <file>', 'many of them, from a file')
        .option('--new', 'also conferences that no proxy holds'),
  ],
  help: `
SHARD is an address (10.0.0.9:443), or a server id or name (or the end of one, s12) that means one shard on every proxy. FILE is JSON:
[{"conference": "team/standup", "shard": "10.0.0.9:443"}], or the predecessor's [{"key": "team/standup", "id": 11}].

Examples:
  splitbrain pin team/standup s12
  splitbrain pin --file pins.json`,
  async start({ flags, words: [conference, shard], ...call }) {
    const { pinCommand } = await import('../workflows/heal.ts');
    return pinCommand({ conference, shard }, flags, call);
  },
};
