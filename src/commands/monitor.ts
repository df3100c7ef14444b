// `splitbrain monitor`

import type { MonitorFlags } from '../workflows/monitor.ts';
import type { CommandDefinition } from './command.ts';
import { historyFlag, htmlFlag, junitFlag, meshFlags, outputFlags, scheduledFlags } from './flags.ts';

export const monitor: CommandDefinition<MonitorFlags> = {
  name: 'monitor',
  summary: 'the scheduled run: report and metrics, and with --heal also heal where the configuration allows it',
  flags: [meshFlags, outputFlags, junitFlag, htmlFlag, historyFlag, scheduledFlags],
  help: `
Every run that came to a verdict, an incomplete one too, puts its metrics where the configuration has a \`metrics:\` section. That they
could not be sent is logged and told in the summary; the exit code stays that of the look. --metrics-file writes the same metrics for
Prometheus, with or without that section. With a \`notify:\` section, a webhook gets one message where the verdict changes.

Examples:
  splitbrain monitor -c stage.yaml --heal
  splitbrain monitor -c stage.yaml --metrics-file /var/lib/node_exporter/textfile/splitbrain.prom`,
  async start({ flags, ...call }) {
    const { monitorCommand } = await import('../workflows/monitor.ts');
    return monitorCommand(flags, call);
  },
};
