// Sees to it that no file of a run overwrites another one, or what the run reads.

import { fstatSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { identityIn, identityOf } from './private-file.ts';

export function isStandardOutput(path: string): boolean {
  return path === '-' || ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'].includes(resolve(path));
}

/**
 * Throws ConfigError where two of `named`, or one of them and one of `names` in the folder `out`,
 * are the same: by a relative name, by a link, by two names of one file. What standard output and
 * standard error already go to is taken as well.
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

/** `null`: closed, a terminal, a pipe. */
function identityOfOpen(number: number): string | null {
  try {
    const there = fstatSync(number);
    return there.isFile() ? `${there.dev}:${there.ino}` : null;
  } catch {
    return null;
  }
}
