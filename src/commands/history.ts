// `splitbrain history`

import type { HistoryFlags } from '../workflows/history.ts';
import type { CommandDefinition } from './command.ts';

export const history: CommandDefinition<HistoryFlags> = {
  name: 'history',
  summary: 'since when: verdicts and findings over the kept reports of earlier runs',
  flags: [
    (command) =>
      command
        .option('-c, --config <file>', 'configuration (YAML); splitbrain.yaml of the working folder where there is one')
        .option('--history <dir>', 'the folder of the kept reports (default: `history.folder` of the configuration)')
        .option('--table <name>', 'the stick table (default: nodes, or what the configuration says)')
        .option(
          '--since <duration>',
          'how far back verdicts and returning conferences are told, as in 24h (default: all)',
        )
        .option('--json <file>', 'write it as JSON too; - is standard output, in place of the text'),
  ],
  help: `
Reads reports that \`report\`, \`monitor\` and \`remediate\` kept; asks no proxy and changes nothing.
The time of a finding is that of the first run that saw it without a break. A run that could not read every proxy, and did not see it, is no break.

Examples:
  splitbrain history
  splitbrain history --history /var/lib/haproxy-splitbrain/reports --since 24h

Exit codes: 0 it was told; 64 there is no folder or no report, or bad usage; 1 as for report`,
  async start({ flags, ...call }) {
    const { historyCommand } = await import('../workflows/history.ts');
    return historyCommand(flags, call);
  },
};
