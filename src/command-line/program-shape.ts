// The shape of the command line: commands, flags and their values, without the parser. Completion
// scripts and the man page are made from it. Pure.

/**
 * What a value is, for completion: a file (or a socket), a folder, or a text that nobody else
 * knows.
 */
export type ValueKind = 'file' | 'folder' | 'text';

/** An argument of a command, or the value of a flag. `choices` is empty where any text will do. */
export interface ValueShape {
  /** As help spells it, such as `file`. */
  readonly name: string;
  readonly kind: ValueKind;
  readonly choices: readonly string[];
  readonly isNeeded: boolean;
}

export interface FlagShape {
  /** `-c`; `null` where there is none. */
  readonly short: string | null;
  /** `--config`. */
  readonly long: string;
  readonly summary: string;
  readonly value: ValueShape | null;
}

export interface CommandShape {
  /** One word, or two for a command of a group. */
  readonly name: string;
  readonly summary: string;
  readonly takes: readonly ValueShape[];
  readonly flags: readonly FlagShape[];
  /** Notes and examples, as help prints them behind the flags. */
  readonly help: string;
}

export interface GroupShape {
  readonly name: string;
  readonly summary: string;
}

export interface ProgramShape {
  readonly name: string;
  readonly version: string;
  readonly summary: string;
  readonly groups: readonly GroupShape[];
  /** In the order of help; `help` is the last. */
  readonly commands: readonly CommandShape[];
  /** Flags of the program itself. */
  readonly flags: readonly FlagShape[];
}

/** Every word that can follow the program's name, with what help says of it. */
export function firstWords({ commands, groups }: ProgramShape): readonly GroupShape[] {
  const single = commands.filter(({ name }) => !name.includes(' '));
  return [...single, ...groups].map(({ name, summary }) => ({ name, summary }));
}

/** The commands of a group, named by their second words. */
export function secondWords({ commands }: ProgramShape, group: string): readonly GroupShape[] {
  return commands
    .filter(({ name }) => name.startsWith(`${group} `))
    .map(({ name, summary }) => ({ name: name.slice(group.length + 1), summary }));
}

/** The spellings of a flag, the short one first. */
export function spellingsOf({ short, long }: FlagShape): readonly string[] {
  return short === null ? [long] : [short, long];
}
