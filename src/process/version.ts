// The program's version; package.json is its only source.

import { readFileSync } from 'node:fs';

/** The version of package.json, e.g. `0.1.0`. */
export function programVersion(): string {
  // From dist/src in a built package, from src in the sources.
  for (const path of ['../../package.json', '../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (name === 'haproxy-splitbrain') return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('package.json is missing beside the program');
}
