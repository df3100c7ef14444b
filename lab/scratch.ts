// A folder for the files of a run; it goes away with this process.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

export interface Scratch {
  readonly folder: string;
  /** Writes a file and gives its path. */
  file(name: string, text: string | Buffer): string;
  clear(): void;
}

export function makeScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-test-'));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  const forget = atExit(clear);
  return {
    folder,
    file: (name, text) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    clear: () => {
      clear();
      forget();
    },
  };
}
