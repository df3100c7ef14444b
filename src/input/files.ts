// The files that a configuration names: where they are, and their text.

import { dirname, isAbsolute, join } from 'node:path';
import { isProblem, type Problem } from './complaint.ts';
import { type Environment, lookUp } from './environment.ts';

/** The file in which OpenSSH keeps the host keys that a user trusts. */
export const DEFAULT_KNOWN_HOSTS = '~/.ssh/known_hosts';

/**
 * The machine that a configuration is read on. `readFile` gives UTF-8 text, and throws as
 * `fs.readFileSync` does.
 */
export interface HostAccess {
  readFile(path: string): string;
  readonly env: Environment;
}

/**
 * The path of a file: `~` is the home directory, other relative names start at `folder`, the
 * configuration's own.
 */
export function locateFile(name: string, folder: string, env: Environment): string | Problem {
  if (name === '~' || name.startsWith('~/')) {
    const home = lookUp(env, 'HOME');
    return home ? join(home, name.slice(1)) : { problem: 'starts with ~, but HOME is not set' };
  }
  return isAbsolute(name) ? name : join(folder, name);
}

/** The path of a program. A name without a slash is looked up in PATH by the system. */
export function locateProgram(name: string, folder: string, env: Environment): string | Problem {
  if (!name.includes('/')) return name;
  const file = locateFile(name, folder, env);
  return isProblem(file) || file.includes('/') ? file : `./${file}`;
}

/** The folder of a configuration, at which its relative names start. */
export function folderOf(file: string): string {
  return dirname(file);
}

/** The text of a file, or why it cannot be read. */
export function readTextFile(
  path: string,
  host: HostAccess,
): { readonly text: string } | (Problem & { readonly isMissing: boolean; readonly isFolder: boolean }) {
  try {
    return { text: host.readFile(path) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    const isFolder = code === 'EISDIR';
    const why = isMissing
      ? 'there is no such file'
      : isFolder
        ? 'it is a folder: name the file in it'
        : (code ?? 'reading it failed');
    return { problem: `cannot be read: ${why}`, isMissing, isFolder };
  }
}
