// A file that names conferences: only its owner may read it, and it has its name only when it is
// complete.

import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/** Writes a part of a text; resolves when it is written. */
export type WriteText = (text: string) => Promise<void>;

/** A file that is known to be writable. */
export interface PrivateFile {
  /** Replaces the file by what `compose` writes; where that fails, the old file stays. */
  put(compose: (write: WriteText) => Promise<void>): Promise<void>;
}

const OWNER_ONLY = 0o600;
/** Links in a row: Linux follows as many. */
const MOST_LINKS = 40;
/**
 * Codes of a rename that is not possible (a file that is a mount point, a folder of another user,
 * another disk): then the file itself is written.
 */
const unmovable: ReadonlySet<unknown> = new Set(['EBUSY', 'EXDEV', 'EPERM', 'EACCES']);

/**
 * A private file at `path`. A link is followed. A device, a pipe or an open file of the caller
 * (/dev/stderr, /dev/fd/3) is written directly. Throws the system's error where nothing could be
 * written.
 */
export function privateFile(path: string): PrivateFile {
  const target = whereTo(path);
  const there = statOf(target);
  if (there?.isDirectory()) throw new Error('EISDIR: it is a folder');
  if (isCallers(path) || (there !== null && !there.isFile())) {
    if (there !== null) accessSync(target, constants.W_OK);
    return { put: (compose) => writeInto(path, 'a', compose) };
  }
  return replaceable(target, there !== null);
}

/**
 * As `privateFile`, for a file in a folder that a flag names: there a link is replaced, never
 * followed.
 */
export function privateFileIn(folder: string, name: string): PrivateFile {
  const target = join(folder, name);
  if (lstatOf(target)?.isDirectory()) throw new Error(`EISDIR: ${name} is a folder`);
  return replaceable(target, false);
}

/** Copies `source` as a private file. */
export function copyPrivately(source: string, folder: string): void {
  const target = join(folder, basename(source));
  if (realpathSync(dirname(source)) === realpathSync(folder)) return;
  const draft = draftBeside(target);
  try {
    copyFileSync(source, draft, constants.COPYFILE_EXCL);
    chmodSync(draft, OWNER_ONLY);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Identifies the file behind a path, to compare it with others; `null` where it is no file that
 * could be overwritten.
 */
export function identityOf(path: string): string | null {
  try {
    const there = statOf(path);
    if (there === null) return whereTo(path);
    return there.isFile() ? `${there.dev}:${there.ino}` : null;
  } catch {
    // A circle of links, or a folder that may not be entered: opening it reports that.
    return null;
  }
}

/**
 * Whether the disk is full. It may have room again after the look, so that is no reason to stop.
 */
export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** As `identityOf`, for a file in a folder, where a link is replaced. */
export function identityIn(folder: string, name: string): string | null {
  const target = join(folder, name);
  return isLink(target) ? join(realFolder(resolve(target)), name) : identityOf(target);
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}

function replaceable(target: string, mayWriteOver: boolean): PrivateFile {
  const drafts = draftFolder(target, mayWriteOver);
  return {
    async put(compose) {
      const draft = drafts === null ? draftBeside(target) : join(mkdtempSync(drafts), 'draft');
      try {
        await writeInto(draft, 'wx', compose);
        moveTo(target, draft, mayWriteOver);
      } finally {
        rmSync(drafts === null ? draft : dirname(draft), { force: true, recursive: true });
      }
    },
  };
}

/**
 * The folder for a draft; `null`: beside the target. Where only the file itself can be written, it
 * is the beginning of a folder's name elsewhere.
 */
function draftFolder(target: string, mayWriteOver: boolean): string | null {
  const draft = draftBeside(target);
  try {
    writeFileSync(draft, '', { flag: 'wx', mode: OWNER_ONLY });
    rmSync(draft);
    return null;
  } catch (error) {
    if (isFull(error)) return null;
    if (!mayWriteOver) throw new Error((error as Error).message.replace(draft, target), { cause: error });
    accessSync(target, constants.W_OK);
    return join(tmpdir(), 'splitbrain-draft-');
  }
}

function draftBeside(target: string): string {
  return join(dirname(target), `.${basename(target).slice(0, 200)}.${randomBytes(4).toString('hex')}.draft`);
}

async function writeInto(path: string, flag: 'a' | 'wx', compose: (write: WriteText) => Promise<void>): Promise<void> {
  const file = await open(path, flag, OWNER_ONLY);
  try {
    await compose((text) => file.appendFile(text));
  } catch (error) {
    // The reader of a pipe may close it early.
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
  } finally {
    await file.close();
  }
}

function moveTo(target: string, draft: string, mayWriteOver: boolean): void {
  try {
    renameSync(draft, target);
  } catch (error) {
    if (!mayWriteOver || !unmovable.has((error as NodeJS.ErrnoException).code)) throw error;
    chmodSync(target, OWNER_ONLY);
    copyFileSync(draft, target);
  }
}

/** Follows links to their end, also to a file that does not exist yet, and resolves folders. */
function whereTo(path: string): string {
  let target = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    target = join(realFolder(target), basename(target));
    if (!lstatOf(target)?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  throw new Error('ELOOP: too many links');
}

function realFolder(path: string): string {
  try {
    return realpathSync(dirname(path));
  } catch {
    return dirname(path);
  }
}

/** Whether the caller opened it: then the caller decides who may read it. */
function isCallers(path: string): boolean {
  return /^\/(?:dev\/(?:fd\/\d+|stdin|stdout|stderr)|proc\/(?:self|thread-self|\d+)\/fd\/\d+)$/.test(resolve(path));
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function lstatOf(path: string) {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}
