// How a run ends when it does not end with a verdict: the lines for people, and the exit code.

import { CommanderError } from 'commander';
import { exitCodes } from '../domain/exit-codes.ts';
import { ConfigError } from '../errors.ts';

/** What is printed, and the exit code. */
export interface Ending {
  /** For standard error; each ends in a newline. */
  readonly text: string;
  readonly exitCode: number;
}

/** The end of a run by an exception. `isInterrupted`: a signal had ended the run before. */
export function endingOf(error: unknown, isInterrupted: boolean): Ending {
  // The parser has printed its message already. Help and version end this way too.
  if (error instanceof CommanderError) {
    return { text: '', exitCode: error.exitCode === 0 ? exitCodes.agree : exitCodes.usage };
  }
  if (error instanceof ConfigError) {
    const lines = error.complaints.map((complaint) => `splitbrain: ${complaint}\n`);
    return { text: lines.join(''), exitCode: exitCodes.usage };
  }
  if (isInterrupted) {
    return { text: 'splitbrain: interrupted: nothing was judged\n', exitCode: exitCodes.crash };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const advice =
    'This is a defect of the program or of the machine it runs on. Run again with --log-level debug to see where.';
  const where = process.argv.includes('debug') ? `${stack ?? ''}\n` : '';
  return { text: `splitbrain: ${message}\n${advice}\n${where}`, exitCode: exitCodes.crash };
}
