// The shape of the command line, read from the parser: what it accepts is what is completed and
// described.

import type { Argument, Command, Option } from 'commander';
import type { CommandShape, FlagShape, ProgramShape, ValueKind, ValueShape } from '../command-line/program-shape.ts';

/** What the names of values in help stand for; a value with any other name is a text. */
const kindsByName: Readonly<Record<string, ValueKind>> = {
  file: 'file',
  plan: 'file',
  journal: 'file',
  // Most endpoints that are typed are sockets.
  endpoint: 'file',
  '[name=]endpoint': 'file',
  dir: 'folder',
  before: 'folder',
  after: 'folder',
};

/** `helpOf` has the notes and examples of a command, by its name. */
export function shapeOf(program: Command, helpOf: (name: string) => string): ProgramShape {
  const groups = program.commands.filter(({ commands }) => commands.length > 0);
  const commands = program.commands.flatMap((command) =>
    command.commands.length === 0 ? [command] : command.commands,
  );
  const shapes = commands.map((command) => commandShape(command, nameOf(command, program), helpOf));
  const words = program.commands.map((command) => command.name());
  return {
    name: program.name(),
    version: program.version() ?? '',
    summary: program.description(),
    groups: groups.map((group) => ({ name: group.name(), summary: group.description() })),
    commands: [...shapes, helpCommand(words)],
    flags: flagsOf(program),
  };
}

function nameOf(command: Command, program: Command): string {
  const { parent } = command;
  return parent === null || parent === program ? command.name() : `${parent.name()} ${command.name()}`;
}

function commandShape(command: Command, name: string, helpOf: (name: string) => string): CommandShape {
  return {
    name,
    summary: command.description(),
    takes: command.registeredArguments.map(argumentShape),
    flags: flagsOf(command),
    help: helpOf(name),
  };
}

/** The parser makes this command by itself, and lists it nowhere. */
function helpCommand(words: readonly string[]): CommandShape {
  return {
    name: 'help',
    summary: 'help on one command',
    takes: [{ name: 'command', kind: 'text', choices: words, isNeeded: false }],
    flags: [],
    help: '',
  };
}

/** The flag for help is one of them; the parser keeps it apart. */
function flagsOf(command: Command): readonly FlagShape[] {
  return [...command.createHelp().visibleOptions(command)].map(flagShape);
}

function flagShape(option: Option): FlagShape {
  const { short, long, description, argChoices = [] } = option;
  const name = /[<[](.+)[>\]]$/.exec(option.flags)?.[1];
  const value = name === undefined ? null : { ...valueNamed(name), choices: argChoices, isNeeded: option.required };
  return { short: long === undefined ? null : (short ?? null), long: long ?? short ?? '', summary: description, value };
}

function argumentShape(argument: Argument): ValueShape {
  return { ...valueNamed(argument.name()), choices: argument.argChoices ?? [], isNeeded: argument.required };
}

function valueNamed(spelled: string): Pick<ValueShape, 'name' | 'kind'> {
  const name = spelled.replace(/\.{3}$/, '');
  return { name, kind: kindsByName[name] ?? 'text' };
}
