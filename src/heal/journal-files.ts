// The journals of a folder: their names, their environments, and how many are kept.

import { closeSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Files kept of each environment. Older ones are removed when a new journal begins. */
const KEPT_FILES = 500;
const SUFFIX = '.journal.jsonl';
/** The length of `2026-11-21T12-00-00.000Z`. */
const STAMP = 24;
/** The first record of a run is shorter than this. */
const FIRST_BYTES = 4_096;

/** Where the journals of one environment are. */
export interface JournalPlace {
  readonly folder: string;
  readonly environment: string;
}

/** The name begins with the time, so that names sort in the order of the runs. */
export function journalName(at: Date, environment: string, runId: string): string {
  return `${at.toISOString().replaceAll(':', '-')}.${encodeURIComponent(environment)}.${runId}${SUFFIX}`;
}

/** The day on which the journal's run began, as `2026-11-21`. */
export function dayOf(name: string): string {
  return name.slice(0, 10);
}

/**
 * The names of the environment's journals, oldest first. Journals of others are not opened. A
 * folder that does not exist has none.
 */
export function journalsOf({ folder, environment }: JournalPlace): readonly string[] {
  const mine = `.${encodeURIComponent(environment)}.`;
  return journalsIn(folder).filter((name) => {
    const rest = name.slice(STAMP, -SUFFIX.length);
    // `.ENVIRONMENT.RUN`; older versions wrote `-RUN`, and the first record has the environment.
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
    // The environment is not known, so the file is no environment's journal.
    return undefined;
  }
}

/** Removes the environment's oldest journals. Keeps `current`, even if a wrong clock named it. */
export function rotateJournals(place: JournalPlace, current: string): void {
  try {
    const others = journalsOf(place).filter((name) => name !== current);
    for (const name of others.slice(0, 1 - KEPT_FILES)) rmSync(join(place.folder, name), { force: true });
  } catch {
    // A file that cannot be removed only takes space: the heal goes on.
  }
}
