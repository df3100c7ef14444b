// What a run writes to the mesh, written down before and after: append-only JSON lines, on disk
// before the command goes out.

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
    // Journals before this field were written by runs that went on to their end.
    interrupted: z.boolean().default(false),
  }),
]);

export type JournalRecord = z.infer<typeof recordSchema>;
/** A record as its writer gives it; the journal adds the time. */
export type Unstamped<R extends JournalRecord = JournalRecord> = R extends JournalRecord ? Omit<R, 'at'> : never;

export interface Journal {
  readonly path: string;
  /**
   * Whether the records are on disk. After the first time that they are not, nothing more is
   * written: a journal with a gap would lie. What got onto the disk of them is taken back.
   */
  append(records: readonly Unstamped[]): boolean;
  /** Why nothing more can be written down; `null` while it can. */
  trouble(): string | null;
  close(): void;
}

/** Begins a journal for one run; or says why there is none. */
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
    // The new file's name must survive a crash as well as what is in it.
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
        // Writes all of it or throws; `writeSync` would be content with the part that still fits on
        // a disk.
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

/**
 * Half a line in the middle would make the whole file unreadable; at its end, it is only a torn
 * line.
 */
function takeBack(file: number, length: number): void {
  try {
    ftruncateSync(file, length);
    fsyncSync(file);
  } catch {
    // Nothing is written behind it, so that it stays the last line.
  }
}

/** The folder, and those around it that had to be made too. */
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
 * The records of one journal. A last line that was torn by a crash is left out; anything else that
 * is not a record is an error.
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
