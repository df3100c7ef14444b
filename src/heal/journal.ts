// The journal of a run's writes to the mesh: append-only JSON lines, of which an intent is on disk
// before its command is sent.

import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import { type JournalPlace, journalName, rotateJournals } from './journal-files.ts';

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
    // Older journals have no such field. Their runs wrote an end only when they were complete.
    interrupted: z.boolean().default(false),
  }),
]);

/** One line of a journal. */
export type JournalRecord = z.infer<typeof recordSchema>;
/** A record without its time, which the journal adds. */
export type Unstamped<R extends JournalRecord = JournalRecord> = R extends JournalRecord ? Omit<R, 'at'> : never;

/** The open journal of one run. */
export interface Journal {
  readonly path: string;
  /**
   * Whether the records are on disk. After the first failure the journal takes no more records,
   * since it would have a gap; the part that was written is removed.
   */
  append(records: readonly Unstamped[]): boolean;
  /** Why the journal takes no more records, or `null`. */
  trouble(): string | null;
  /** Removes the file if it has no record. */
  close(): void;
}

/** Begins the journal of one run. `problem`: why it cannot be written. */
export function openJournal(
  place: JournalPlace,
  runId: string,
  now: () => Date,
): Journal | { readonly problem: string } {
  const { folder, environment } = place;
  const name = journalName(now(), environment, runId);
  const path = join(folder, name);
  const unwritable = (cause: unknown) =>
    `${path}: the journal cannot be written (${(cause as Error).message}), and without it nothing is healed: make room, or set \`heal.journal\``;
  let file: number;
  try {
    const made = mkdirSync(folder, { recursive: true });
    file = openSync(path, 'ax', 0o600);
    // The name of the new file must survive a crash, as its content does.
    for (const each of foldersUpTo(folder, made)) syncFolder(each);
  } catch (cause) {
    return { problem: unwritable(cause) };
  }
  rotateJournals(place, name);
  let length = 0;
  let trouble: string | null = null;
  return {
    path,
    append(records) {
      if (trouble !== null) return false;
      if (records.length === 0) return true;
      const at = now().toISOString();
      const lines = Buffer.from(records.map((record) => `${JSON.stringify({ at, ...record })}\n`).join(''));
      try {
        // Writes everything or throws. `writeSync` may write only the part that fits on the disk.
        writeFileSync(file, lines);
        fsyncSync(file);
        length += lines.length;
      } catch (cause) {
        trouble = unwritable(cause);
        takeBack(file, length);
      }
      return trouble === null;
    },
    trouble: () => trouble,
    close() {
      closeSync(file);
      if (length === 0) rmSync(path, { force: true });
    },
  };
}

/** Removes half a line. In the middle of the file it would make the whole journal unreadable. */
function takeBack(file: number, length: number): void {
  try {
    ftruncateSync(file, length);
    fsyncSync(file);
  } catch {
    // The journal takes no more records, so this stays the last line, which may be torn.
  }
}

/** The folder, and the parent folders that were made with it. */
function foldersUpTo(folder: string, made: string | undefined): readonly string[] {
  const folders = [folder];
  const end = made === undefined ? folder : dirname(made);
  while (folders.at(-1) !== end && folders.at(-1) !== dirname(folders.at(-1)!)) folders.push(dirname(folders.at(-1)!));
  return folders;
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/**
 * The records of one journal, without a last line that a crash has torn. Throws `ConfigError` where
 * any other line is not a record.
 */
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
  // A complete record without its line feed is still a record.
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
