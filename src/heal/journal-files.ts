// The journals of a folder: what they are called, whose they are, and how many are kept.

import { closeSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Files kept of each environment; older ones are removed when a new one is begun. */
const KEPT_FILES = 500;
const SUFFIX = '.journal.jsonl';
/** `2026-11-21T12-00-00.000Z` */
const STAMP = 24;
/** More than the first record of any run takes. */
const FIRST_BYTES = 4_096;

export interface JournalPlace {
  readonly folder: string;
  readonly environment: string;
}

/** Its beginning is the time, so that the order of the names is the order of the runs. */
export function journalName(at: Date, environment: string, runId: string): string {
  return `${at.toISOString().replaceAll(':', '-')}.${encodeURIComponent(environment)}.${runId}${SUFFIX}`;
}

/** The day on which its run began, as `2026-11-21`. */
export function dayOf(name: string): string {
  return name.slice(0, 10);
}

/**
 * The environment's own, the oldest first; those of others are not opened. A folder that is not
 * there has none.
 */
export function journalsOf({ folder, environment }: JournalPlace): readonly string[] {
  const mine = `.${encodeURIComponent(environment)}.`;
  return journalsIn(folder).filter((name) => {
    const rest = name.slice(STAMP, -SUFFIX.length);
    // `.ENVIRONMENT.RUN`, and of older versions `-RUN`, where the first record tells.
    return rest.startsWith('.')
      ? rest.slice(0, rest.lastIndexOf('.') + 1) === mine
      : environmentIn(join(folder, name)) === environment;
  });
}

function journalsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function environmentIn(path: string): unknown {
  const bytes = Buffer.alloc(FIRST_BYTES);
  try {
    const file = openSync(path, 'r');
    try {
      const [first = ''] = bytes.toString('utf8', 0, readSync(file, bytes)).split('\n');
      return (JSON.parse(first) as { environment?: unknown } | null)?.environment;
    } finally {
      closeSync(file);
    }
  } catch {
    // Whose it is nobody can tell: it is nobody's trouble.
    return undefined;
  }
}

/** Removes the environment's oldest ones, never `current`, whatever a wrong clock has called it. */
export function rotateJournals(place: JournalPlace, current: string): void {
  try {
    const others = journalsOf(place).filter((name) => name !== current);
    for (const name of others.slice(0, 1 - KEPT_FILES)) rmSync(join(place.folder, name), { force: true });
  } catch {
    // A file that cannot be removed takes room, and no heal waits for that.
  }
}
