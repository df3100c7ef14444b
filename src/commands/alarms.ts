// `splitbrain alarms plan` and `splitbrain alarms apply`

import type { AlarmsFlags } from '../workflows/alarms.ts';
import type { CommandDefinition, FlagGroup } from './command.ts';

const alarmFlags: FlagGroup = (command) =>
  command
    .option('-c, --config <file>', 'configuration (YAML); splitbrain.yaml of the working folder where it is not given')
    .option('--prune', 'also delete alarms of ours that are no longer wanted');

const HELP = `
Ours are the alarms called "PREFIX ENVIRONMENT ..." that carry the tag managed-by=haproxy-splitbrain; no other is changed or deleted.

Examples:
  splitbrain alarms plan -c stage.yaml
  splitbrain alarms apply -c stage.yaml --prune

Exit codes:
  0   all is as wanted
  2   plan: something differs
  4   an alarm of somebody else has a name of ours, or CloudWatch refuses or cannot be reached: not all is as wanted
  64  bad usage or configuration, no region, no credentials`;

export const alarmsPlan: CommandDefinition<AlarmsFlags> = {
  name: 'alarms plan',
  summary: 'what CloudWatch has against what is wanted; changes nothing',
  flags: [alarmFlags],
  help: HELP,
  async start({ flags, signal }) {
    const { planAlarmsCommand } = await import('../workflows/alarms.ts');
    return planAlarmsCommand(flags, signal);
  },
};

export const alarmsApply: CommandDefinition<AlarmsFlags> = {
  name: 'alarms apply',
  summary: 'make it so; a second time it changes nothing',
  flags: [alarmFlags],
  help: HELP,
  async start({ flags, signal }) {
    const { applyAlarmsCommand } = await import('../workflows/alarms.ts');
    return applyAlarmsCommand(flags, signal);
  },
};
