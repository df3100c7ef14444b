// The flags that several commands share.

import { InvalidArgumentError, Option } from 'commander';
import type { FlagGroup } from './command.ts';

/** How a command reads `--proxy`. */
interface ProxyFlag {
  readonly value: string;
  readonly meaning: string;
}

/** The flags that name the mesh: a configuration, or the proxies themselves. */
export const meshFlags: FlagGroup = meshFlagsWith({
  value: '<[name=]endpoint>',
  meaning: 'a proxy, instead of a configuration; may be repeated: /path, abns@name, host:port, ssh://user@host/path',
});

/** The same, for a command that reads `--proxy` otherwise. */
export function meshFlagsWith({ value, meaning }: ProxyFlag): FlagGroup {
  return (command) =>
    command
      .option(
        '-c, --config <file>',
        'configuration (YAML); splitbrain.yaml of the working folder where no flag names the mesh',
      )
      .option(`--proxy ${value}`, meaning, appended, [])
      .option(
        '--backends <glob>',
        'with --proxy: the backends that count, as in "release-*"; may be repeated',
        appended,
      )
      .option('--max-ratio <ratio>', 'with --proxy: the share of all conferences that one heal may change')
      .option('--max-ratio-floor <count>', 'with --proxy: how many it may change in any mesh')
      .option('--table <name>', 'the stick table (default: nodes, or what the configuration says)')
      .option('--ignore-lock', 'go on although somebody has locked the environment or a proxy: for who holds the lock');
}

/** The files and logs that a run writes. */
export const outputFlags: FlagGroup = (command) =>
  command
    .option('--json <file>', 'write the report as JSON too; - is standard output, in place of the text')
    .addOption(
      new Option('--log-level <level>', 'logs on standard error, JSON lines').choices([
        'debug',
        'info',
        'warn',
        'error',
        'silent',
      ]),
    )
    .option('--show-names', 'conference names in logs as they are, not hashed');

/** The report for build servers. */
export const junitFlag: FlagGroup = (command) =>
  command.option(
    '--junit <file>',
    'write JUnit XML, one case per proxy and kind of finding; - is standard output, in place of the text',
  );

/** Of the commands whose report can be kept. */
export const historyFlag: FlagGroup = (command) =>
  command.option('--history <dir>', 'keep the JSON report in this folder too, among those of other runs');

/** The report as pages for a browser. */
export const htmlFlag: FlagGroup = (command) =>
  command.option(
    '--html <dir>',
    'write the report as HTML pages too: a new folder, or one of an earlier run; open its index.html',
  );

/** Of the commands whose look has a census. */
export const waitFlag: FlagGroup = (command) =>
  command.option('--wait', 'take a census that finds people apart again, once clients had time to move');

/** Saved dumps in place of live proxies. */
export const fromFlag: FlagGroup = (command) =>
  command.option(
    '--from <dir>',
    'saved dumps instead of live proxies; may be repeated, for parts of one mesh',
    appended,
  );

/** More folders of a side of a comparison. */
export const beforeFlag: FlagGroup = (command) =>
  command.option('--before <dir>', 'a folder of BEFORE, beside the first word; may be repeated', appended);
export const afterFlag: FlagGroup = (command) =>
  command.option('--after <dir>', 'a folder of AFTER, beside the second word; may be repeated', appended);

/** For commands that write to tables and ask first. */
export const yesFlag: FlagGroup = (command) => command.option('-y, --yes', 'do not ask');

/** For commands that a scheduler or an alarm starts. */
export const scheduledFlags: FlagGroup = (command) =>
  command
    .option('--heal', 'heal without asking; the configuration must have a `heal:` section')
    .addOption(
      new Option('--metrics <what>', 'the metrics of the run (default: send, with a `metrics:` section)').choices([
        'print',
        'send',
        'none',
      ]),
    )
    .option('--metrics-file <file>', 'write the metrics for a textfile collector of Prometheus; - is standard output');

function appended(value: string, before: readonly string[] = []): readonly string[] {
  if (value === '') throw new InvalidArgumentError('it is empty');
  return [...before, value];
}
