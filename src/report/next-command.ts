// Commands that a report suggests: they run as they are printed, on the mesh of the run.

import type { RunFacts } from '../domain/run-report.ts';

/** `splitbrain`, the words, and those that name the mesh, as a POSIX shell takes them. */
export function nextCommand({ meshWords }: Pick<RunFacts, 'meshWords'>, ...words: readonly string[]): string {
  return ['splitbrain', ...words, ...meshWords].map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
