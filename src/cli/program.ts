// Commands and flags to calls of run.ts; help texts; how a run ends.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ConfigError, exitCodes } from '../errors.ts';
import { writeOut } from '../process/output.ts';
import { programVersion } from '../process/version.ts';
import type { LiveFlags, LookFlags } from '../workflows/report.ts';
import { addCloudWatchCommands } from './cloudwatch-commands.ts';
import { addWritingCommands } from './writing-commands.ts';

export const CONFIG_HELP = 'configuration (YAML); splitbrain.yaml of the working folder where no flag names the mesh';

const EXIT_CODES = `
Exit codes:
  0   the mesh agrees
  1   the program failed
  2   a disagreement remains (confirmed split, missing, mixed or duplicated entries)
  3   the view is incomplete: a proxy could not be read in full
  4   a heal was refused, in part or as a whole, or did not hold
  64  bad usage or configuration
  130 interrupted (143 by SIGTERM): what was written is said, nothing is called verified
The first of 64, 1, 4, 3, 2 that applies.`;

const REPORT_EXAMPLES = `
Examples:
  splitbrain report --proxy /run/haproxy/admin.sock --proxy 10.0.0.2:9999
  splitbrain report -c stage.yaml --json report.json
  splitbrain report                          (with splitbrain.yaml in this folder)
  splitbrain report --from dumps/            (saved dumps, ours or haproxy-table-nodes-PROXY files)
${EXIT_CODES}`;

const SNAPSHOT_NOTES = `
Saves the answers of every proxy byte for byte, compressed, one folder a proxy, and a manifest; DIR appears when it is whole.
Look at it again with: splitbrain report --from DIR

Exit codes: 0 saved, every proxy in full; 3 saved, but a proxy could not be read in full; 1 and 64 as for report`;

/** Runs one command line; the exit code is the answer, and nothing is ever thrown at the reader. */
export async function runCli(args: readonly string[], signal: AbortSignal): Promise<number> {
  let exitCode: number = exitCodes.agree;
  const program = createProgram(args, signal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return endOf(error, signal);
  }
}

function endOf(error: unknown, signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.complaints.map((complaint) => `splitbrain: ${complaint}\n`).join('')}`);
    return exitCodes.usage;
  }
  if (signal.aborted) {
    process.stderr.write('splitbrain: interrupted: nothing was judged\n');
    return exitCodes.crash;
  }
  const { message } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(
    `splitbrain: ${message}\nThis is a defect of the program or of the machine it runs on. Run again with --log-level debug to see where.\n`,
  );
  if (process.argv.includes('debug')) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  return exitCodes.crash;
}

function createProgram(args: readonly string[], signal: AbortSignal, exitWith: (code: number) => void): Command {
  const program = new Command('splitbrain')
    .description('Finds the conferences on which a mesh of HAProxies disagrees, and says why.')
    .version(programVersion(), '-V, --version')
    .helpOption('-h, --help', 'what this does and how')
    .helpCommand('help [command]', 'help on one command')
    .showHelpAfterError('(splitbrain --help shows every command and flag)')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    // One voice: the parser's own complaints begin with "error:".
    .configureOutput({
      outputError: (text, write) => write(withRemedy(text, args).replace(/^error: /, 'splitbrain: ')),
    })
    .configureHelp({ showGlobalOptions: false });

  const run = (command: string) => ({ id: randomUUID().slice(0, 8), command, version: programVersion() });
  junitFlag(
    lookFlags(
      program
        .command('report')
        .description('look at every proxy, look again at the suspects, say what is wrong and why; changes nothing'),
    ),
  )
    .option('--save <dir>', 'keep the dumps of this run in a new folder')
    .option('--from <dir>', 'saved dumps instead of live proxies')
    .addHelpText('after', REPORT_EXAMPLES)
    .action(async (flags: LookFlags) => exitWith(await lookLazily(flags, run('report'), signal)));
  lookFlags(
    program
      .command('snapshot')
      .argument('<dir>', 'the folder to make')
      .description('save what every proxy says, to look at later'),
  )
    .addHelpText('after', SNAPSHOT_NOTES)
    .action(async (dir: string, flags: LiveFlags) => {
      const exitCode = await lookLazily({ ...flags, save: dir }, run('snapshot'), signal);
      exitWith(exitCode === exitCodes.disagreement ? exitCodes.agree : exitCode);
    });
  const ground = { run, signal, exitWith, lookFlags, junitFlag };
  addWritingCommands(program, ground);
  addCloudWatchCommands(program, ground);
  program
    .command('schema')
    .description('print the JSON Schema of the report that --json writes')
    .action(() => writeOut(readFileSync(schemaUrl(), 'utf8')));
  return program;
}

/** Two mistakes of which the parser says too little: words that want a flag, and flags in front of the command. */
function withRemedy(text: string, [first = '']: readonly string[]): string {
  if (/^error: too many arguments for '(?:report|snapshot|heal|plan|monitor)'/.test(text)) {
    return `${text.trimEnd()} Proxies are named by --proxy ENDPOINT, a configuration by -c FILE.\n`;
  }
  return first.startsWith('-') && text.startsWith('error: unknown option')
    ? `${text.trimEnd()}: flags follow the command that takes them, as in splitbrain report -c FILE\n`
    : text;
}

/** What looks at proxies is loaded only by what looks: `--version` and `--help` answer at once. */
async function lookLazily(...args: Parameters<typeof import('../workflows/report.ts').lookCommand>): Promise<number> {
  const { lookCommand } = await import('../workflows/report.ts');
  return lookCommand(...args);
}

function lookFlags(command: Command): Command {
  return command
    .option('-c, --config <file>', CONFIG_HELP)
    .option(
      '--proxy <[name=]endpoint>',
      'a proxy, instead of a configuration; may be repeated: /path, abns@name, host:port, ssh://user@host/path',
      appended,
      [],
    )
    .option('--backends <glob>', 'with --proxy: the backends that count, as in "release-*"; may be repeated', appended)
    .option('--max-ratio <ratio>', 'with --proxy: the share of all conferences that one heal may change')
    .option('--max-ratio-floor <count>', 'with --proxy: how many it may change in any mesh')
    .option('--table <name>', 'the stick table (default: nodes, or what the configuration says)')
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
    .option('--show-names', 'conference names in logs as they are, not hashed')
    .exitOverride();
}

function junitFlag(command: Command): Command {
  return command.option(
    '--junit <file>',
    'write JUnit XML, one case per proxy and kind of finding; - is standard output, in place of the text',
  );
}

function appended(value: string, before: readonly string[] = []): readonly string[] {
  if (value === '') throw new InvalidArgumentError('it is empty');
  return [...before, value];
}

/** The same way from the sources and from the built program. */
function schemaUrl(): URL {
  return new URL('../../schema/report.schema.json', import.meta.url);
}
