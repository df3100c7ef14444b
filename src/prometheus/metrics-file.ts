// The file for a textfile collector: replaced as a whole, and everybody may read it.

import { randomBytes } from 'node:crypto';
import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The collector is another user, and the file names no conference. */
const FOR_ALL = 0o644;

/** A file that is known to be writable. */
export interface MetricsFile {
  /** Replaces the file. Rejects with the system's error; then the old file stays. */
  put(text: string): Promise<void>;
}

/**
 * The draft stands in the same folder, because a rename is atomic there only. Its name does not end
 * in `.prom`, so that no collector reads it. Throws the system's error where nothing can be
 * written there.
 */
export function openMetricsFile(path: string): MetricsFile {
  const target = resolve(path);
  if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory()) throw new Error('EISDIR: it is a folder');
  tryDraft(target);
  return {
    async put(text) {
      const draft = draftOf(target);
      try {
        const file = await open(draft, 'wx', FOR_ALL);
        try {
          await file.writeFile(text);
          // A crash of the machine must not leave an empty file under the name.
          await file.sync();
        } finally {
          await file.close();
        }
        await chmod(draft, FOR_ALL);
        await rename(draft, target);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}

function tryDraft(target: string): void {
  const draft = draftOf(target);
  try {
    writeFileSync(draft, '', { flag: 'wx', mode: FOR_ALL });
    rmSync(draft);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // The disk may have room again after the look.
    if (code === 'ENOSPC' || code === 'EDQUOT') return;
    throw new Error(message.replace(draft, target), { cause: error });
  }
}

function draftOf(target: string): string {
  return join(dirname(target), `.${basename(target).slice(0, 200)}.${randomBytes(4).toString('hex')}.draft`);
}
