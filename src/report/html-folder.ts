// A folder of HTML pages: private files. A folder with other things is refused, no page of an older
// run stays, and a page has its name only when it is complete.

import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PAGE_START } from './html/frame.ts';
import { isFull } from './private-file.ts';

/** A file of the folder. */
export interface HtmlFile {
  readonly name: string;
  readonly text: string;
}

/** A folder that is known to be writable, and not another program's. */
export interface HtmlFolder {
  /** Replaces the files of an older run; where that fails, they stay. */
  put(files: Iterable<HtmlFile>): Promise<void>;
}

const OWNER_ONLY = 0o600;
const FIRST_PAGE = 'index.html';
/** Complete pages wait in here; one that a killed run left is taken away by the next run. */
const DRAFTS = '.splitbrain-draft-';
/** Pages whose number depends on the run. */
const numberedPage = /^(?:findings|changes)-\d+\.html$/;

/** Throws where the folder may not or cannot be written. Leaves nothing behind that is new. */
export function htmlFolder(path: string): HtmlFolder {
  if (path === '-') throw new Error('it is a folder of pages, and cannot be standard output');
  tryWriting(path);
  return {
    async put(files) {
      mkdirSync(path, { recursive: true });
      refuseForeign(path);
      for (const name of readdirSync(path)) if (name.startsWith(DRAFTS)) rmSync(join(path, name), { recursive: true });
      const drafts = mkdtempSync(join(path, DRAFTS));
      try {
        const names: string[] = [];
        for (const { name, text } of files) {
          await writeFile(join(drafts, name), text, { mode: OWNER_ONLY, flag: 'wx' });
          names.push(name);
        }
        // The first page says whose folder it is.
        for (const name of new Set([FIRST_PAGE, ...names])) renameSync(join(drafts, name), join(path, name));
        const current = new Set(names);
        for (const name of readdirSync(path))
          if (numberedPage.test(name) && !current.has(name)) rmSync(join(path, name));
      } finally {
        rmSync(drafts, { recursive: true, force: true });
      }
    },
  };
}

/**
 * As `htmlFolder`, for a folder within one that a flag names: a link there is refused.
 */
export function htmlFolderIn(folder: string, name: string): HtmlFolder {
  const path = join(folder, name);
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) throw new Error('it is a link: remove it');
  return htmlFolder(path);
}

/** Throws where the folder has files, and its first page is not of this program. */
function refuseForeign(path: string): void {
  const names = readdirSync(path).filter((name) => !name.startsWith(DRAFTS));
  if (names.length === 0 || (names.includes(FIRST_PAGE) && isOwnPage(join(path, FIRST_PAGE)))) return;
  throw new Error('it has files in it and is no report of this program: name a new or an empty folder');
}

function isOwnPage(path: string): boolean {
  if (!lstatSync(path).isFile()) return false;
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(PAGE_START.length);
    readSync(file, start);
    return start.toString('latin1') === PAGE_START;
  } finally {
    closeSync(file);
  }
}

function tryWriting(path: string): void {
  let made: string | undefined;
  try {
    made = mkdirSync(path, { recursive: true });
    refuseForeign(path);
    rmSync(mkdtempSync(join(path, DRAFTS)), { recursive: true });
  } catch (error) {
    // The disk may have room again after the look.
    if (!isFull(error)) throw error;
  } finally {
    if (made !== undefined) rmSync(made, { recursive: true });
  }
}
