// `splitbrain report`

import { EXIT_CODES_HELP } from '../domain/exit-codes.ts';
import type { WatchFlags } from '../workflows/watch.ts';
import type { CommandDefinition } from './command.ts';
import { fromFlag, historyFlag, htmlFlag, junitFlag, meshFlags, outputFlags, waitFlag } from './flags.ts';

export const report: CommandDefinition<WatchFlags> = {
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
    (command) => command.option('--watch [seconds]', 'look again and again, on one page of the terminal (default: 10)'),
  ],
  help: `
Examples:
  splitbrain report --proxy /run/haproxy/admin.sock --proxy 10.0.0.2:9999
  splitbrain report -c stage.yaml --json report.json
  splitbrain report                          (with splitbrain.yaml in this folder)
  splitbrain report --watch                  (a live page; Ctrl-C ends it, exit code 130)
  splitbrain report --from dumps/            (saved dumps, ours or haproxy-table-nodes-PROXY files)
  splitbrain report --from west/ --from east/   (parts of one mesh, each saved near its proxies)
${EXIT_CODES_HELP}`,
  async start({ flags, ...call }) {
    if (flags.watch !== undefined) {
      const { watchCommand } = await import('../workflows/watch.ts');
      return watchCommand(flags, call);
    }
    const { lookCommand } = await import('../workflows/report.ts');
    return lookCommand(flags, call);
  },
};
