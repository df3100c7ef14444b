// Exit codes: their names, what they mean, and which of several counts. Help, report and jobs use
// this table.

/** By the name that the code of the program uses. */
export const exitCodes = {
  agree: 0,
  crash: 1,
  disagreement: 2,
  incomplete: 3,
  refused: 4,
  usage: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each means: the words at the end of a report, and what help adds to them. */
const meanings: Readonly<Record<ExitCode, readonly [words: string, more: string]>> = {
  [exitCodes.agree]: ['the mesh agrees', ''],
  [exitCodes.crash]: ['the program failed', ''],
  [exitCodes.disagreement]: ['a disagreement remains', ' (confirmed split, missing, mixed or duplicated entries)'],
  [exitCodes.incomplete]: ['the view is incomplete', ': a proxy could not be read in full'],
  [exitCodes.refused]: ['a heal was refused or did not hold', ', in part or as a whole'],
  [exitCodes.usage]: ['bad usage or configuration', ''],
  [exitCodes.interrupted]: ['interrupted before the end, and nothing was verified', ' (143 by SIGTERM)'],
};

/** What a run's exit code says; one that this version never uses is shown bare. */
export function exitCodeWords(exitCode: number): string {
  return meanings[exitCode as ExitCode]?.[0] ?? `${exitCode}`;
}

/** Where several apply, the first of these counts. */
const PRECEDENCE = [
  exitCodes.usage,
  exitCodes.crash,
  exitCodes.refused,
  exitCodes.incomplete,
  exitCodes.disagreement,
] as const;

/** How a process ends that one of these signals has ended: 128 and the signal's number. */
export const signalExitCodes = { SIGHUP: 129, SIGINT: exitCodes.interrupted, SIGTERM: 143 } as const;

/** The codes as `--help` shows them. */
export const EXIT_CODES_HELP = `
Exit codes:
${Object.values(exitCodes)
  .map((code) => `  ${String(code).padEnd(3)} ${meanings[code].join('')}`)
  .join('\n')}
The first of ${PRECEDENCE.join(', ')} that applies.`;
