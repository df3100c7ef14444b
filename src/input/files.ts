// The files beside the configuration: where their names lead, and what reading them gave.

import { dirname, isAbsolute, join } from 'node:path';
import { isProblem, type Problem } from './complaint.ts';
import { type Environment, lookUp } from './environment.ts';

/** Where OpenSSH keeps the host keys that a user trusts. */
export const DEFAULT_KNOWN_HOSTS = '~/.ssh/known_hosts';

/**
 * What the configuration takes from the machine. `readFile` gives UTF-8 text and throws as
 * `fs.readFileSync` does.
 */
export interface HostAccess {
  readFile(path: string): string;
  readonly env: Environment;
}

/**
 * `~` is the home directory of the environment; other relative names start at `folder`, the
 * configuration's own.
 */
export function locateFile(name: string, folder: string, env: Environment): string | Problem {
  if (name === '~' || name.startsWith('~/')) {
    const home = lookUp(env, 'HOME');
    return home ? join(home, name.slice(1)) : { problem: 'starts with ~, but HOME is not set' };
  }
  return isAbsolute(name) ? name : join(folder, name);
}

/** A program's name is looked for along PATH; with a slash in it, it is a file as any other. */
export function locateProgram(name: string, folder: string, env: Environment): string | Problem {
  if (!name.includes('/')) return name;
  const file = locateFile(name, folder, env);
  return isProblem(file) || file.includes('/') ? file : `./${file}`;
}

/** The folder from which a configuration's relative names start. */
export function folderOf(file: string): string {
  return dirname(file);
}

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
