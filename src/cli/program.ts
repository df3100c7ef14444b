// The command line: builds the parser from the list of commands, and words its complaints.

import { randomUUID } from 'node:crypto';
import { Argument, Command } from 'commander';
import type { ProgramShape } from '../command-line/program-shape.ts';
import { commands, groups } from '../commands/all.ts';
import type { CommandDefinition } from '../commands/command.ts';
import { EXIT_CODES_HELP, exitCodes } from '../domain/exit-codes.ts';
import { programVersion } from '../process/version.ts';
import { endingOf } from './ending.ts';
import { shapeOf } from './shape-of.ts';

/** Runs one command line and resolves to its exit code; never rejects. */
export async function runCli(args: readonly string[], signal: AbortSignal): Promise<number> {
  let exitCode: number = exitCodes.agree;
  const start = async (command: CommandDefinition, words: readonly (string | undefined)[], flags: unknown) => {
    const run = { id: randomUUID().slice(0, 8), command: command.name, version: programVersion() };
    exitCode = await command.start({ flags: flags as never, words, run, signal, shape: programShape });
  };
  try {
    await createProgram(args, start).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    const ending = endingOf(error, signal.aborted);
    process.stderr.write(ending.text);
    return ending.exitCode;
  }
}

type StartCommand = (
  command: CommandDefinition,
  words: readonly (string | undefined)[],
  flags: unknown,
) => Promise<void>;

/** The parser; it calls `start` with the command, its arguments and its flags. */
export function createProgram(args: readonly string[], start: StartCommand): Command {
  const program = new Command('splitbrain')
    .description('Finds the conferences on which a mesh of HAProxies disagrees, and says why.')
    .version(programVersion(), '-V, --version')
    .helpOption('-h, --help', 'what this does and how')
    .helpCommand('help [command]', 'help on one command')
    .showHelpAfterError('(splitbrain --help shows every command and flag)')
    .addHelpText('after', EXIT_CODES_HELP)
    .exitOverride()
    // The parser's complaints begin with "error:", those of this program with its name.
    .configureOutput({
      outputError: (text, write) => write(withRemedy(text, args).replace(/^error: /, 'splitbrain: ')),
    })
    .configureHelp({ showGlobalOptions: false });
  for (const definition of commands) addCommand(program, definition, start);
  return program;
}

/** The command line as it is, for what describes it. */
export function programShape(): ProgramShape {
  const helps = new Map(commands.map(({ name, help }) => [name, help]));
  return shapeOf(
    createProgram([], async () => {}),
    (name) => helps.get(name) ?? '',
  );
}

function addCommand(program: Command, definition: CommandDefinition, start: StartCommand): void {
  const [first = '', second] = definition.name.split(' ');
  const parent = second === undefined ? program : groupOf(program, first);
  const command = parent
    .command(second ?? first)
    .description(definition.summary)
    .exitOverride();
  for (const word of definition.takes ?? []) {
    if (word instanceof Argument) command.addArgument(word);
    else command.argument(word);
  }
  for (const group of definition.flags) group(command);
  command.addHelpText('after', definition.help);
  // commander passes the arguments, then the flags, then the command.
  command.action((...given: unknown[]) =>
    start(definition, given.slice(0, -2) as (string | undefined)[], given.at(-2)),
  );
}

function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return (
    known ??
    program
      .command(name)
      .description(groups[name] ?? '')
      .exitOverride()
  );
}

/**
 * Adds a remedy to two complaints that the parser words too briefly: an argument that should be a
 * flag, and flags before the command.
 */
function withRemedy(text: string, [first = '']: readonly string[]): string {
  if (/^error: too many arguments for '(?:report|snapshot|heal|plan|monitor)'/.test(text)) {
    return `${text.trimEnd()} Proxies are named by --proxy ENDPOINT, a configuration by -c FILE.\n`;
  }
  return first.startsWith('-') && text.startsWith('error: unknown option')
    ? `${text.trimEnd()}: flags follow the command that takes them, as in splitbrain report -c FILE\n`
    : text;
}
