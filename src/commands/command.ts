// What a command is: its name, arguments, flags and help, and how it starts. A file of this room
// loads nothing but that; the workflow is loaded when the command runs.

import type { Argument, Command } from 'commander';
import type { ProgramShape } from '../command-line/program-shape.ts';
import type { Call } from '../session/mesh.ts';

/**
 * One call of a command. `words` are its arguments, in order; `undefined` where one was left out.
 */
export interface Invocation<Flags> extends Call {
  readonly flags: Flags;
  readonly words: readonly (string | undefined)[];
  /** The whole command line, for what describes it. */
  readonly shape: () => ProgramShape;
}

/** Adds flags to a command; returns the same command. */
export type FlagGroup = (command: Command) => Command;

/** One command of the command line. */
export interface CommandDefinition<Flags = never> {
  /** As it is typed after `splitbrain`: one word, or two for a command of a group. */
  readonly name: string;
  /** Arguments: in commander's spelling, `<needed>` or `[optional]`, or as one with choices. */
  readonly takes?: readonly (string | Argument)[];
  readonly summary: string;
  readonly flags: readonly FlagGroup[];
  /** What `--help` prints after the flags: notes and examples. */
  readonly help: string;
  /** Resolves to the exit code. */
  start(invocation: Invocation<Flags>): Promise<number>;
}
