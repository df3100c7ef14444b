// The last good answers of a census's source, kept as they came, in files of the state folder: they
// stand in where the source fails, for as long as a report may be old.

import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CensusTrouble } from '../domain/census.ts';

/** Keeps one answer while it comes. */
export interface AnswerKeeper {
  write(chunk: Uint8Array): void;
  /** `isGood`: the answer takes the place of the kept one. Otherwise it is forgotten. */
  end(isGood: boolean): void;
}

export interface KeptAnswers {
  /** `question` is what was asked: another URL has another answer. */
  keep(question: string): AnswerKeeper;
  /** `null` where there is none that is younger than the census's maximal age. */
  find(question: string): KeptAnswer | null;
}

export interface KeptAnswer {
  /** When it came, in epoch milliseconds. */
  readonly atMs: number;
  /** Gives the answer to `onChunk` piece by piece, until that wants no more. */
  replay(onChunk: (chunk: Buffer) => boolean): void;
}

export interface KeptPlace {
  readonly folder: string;
  readonly environment: string;
  readonly maxAgeMs: number;
  /** Milliseconds since the epoch. */
  now(): number;
}

const CHUNK = 1 << 16;

/** Resolves as `ask` does, which feeds the keeper: an answer without trouble is kept. */
export async function askKeeping<T>(keeper: AnswerKeeper, ask: () => Promise<T | null>): Promise<T | null> {
  let isGood = false;
  try {
    const trouble = await ask();
    isGood = trouble === null;
    return trouble;
  } finally {
    keeper.end(isGood);
  }
}

/** The sentence for a source that failed, and whose last good answer counts. */
export function standInNote({ message, remedy }: CensusTrouble, ageMs: number): string {
  return `Census: ${message} ${remedy} (The last good answer stands in, ${Math.round(ageMs / 1000)} s old.)`;
}

/**
 * Never throws: an answer that cannot be kept, or read again, is as good as none. Answers that are
 * too old to stand in are removed.
 */
export function openKeptAnswers({ folder: stateFolder, environment, maxAgeMs, now }: KeptPlace): KeptAnswers {
  const folder = join(stateFolder, 'census-answers');
  const prefix = `${encodeURIComponent(environment)}.`;
  const pathOf = (question: string) =>
    join(folder, prefix + createHash('sha256').update(question).digest('hex').slice(0, 16));
  removeOlder(folder, prefix, now() - maxAgeMs);
  return {
    keep: (question) => keeper(pathOf(question), now),
    find(question) {
      const path = pathOf(question);
      const atMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NEGATIVE_INFINITY;
      const ageMs = now() - atMs;
      return ageMs < 0 || ageMs > maxAgeMs ? null : { atMs, replay: (onChunk) => readFile(path, onChunk) };
    },
  };
}

/** A file that cannot be read gives nothing, or its beginning: its reader knows no whole answer. */
function readFile(path: string, onChunk: (chunk: Buffer) => boolean): void {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const chunk = Buffer.allocUnsafe(CHUNK);
    for (let length = readSync(file, chunk, 0, CHUNK, null); length > 0; length = readSync(file, chunk, 0, CHUNK, null))
      if (!onChunk(chunk.subarray(0, length))) return;
  } catch {
    return;
  } finally {
    if (file !== null) closeSync(file);
  }
}

function removeOlder(folder: string, prefix: string, oldestMs: number): void {
  try {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (name.startsWith(prefix) && statSync(path).mtimeMs < oldestMs) rmSync(path, { force: true });
    }
  } catch {
    // There is no such folder yet, or another process was faster.
  }
}

/** Another process never sees half of an answer: it is written under another name, then renamed. */
function keeper(path: string, now: () => number): AnswerKeeper {
  const draft = `${path}.${process.pid}.draft`;
  let file: number | null = null;
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    rmSync(draft, { force: true });
    file = openSync(draft, 'wx', 0o600);
  } catch {
    file = null;
  }
  /** What cannot be written is not kept. */
  function attempt(act: (file: number) => void): void {
    if (file === null) return;
    try {
      act(file);
    } catch {
      closeSync(file);
      rmSync(draft, { force: true });
      file = null;
    }
  }
  return {
    write: (chunk) => attempt((open) => void writeSync(open, chunk)),
    end: (isGood) =>
      attempt((open) => {
        if (isGood) {
          const seconds = now() / 1000;
          utimesSync(draft, seconds, seconds);
          renameSync(draft, path);
        } else rmSync(draft, { force: true });
        closeSync(open);
        file = null;
      }),
  };
}
