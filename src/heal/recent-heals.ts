// How often each conference was healed lately: counted from the environment's journals, whose
// counts a small index keeps.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf, type JournalPlace, journalsOf } from './journal-files.ts';

/**
 * `problem`: why the heals cannot be counted. A journal that cannot be read does not prove that
 * nothing was healed.
 */
export type RecentHeals =
  | {
      /** How many runs wrote to the conference. */
      readonly healsOf: (key: string) => number;
      /**
       * Paths of journals whose last line is torn, because the run was killed. Only the first run
       * that reads such a journal names it.
       */
      readonly torn: readonly string[];
    }
  | { readonly problem: string };

/** What one journal says. Valid while the file has this size. */
interface JournalHeals {
  /** In bytes. */
  readonly size: number;
  readonly table: string;
  /** When the run last wrote to each conference, in milliseconds, by the hash of the key. */
  readonly heals: Readonly<Record<string, number>>;
}

/** By the journal's file name. */
type Index = Readonly<Record<string, JournalHeals>>;

const SCHEMA = 'splitbrain/heals/1';
/** A journal's name has the time when the run began. A run lasts minutes, so a day is enough. */
const LONGEST_RUN_MS = 86_400_000;
/** The index has 20 MB then, and reading a larger one saves no time. */
const MOST_HEALS = 500_000;

/**
 * Counts the heals of this table since `since`. Every intent counts, even without an outcome: a run
 * may have been killed after its write. An index that is missing or damaged is made again from the
 * journals, and one that cannot be written only costs time.
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
    // Files and folders fail with a code. Any other error is a defect of this program.
    if (error instanceof Error && 'code' in error) return { problem: `${place.folder}: ${error.message}` };
    throw error;
  }
}

class Damaged extends Error {}

function refresh(place: JournalPlace, sinceMs: number, torn: string[]): Index {
  const firstDay = new Date(sinceMs - LONGEST_RUN_MS).toISOString().slice(0, 10);
  const path = join(place.folder, `${encodeURIComponent(place.environment)}.heals.json`);
  const known = readIndex(path, sinceMs);
  const index: Record<string, JournalHeals> = {};
  let hasChanged = false;
  for (const name of journalsOf(place).filter((each) => dayOf(each) >= firstDay)) {
    const file = join(place.folder, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    // Another run has just removed the file, as the oldest one.
    if (size === undefined) continue;
    const before = Object.hasOwn(known, name) ? known[name] : undefined;
    hasChanged ||= before?.size !== size;
    index[name] = before?.size === size ? before : readHeals(file, sinceMs, torn);
  }
  if (hasChanged) writeIndex(path, sinceMs, index);
  return index;
}

function readHeals(path: string, sinceMs: number, torn: string[]): JournalHeals {
  const bytes = readFileSync(path);
  const lines = bytes.toString('utf8').split('\n');
  const last = lines.pop()!;
  // A complete record without its line feed is still a record.
  if (isRecord(parse(last))) lines.push(last);
  else if (last !== '') torn.push(path);
  let table = '';
  let isFill = false;
  const heals: Record<string, number> = {};
  for (const [number, line] of lines.entries()) {
    const record = parse(line);
    if (!isRecord(record))
      throw new Damaged(`${path}:${number + 1}: this is no journal of splitbrain, or it is damaged`);
    if (record.event === 'run') {
      table = String(record.table);
      isFill = record.command === 'fill';
    }
    // A fill changes no route, so that nothing flaps because of it.
    if (isFill) continue;
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

/** 96 bits: no two conferences share a hash by accident, and the index has no names. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 16);
}

/** Empty where the file is missing or damaged, or where it does not reach back to `sinceMs`. */
function readIndex(path: string, sinceMs: number): Index {
  try {
    const { schema, from, journals } = JSON.parse(readFileSync(path, 'utf8'));
    const isWhole =
      schema === SCHEMA &&
      from <= sinceMs &&
      Object.values(journals).every(
        (each) => typeof (each as JournalHeals).size === 'number' && typeof (each as JournalHeals).heals === 'object',
      );
    return isWhole ? journals : {};
  } catch {
    return {};
  }
}

/** Keeps only recent heals, so that the file does not grow. */
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
    // The folder is read-only or the disk is full. The next run reads the journals again.
    rmSync(draft, { force: true });
  }
}
