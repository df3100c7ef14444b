// A file that names conferences: for its owner's eyes, and under its name only when it is whole.

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

type Write = (text: string) => Promise<void>;

/** A place for one text, known to be writable. */
export interface PrivateFile {
  /** Replaces what is there by what `compose` writes; where that fails, what is there stays. */
  put(compose: (write: Write) => Promise<void>): Promise<void>;
}

const OWNER_ONLY = 0o600;
/** As many as Linux follows. */
const MOST_LINKS = 40;
/**
 * A rename that the place does not allow (a file mounted by itself, a folder of somebody else,
 * another disk): the file is written over instead.
 */
const unmovable: ReadonlySet<unknown> = new Set(['EBUSY', 'EXDEV', 'EPERM', 'EACCES']);

/**
 * Throws what the system says where nothing could be written. A link that was given by name is
 * followed; a device, a pipe or an open file of the caller (/dev/stderr, /dev/fd/3) is written to
 * as it is.
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

/** The same for a file of a folder that was given: there, a link is replaced and never followed. */
export function privateFileIn(folder: string, name: string): PrivateFile {
  const target = join(folder, name);
  if (lstatOf(target)?.isDirectory()) throw new Error(`EISDIR: ${name} is a folder`);
  return replaceable(target, false);
}

/** A copy of `source`, with the same care. */
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
 * Which file the path leads to, for telling whether two lead to one; `null` where it is no file
 * that could be overwritten.
 */
export function identityOf(path: string): string | null {
  try {
    const there = statOf(path);
    if (there === null) return whereTo(path);
    return there.isFile() ? `${there.dev}:${there.ino}` : null;
  } catch {
    // Links that lead round, a folder that may not be entered: opening it will say so.
    return null;
  }
}

/** A full disk may have room again after the look, and what else was asked for goes on. */
export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The same for a file of a folder, where a link is replaced. */
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
 * `null`: drafts go beside the target. Else, where only the file itself can be written, the
 * beginning of a folder's name elsewhere.
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

async function writeInto(path: string, flag: 'a' | 'wx', compose: (write: Write) => Promise<void>): Promise<void> {
  const file = await open(path, flag, OWNER_ONLY);
  try {
    await compose((text) => file.appendFile(text));
  } catch (error) {
    // The reader of a pipe has seen enough.
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

/**
 * Links followed to the end, also to an end that is not there yet; folders on the way as they
 * really are.
 */
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

/** Opened by who started us: it is theirs to say who may read it. */
function isCallers(path: string): boolean {
  return /^\/(?:dev\/(?:fd\/\d+|stdin|stdout|stderr)|proc\/(?:self|thread-self|\d+)\/fd\/\d+)$/.test(resolve(path));
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function lstatOf(path: string) {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}
