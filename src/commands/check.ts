// `splitbrain check`

import type { CheckFlags } from '../workflows/check.ts';
import type { CommandDefinition } from './command.ts';
import { fromFlag, htmlFlag, meshFlags, outputFlags } from './flags.ts';

export const check: CommandDefinition<CheckFlags> = {
  name: 'check',
  summary: 'the checklist of the mesh: a gate before and after an upgrade, a reload or a recycle',
  flags: [
    meshFlags,
    (command) =>
      command
        .option('--wait <duration>', 'check again until everything passes, for so long at most: 2m')
        .option('--before-upgrade', 'nothing is wrong, and no alarm was on in the last hour')
        .option('--after-scale-up', 'new proxies hold everything; two versions may stand side by side')
        .option('--after-scale-down', 'the remaining proxies hold everything, and list none that is gone')
        .option('--expect <number>', 'how many proxies there must be: 6, or 3-6 (default: what the configuration says)')
        .option('--haproxy <version>', 'the beginning of the version that every proxy must have: 2.8')
        .option('--loaded-within <duration>', 'every proxy must have loaded its configuration within this time: 30m')
        .option('--without-table', 'the mesh shares no table (cookies only): what is about tables is not checked'),
    outputFlags,
    (command) =>
      command.option(
        '--junit <file>',
        'write JUnit XML, one case per item; - is standard output, in place of the text',
      ),
    htmlFlag,
    fromFlag,
  ],
  help: `
Looks as \`report\` does, and judges the mesh item by item: pass, fail or unknown, with evidence and remedy. Changes nothing.
With --wait it says on standard error what is missing, and ends with the last result when the time is over.

Examples:
  splitbrain check --before-upgrade --haproxy 2.8
  splitbrain check --after-scale-up --expect 6 --wait 2m

Exit codes: 0 every item passes; 2 an item fails; 3 an item is unknown, or the view is incomplete; 1, 64 and 130 as for report`,
  async start({ flags, ...call }) {
    const { checkCommand } = await import('../workflows/check.ts');
    return checkCommand(flags, call);
  },
};
