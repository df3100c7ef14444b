// What the exit code says of a run. Pure.

import { exitCodes, exitCodeWords } from '../domain/exit-codes.ts';
import type { RunReport } from '../domain/run-report.ts';

/** The words that follow `Exit code 2: `. */
export function exitMeaning({ exitCode, heal, run }: RunReport): string {
  if (exitCode !== exitCodes.agree || heal === null || heal.planned === 0) return exitCodeWords(exitCode);
  if (run.command === 'fill') return 'all that was missing was filled in and verified';
  return run.command === 'pin' || run.command === 'undo'
    ? 'all that was asked for was written and verified'
    : 'all that was found was healed and verified';
}
