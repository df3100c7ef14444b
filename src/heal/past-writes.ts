// What earlier runs wrote of one conference, from the environment's journals.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PastEvent } from '../domain/explanation.ts';
import { type JournalPlace, journalsOf } from './journal-files.ts';

/** Journals that are read, the newest first: a week of a run every half hour. */
const MOST_JOURNALS = 300;
const MOST_BYTES = 200_000_000;

/** `problem`: why some journals could not be read; `null`: all could. */
export interface PastWrites {
  /** The newest first. */
  readonly events: readonly PastEvent[];
  readonly problem: string | null;
}

/** The runs of this table that may have written to the conference, at most `most` of them. */
export function pastWrites(place: JournalPlace & { readonly table: string }, key: string, most: number): PastWrites {
  const events: PastEvent[] = [];
  let problem: string | null = null;
  let bytes = 0;
  // Most journals do not name the conference: those are not parsed.
  const spelled = JSON.stringify(key);
  try {
    for (const name of [...journalsOf(place)].reverse().slice(0, MOST_JOURNALS)) {
      if (events.length >= most || bytes > MOST_BYTES) break;
      try {
        const text = readFileSync(join(place.folder, name), 'utf8');
        bytes += text.length;
        const event = text.includes(spelled) ? eventIn(text, key, place.table) : null;
        if (event !== null) events.push(event);
      } catch (error) {
        problem = `${join(place.folder, name)}: ${(error as Error).message}`;
      }
    }
  } catch (error) {
    problem = `${place.folder}: ${(error as Error).message}`;
  }
  return { events, problem };
}

/** A record as far as it is needed; another program's line has other fields, or none. */
type Line = Readonly<Record<string, unknown>>;

function eventIn(text: string, key: string, table: string): PastEvent | null {
  const records = text.split('\n').flatMap(parsed);
  const run = records.find(({ event }) => event === 'run');
  if (run?.table !== table) return null;
  const its = records.filter((record) => record.key === key);
  const intents = its.filter(({ event }) => event === 'intent');
  const [first] = intents;
  if (first === undefined) return null;
  const decision = its.find(({ event }) => event === 'conference');
  const verdict = its.findLast(({ event }) => event === 'verdict');
  const where = decision?.winner == null ? 'wrote to it' : `brought it to ${String(decision.winner)}`;
  const proxies = [...new Set(intents.map(({ proxy }) => String(proxy)))].join(', ');
  const end =
    verdict === undefined
      ? 'and did not verify it'
      : verdict.held === true
        ? 'and it held'
        : `and it did not hold: ${String(verdict.because)}`;
  return {
    at: String(first.at),
    runId: String(run.runId),
    source: 'journal',
    what: `${String(run.command)} ${where} (${proxies}), ${end}`,
  };
}

/** The last line may be torn. */
function parsed(line: string): readonly Line[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? [value as Line] : [];
  } catch {
    return [];
  }
}
