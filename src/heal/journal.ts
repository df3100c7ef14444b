// What a run writes to the mesh, written down before and after: append-only JSON lines, on disk before the command goes out.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { ConfigError } from '../errors.ts';

const entryState = z.object({ serverId: z.number().int(), serverKey: z.string().nullable() }).nullable();

const recordSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('run'),
    at: z.string(),
    runId: z.string(),
    command: z.string(),
    environment: z.string(),
    table: z.string(),
  }),
  z.object({
    event: z.literal('conference'),
    at: z.string(),
    key: z.string(),
    winner: z.string().nullable(),
    policy: z.string(),
    before: z.record(z.string(), entryState),
    target: z.record(z.string(), z.string().nullable()),
  }),
  z.object({
    event: z.literal('intent'),
    at: z.string(),
    seq: z.number().int(),
    key: z.string(),
    proxy: z.string(),
    kind: z.enum(['touch', 'replace', 'remove', 'request']),
    expect: entryState,
    serverId: z.number().int(),
  }),
  z.object({
    event: z.literal('outcome'),
    at: z.string(),
    seq: z.number().int(),
    outcome: z.enum(['accepted', 'rejected', 'unknown']),
    answer: z.string().nullable(),
  }),
  z.object({ event: z.literal('verdict'), at: z.string(), key: z.string(), held: z.boolean(), because: z.string() }),
  z.object({
    event: z.literal('end'),
    at: z.string(),
    applied: z.number().int(),
    verified: z.number().int(),
    failed: z.number().int(),
    // Journals before this field were written by runs that went on to their end.
    interrupted: z.boolean().default(false),
  }),
]);

export type JournalRecord = z.infer<typeof recordSchema>;
/** A record as its writer gives it; the journal adds the time. */
export type Unstamped<R extends JournalRecord = JournalRecord> = R extends JournalRecord ? Omit<R, 'at'> : never;

export interface Journal {
  readonly path: string;
  /** Returns when the records are on disk. */
  append(records: readonly Unstamped[]): void;
  close(): void;
}

/** Files kept in a journal folder; older ones are removed when a new one is begun. */
const KEPT_FILES = 500;
const SUFFIX = '.journal.jsonl';

/** Begins a journal for one run in `folder`. */
export function openJournal(folder: string, runId: string, now: () => Date): Journal {
  const path = join(folder, `${now().toISOString().replaceAll(':', '-')}-${runId}${SUFFIX}`);
  let file: number;
  try {
    mkdirSync(folder, { recursive: true });
    file = openSync(path, 'ax', 0o600);
    syncFolder(dirname(path));
  } catch (cause) {
    throw new ConfigError(
      [
        `${path}: the journal cannot be written (${(cause as Error).message}): without it nothing is healed; set \`heal.journal\``,
      ],
      { cause },
    );
  }
  rotate(folder);
  return {
    path,
    append(records) {
      if (records.length === 0) return;
      const at = now().toISOString();
      // Writes all of it or throws; `writeSync` would be content with the part that still fits on a disk.
      writeFileSync(file, records.map((record) => `${JSON.stringify({ at, ...record })}\n`).join(''));
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

/** The new file's name must survive a crash as well as what is in it. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** Names begin with the time, so that their order is the order of the runs. */
function journalFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith(SUFFIX))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function rotate(folder: string): void {
  for (const file of journalFiles(folder).slice(0, -KEPT_FILES)) unlinkSync(join(folder, file));
}

/** The records of one journal. A last line that was torn by a crash is left out; anything else that is not a record is an error. */
export function readJournal(path: string): readonly JournalRecord[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError([`${path}: the journal cannot be read: ${(cause as Error).message}`], { cause });
  }
  const lines = text.split('\n');
  const torn = lines.pop() ?? '';
  const records = lines.map((line, number) => parseRecord(line, path, number + 1));
  // A whole record whose line feed was lost is still a record.
  const last = torn === '' ? null : recordSchema.safeParse(parseJson(torn));
  return last?.success ? [...records, last.data] : records;
}

function parseRecord(line: string, path: string, number: number): JournalRecord {
  const result = recordSchema.safeParse(parseJson(line));
  if (result.success) return result.data;
  throw new ConfigError([`${path}:${number}: this is no journal of splitbrain, or it is damaged`]);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Heals by key; or why they cannot be counted: a journal that cannot be read is no proof that nothing was healed. */
export type HealCount = { readonly heals: ReadonlyMap<string, number> } | { readonly problem: string };

/**
 * How many runs wrote to each conference since `since`, in this mesh. Intents count, whatever came of them: a run that was killed may
 * have been through.
 */
export function healsSince(folder: string, environment: string, table: string, since: Date): HealCount {
  try {
    return { heals: countHeals(folder, environment, table, since) };
  } catch (error) {
    if (error instanceof ConfigError) return { problem: error.message };
    // Folders fail with a code; anything else is a defect of ours.
    if (error instanceof Error && 'code' in error) return { problem: `${folder}: ${error.message}` };
    throw error;
  }
}

function countHeals(folder: string, environment: string, table: string, since: Date): ReadonlyMap<string, number> {
  const heals = new Map<string, number>();
  for (const file of journalFiles(folder)) {
    // A run lasts minutes; the name is its beginning, and a day more than covers it.
    if (file.slice(0, 10) < new Date(since.getTime() - 86_400_000).toISOString().slice(0, 10)) continue;
    const records = readJournal(join(folder, file));
    const run = records.find((record) => record.event === 'run');
    if (run?.event !== 'run' || run.environment !== environment || run.table !== table) continue;
    const keys = new Set(
      records.flatMap((record) => (record.event === 'intent' && new Date(record.at) >= since ? [record.key] : [])),
    );
    for (const key of keys) heals.set(key, (heals.get(key) ?? 0) + 1);
  }
  return heals;
}
