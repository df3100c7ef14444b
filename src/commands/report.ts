// `splitbrain report`

import { EXIT_CODES_HELP } from '../domain/exit-codes.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { CommandDefinition } from './command.ts';
import { fromFlag, historyFlag, htmlFlag, junitFlag, meshFlags, outputFlags, waitFlag } from './flags.ts';

export const report: CommandDefinition<LookFlags> = {
  name: 'report',
  summary: 'look at every proxy, look again at the suspects, say what is wrong and why; changes nothing',
  flags: [
    meshFlags,
    outputFlags,
    junitFlag,
    htmlFlag,
    historyFlag,
    (command) => command.option('--save <dir>', 'keep the dumps of this run in a new folder'),
    fromFlag,
    waitFlag,
  ],
  help: `
Examples:
  splitbrain report --proxy /run/haproxy/admin.sock --proxy 10.0.0.2:9999
  splitbrain report -c stage.yaml --json report.json
  splitbrain report                          (with splitbrain.yaml in this folder)
  splitbrain report --from dumps/            (saved dumps, ours or haproxy-table-nodes-PROXY files)
  splitbrain report --from west/ --from east/   (parts of one mesh, each saved near its proxies)
${EXIT_CODES_HELP}`,
  async start({ flags, ...call }) {
    const { lookCommand } = await import('../workflows/report.ts');
    return lookCommand(flags, call);
  },
};
