// Configuration files for tests: loaded from memory, their complaints as values.

import { loadSettings } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors.ts';
import type { HostAccess } from '../../src/input/files.ts';

/** A machine with these files and variables; the configuration is `conf/mesh.yaml`. */
export function host(
  yaml: string,
  files: Record<string, string> = {},
  env: Record<string, string> = { HOME: '/home/me' },
): HostAccess {
  const all: Record<string, string> = { 'conf/mesh.yaml': yaml, ...files };
  const readFile = (path: string) => {
    if (Object.hasOwn(all, path)) return all[path]!;
    throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
  };
  return { readFile, env };
}

export function load(yaml: string, files?: Record<string, string>, env?: Record<string, string>) {
  return loadSettings('conf/mesh.yaml', host(yaml, files, env));
}

export function complaintsOf(
  yaml: string,
  files?: Record<string, string>,
  env?: Record<string, string>,
): readonly string[] {
  try {
    load(yaml, files, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

/** The smallest right file. */
export const SMALL = 'environment: stage\nproxies:\n  list:\n    - { name: hap-a, endpoint: "unix:///run/a.sock" }\n';

/** A file that is right but for these lines, which begin on line 5. */
export const small = (...lines: string[]) => SMALL + lines.map((line) => `${line}\n`).join('');
