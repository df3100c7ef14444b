// How often each conference was healed lately: counted from the environment's journals, of which a
// small index keeps what they say.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf, type JournalPlace, journalsOf } from './journal-files.ts';

/**
 * Or why they cannot be counted: a journal that cannot be read is no proof that nothing was healed.
 */
export type RecentHeals =
  | {
      /** How many runs wrote to the conference. */
      readonly healsOf: (key: string) => number;
      /**
       * Journals whose last line a killed run left unfinished; each is named once, by the first run
       * that reads it.
       */
      readonly torn: readonly string[];
    }
  | { readonly problem: string };

/**
 * What one journal says: when its run last wrote to each conference, by the hash of its key. Valid
 * while the file has this size.
 */
interface Healed {
  readonly size: number;
  readonly table: string;
  readonly heals: Readonly<Record<string, number>>;
}

type Index = Readonly<Record<string, Healed>>;

const SCHEMA = 'splitbrain/heals/1';
/** A run lasts minutes; its journal's name is its beginning, and a day more than covers it. */
const LONGEST_RUN_MS = 86_400_000;
/** 20 MB of index; beyond that reading it is no gain. */
const MOST_HEALS = 500_000;

/**
 * Since `since`, in this mesh. Intents count, whatever came of them: a run that was killed may have
 * been through. The index is made anew where it is missing or damaged, and one that cannot be
 * written costs time only.
 */
export function recentHeals(place: JournalPlace, table: string, since: Date): RecentHeals {
  const torn: string[] = [];
  try {
    const index = refresh(place, since.getTime(), torn);
    const counts = new Map<string, number>();
    for (const healed of Object.values(index)) {
      if (healed.table !== table) continue;
      for (const [hash, at] of Object.entries(healed.heals))
        if (at >= since.getTime()) counts.set(hash, (counts.get(hash) ?? 0) + 1);
    }
    return { healsOf: (key) => (counts.size === 0 ? 0 : (counts.get(hashOf(key)) ?? 0)), torn };
  } catch (error) {
    if (error instanceof Damaged) return { problem: error.message };
    // Files and folders fail with a code; anything else is a defect of ours.
    if (error instanceof Error && 'code' in error) return { problem: `${place.folder}: ${error.message}` };
    throw error;
  }
}

class Damaged extends Error {}

function refresh(place: JournalPlace, sinceMs: number, torn: string[]): Index {
  const firstDay = new Date(sinceMs - LONGEST_RUN_MS).toISOString().slice(0, 10);
  const path = join(place.folder, `${encodeURIComponent(place.environment)}.heals.json`);
  const known = readIndex(path, sinceMs);
  const index: Record<string, Healed> = {};
  let isNews = false;
  for (const name of journalsOf(place).filter((each) => dayOf(each) >= firstDay)) {
    const file = join(place.folder, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    // Another run has just removed it: it was the oldest.
    if (size === undefined) continue;
    const before = Object.hasOwn(known, name) ? known[name] : undefined;
    isNews ||= before?.size !== size;
    index[name] = before?.size === size ? before : readHeals(file, sinceMs, torn);
  }
  if (isNews) writeIndex(path, sinceMs, index);
  return index;
}

function readHeals(path: string, sinceMs: number, torn: string[]): Healed {
  const bytes = readFileSync(path);
  const lines = bytes.toString('utf8').split('\n');
  const last = lines.pop()!;
  // A whole record whose line feed was lost is still a record.
  if (isRecord(parse(last))) lines.push(last);
  else if (last !== '') torn.push(path);
  let table = '';
  const heals: Record<string, number> = {};
  for (const [number, line] of lines.entries()) {
    const record = parse(line);
    if (!isRecord(record))
      throw new Damaged(`${path}:${number + 1}: this is no journal of splitbrain, or it is damaged`);
    if (record.event === 'run') table = String(record.table);
    const at = record.event === 'intent' ? Date.parse(String(record.at)) : Number.NaN;
    if (at >= sinceMs) heals[hashOf(String(record.key))] = at;
  }
  return { size: bytes.length, table, heals };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

const EVENTS: ReadonlySet<unknown> = new Set(['run', 'conference', 'intent', 'outcome', 'verdict', 'end']);

function isRecord(value: unknown): value is { readonly event: string; readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null && 'event' in value && EVENTS.has(value.event);
}

/** 96 bits: no two conferences share it by accident, and names stay out of one more file. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 16);
}

/** What is not there, damaged, or knows less far back is as good as none. */
function readIndex(path: string, sinceMs: number): Index {
  try {
    const { schema, from, journals } = JSON.parse(readFileSync(path, 'utf8'));
    const isWhole =
      schema === SCHEMA &&
      from <= sinceMs &&
      Object.values(journals).every(
        (each) => typeof (each as Healed).size === 'number' && typeof (each as Healed).heals === 'object',
      );
    return isWhole ? journals : {};
  } catch {
    return {};
  }
}

/** Only what is recent: it never grows beyond what a window of heals holds. */
function writeIndex(path: string, sinceMs: number, index: Index): void {
  let count = 0;
  const journals = Object.fromEntries(
    Object.entries(index).map(([name, { size, table, heals }]) => {
      const recent = Object.entries(heals).filter(([, at]) => at >= sinceMs);
      count += recent.length;
      return [name, { size, table, heals: Object.fromEntries(recent) }];
    }),
  );
  if (count > MOST_HEALS) return;
  const draft = `${path}.${randomBytes(4).toString('hex')}.draft`;
  try {
    writeFileSync(draft, JSON.stringify({ schema: SCHEMA, from: sinceMs, journals }), { flag: 'wx', mode: 0o600 });
    renameSync(draft, path);
  } catch {
    // A folder where we may only read, a full disk: the next run reads the journals again.
    rmSync(draft, { force: true });
  }
}
