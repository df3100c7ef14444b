// The verdict that people were told last, in the state folder beside the journals.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToldVerdict } from '../domain/notification.ts';

/** Whose verdict: an environment has one for each table. */
export interface ToldPlace {
  readonly folder: string;
  readonly environment: string;
  readonly table: string;
}

const SCHEMA = 'splitbrain/told/1';

function fileOf({ folder, environment, table }: ToldPlace): string {
  return join(folder, `${encodeURIComponent(environment)}.${encodeURIComponent(table)}.told.json`);
}

/** `null` where nobody was told anything yet; a damaged file is as good as none. */
export function readTold(place: ToldPlace): ToldVerdict | null {
  try {
    const { schema, verdict, since } = JSON.parse(readFileSync(fileOf(place), 'utf8')) as Record<string, unknown>;
    const known = (['agree', 'split', 'incomplete'] as const).find((word) => word === verdict);
    const at = new Date(String(since));
    if (schema !== SCHEMA || known === undefined || Number.isNaN(at.getTime())) return null;
    return { verdict: known, since: at };
  } catch {
    return null;
  }
}

/** Gives a sentence where it could not be written, else `null`. */
export function writeTold(place: ToldPlace, told: ToldVerdict | null): string | null {
  const path = fileOf(place);
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  try {
    mkdirSync(place.folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify({ schema: SCHEMA, verdict: null, since: null, ...told }), {
      flag: 'wx',
      mode: 0o600,
    });
    renameSync(draft, path);
    return null;
  } catch (error) {
    removeDraft(draft);
    const { code, message } = error as NodeJS.ErrnoException;
    return `what was told cannot be kept in ${place.folder} (${code ?? message})`;
  }
}

/** `rmSync` throws where a folder of the path is a file, in spite of `force`. */
function removeDraft(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // Then there is none.
  }
}
