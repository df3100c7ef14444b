// `splitbrain snapshot`

import { exitCodes } from '../domain/exit-codes.ts';
import type { LiveFlags } from '../session/look-flags.ts';
import type { CommandDefinition } from './command.ts';
import { meshFlags, outputFlags } from './flags.ts';

export const snapshot: CommandDefinition<LiveFlags> = {
  name: 'snapshot',
  takes: ['<dir>'],
  summary: 'save what every proxy says, to look at later',
  flags: [meshFlags, outputFlags],
  help: `
Saves the answers of every proxy byte for byte, compressed, one folder a proxy, and a manifest; DIR appears when it is whole.
Look at it again with: splitbrain report --from DIR

Example:
  splitbrain snapshot before-upgrade/

Exit codes: 0 saved, every proxy in full; 3 saved, but a proxy could not be read in full; 1 and 64 as for report`,
  async start({ flags, words: [save = ''], ...call }) {
    const { lookCommand } = await import('../workflows/report.ts');
    const exitCode = await lookCommand({ ...flags, save }, call);
    return exitCode === exitCodes.disagreement ? exitCodes.agree : exitCode;
  },
};
