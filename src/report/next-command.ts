// Commands that a report suggests. They run as they are printed, on the mesh of the run.

import type { RunFacts } from '../domain/run-report.ts';

/** `splitbrain`, the words, and the flags that name the mesh, quoted for a POSIX shell. */
export function nextCommand({ meshWords }: Pick<RunFacts, 'meshWords'>, ...words: readonly string[]): string {
  return ['splitbrain', ...words, ...meshWords].map(shellWord).join(' ');
}

/** As `nextCommand`, for a command that takes the configuration and no proxies. */
export function nextLockCommand({ meshWords }: Pick<RunFacts, 'meshWords'>, ...words: readonly string[]): string {
  const isByFile = meshWords[0] === '-c';
  return nextCommand({ meshWords: isByFile ? meshWords.slice(0, 2) : [] }, ...words);
}

function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
