// `splitbrain remediate`

import type { RemediateFlags } from '../workflows/monitor.ts';
import type { CommandDefinition } from './command.ts';
import { historyFlag, htmlFlag, junitFlag, meshFlags, outputFlags, scheduledFlags } from './flags.ts';

export const remediate: CommandDefinition<RemediateFlags> = {
  name: 'remediate',
  summary: "the run that an alarm sets off: heals only what CloudWatch's own word backs",
  flags: [
    meshFlags,
    outputFlags,
    junitFlag,
    htmlFlag,
    historyFlag,
    scheduledFlags,
    (command) =>
      command
        .option('--alarm-event <file>', 'what SNS, EventBridge or CloudWatch sent; - is standard input')
        .option('--alarm-name <name>', 'the alarm by its name')
        .option('--max-age <duration>', 'how long the alarm may be on, as in 10m (default: two periods)'),
  ],
  help: `
An event is a hint: only the alarm's name and ARN are taken from it (SNS envelope, alarm JSON, EventBridge event; plain and composite alarms).
CloudWatch itself is then asked about that alarm.

  heals (with --heal)    the alarm is ours, in ALARM, its actions are enabled, and it is on no longer than --max-age
  looks, does not heal   it has cleared, is older than that, or CloudWatch cannot be asked; the summary says which
  exit 4, asks no proxy  it is none of ours: another name, environment, region or account
  exit 64                the event cannot be read

Example:
  splitbrain remediate -c stage.yaml --alarm-event event.json --heal`,
  async start({ flags, ...call }) {
    const { remediateCommand } = await import('../workflows/monitor.ts');
    return remediateCommand(flags, call);
  },
};
