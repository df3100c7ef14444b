// The commands that know CloudWatch, for the command line: flags and help texts only.

import { type Command, Option } from 'commander';
import type { AlarmsFlags } from '../workflows/alarms.ts';
import type { MonitorFlags, RemediateFlags } from '../workflows/monitor.ts';
import type { CliGround } from './writing-commands.ts';

const MONITOR_NOTES = `
Every run that came to a verdict, an incomplete one too, puts its metrics where the configuration has a \`metrics:\` section. That they
could not be sent is logged and told in the summary; the exit code stays that of the look.`;

const REMEDIATE_NOTES = `
An event is a hint: only the alarm's name and ARN are taken from it (SNS envelope, alarm JSON, EventBridge event; plain and composite alarms).
CloudWatch itself is then asked about that alarm.

  heals (with --heal)    the alarm is ours, in ALARM, its actions are enabled, and it is on no longer than --max-age
  looks, does not heal   it has cleared, is older than that, or CloudWatch cannot be asked; the summary says which
  exit 4, asks no proxy  it is none of ours: another name, environment, region or account
  exit 64                the event cannot be read`;

const ALARMS_NOTES = `
Ours are the alarms called "PREFIX ENVIRONMENT ..." that carry the tag managed-by=haproxy-splitbrain; no other is changed or deleted.

Exit codes:
  0   all is as wanted
  2   plan: something differs
  4   an alarm of somebody else has a name of ours, or CloudWatch refuses or cannot be reached: not all is as wanted
  64  bad usage or configuration, no region, no credentials`;

export function addCloudWatchCommands(
  program: Command,
  { run, signal, exitWith, lookFlags, junitFlag }: CliGround,
): void {
  const commands = () => import('../workflows/monitor.ts');
  const metered = (command: Command) =>
    junitFlag(lookFlags(command))
      .option('--heal', 'heal without asking; the configuration must have a `heal:` section')
      .addOption(
        new Option('--metrics <what>', 'the metrics of the run (default: send, with a `metrics:` section)').choices([
          'print',
          'send',
          'none',
        ]),
      );

  metered(
    program
      .command('monitor')
      .description(
        'the scheduled run: report and metrics, and with --heal also heal where the configuration allows it',
      ),
  )
    .addHelpText('after', MONITOR_NOTES)
    .action(async (flags: MonitorFlags) =>
      exitWith(await (await commands()).monitorCommand(flags, run('monitor'), signal)),
    );
  metered(
    program
      .command('remediate')
      .description("the run that an alarm sets off: heals only what CloudWatch's own word backs"),
  )
    .option('--alarm-event <file>', 'what SNS, EventBridge or CloudWatch sent; - is standard input')
    .option('--alarm-name <name>', 'the alarm by its name')
    .option('--max-age <duration>', 'how long the alarm may be on, as in 10m (default: two periods)')
    .addHelpText('after', REMEDIATE_NOTES)
    .action(async (flags: RemediateFlags) =>
      exitWith(await (await commands()).remediateCommand(flags, run('remediate'), signal)),
    );

  const alarms = program.command('alarms').description('CloudWatch alarms and dashboard as code').exitOverride();
  const ofAlarms = (command: Command) =>
    command
      .option(
        '-c, --config <file>',
        'configuration (YAML); splitbrain.yaml of the working folder where it is not given',
      )
      .option('--prune', 'also delete alarms of ours that are no longer wanted')
      .addHelpText('after', ALARMS_NOTES)
      .exitOverride();
  ofAlarms(alarms.command('plan').description('what CloudWatch has against what is wanted; changes nothing')).action(
    async (flags: AlarmsFlags) =>
      exitWith(await (await import('../workflows/alarms.ts')).planAlarmsCommand(flags, signal)),
  );
  ofAlarms(alarms.command('apply').description('make it so; a second time it changes nothing')).action(
    async (flags: AlarmsFlags) =>
      exitWith(await (await import('../workflows/alarms.ts')).applyAlarmsCommand(flags, signal)),
  );
}
