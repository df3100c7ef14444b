// Every way in which a run ends other than by its own verdict: the lines for people, and the exit
// code.

import { CommanderError } from 'commander';
import { exitCodes } from '../domain/exit-codes.ts';
import { ConfigError } from '../errors.ts';

export interface Ending {
  /** For standard error; each ends in a newline. */
  readonly text: string;
  readonly exitCode: number;
}

/** What nobody caught. `isInterrupted`: a signal had asked for the end before. */
export function endingOf(error: unknown, isInterrupted: boolean): Ending {
  // The parser has said it already; help and version end so as well.
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
