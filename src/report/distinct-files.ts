// Checks that no file of a run overwrites another one, or an input of the run.

import { fstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { identityIn, identityOf } from './private-file.ts';

/** Whether the name stands for standard output. */
export function isStandardOutput(path: string): boolean {
  return path === '-' || ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'].includes(resolve(path));
}

/**
 * Throws ConfigError where two of `named`, or one of them and one of `names` in the folder `out`,
 * are the same file: by a relative name, by a link, or by two names of one file. Files that
 * standard output and standard error go to count too.
 */
export function refuseSame(
  named: readonly (readonly [flag: string, path: string])[],
  out: string | undefined,
  names: readonly string[],
): void {
  const complaints: string[] = [];
  const seen = new Map<string, string>();
  for (const [number, name] of [
    [1, 'standard output'],
    [2, 'standard error'],
  ] as const) {
    const identity = identityOfOpen(number);
    if (identity !== null) seen.set(identity, name);
  }
  for (const [flag, path] of named) {
    if (isStandardOutput(path)) claim('-', `${flag} ${path}`, 'both want standard output: give one of them a file');
    else claim(identityOf(path), `${flag} ${path}`);
  }
  for (const name of out === undefined ? [] : names) claim(identityIn(out!, name), `--out ${join(out!, name)}`);
  if (complaints.length > 0) throw new ConfigError(complaints);

  function claim(identity: string | null, who: string, words = 'are the same file: give each a file of its own'): void {
    const first = identity === null ? undefined : seen.get(identity);
    if (first !== undefined) complaints.push(`${first} and ${who} ${words}`);
    else if (identity !== null) seen.set(identity, who);
  }
}

/** The file behind a descriptor; `null` where it is closed, a terminal or a pipe. */
function identityOfOpen(number: number): string | null {
  try {
    const there = fstatSync(number);
    return there.isFile() ? `${there.dev}:${there.ino}` : null;
  } catch {
    return null;
  }
}
