// Commands that a report suggests. They run as they are printed, on the mesh of the run.

import type { RunFacts } from '../domain/run-report.ts';

/** `splitbrain`, the words, and the flags that name the mesh, quoted for a POSIX shell. */
export function nextCommand({ meshWords }: Pick<RunFacts, 'meshWords'>, ...words: readonly string[]): string {
  return ['splitbrain', ...words, ...meshWords].map(shellWord).join(' ');
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
