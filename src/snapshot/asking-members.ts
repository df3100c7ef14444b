// A mesh that is asked for some keys instead of dumping its tables: as fast on a large mesh as on
// a small one.

import pLimit from 'p-limit';
import { ProtocolError, TransportError } from '../errors.ts';
import type { EntryInPlace, EntrySink } from '../runtime-api/entry-sink.ts';
import { isExpressible } from '../runtime-api/escape.ts';
import type { TableHeader } from '../runtime-api/table-header.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';
import type { Member } from './collect.ts';

/** Some entries of a mesh: what ids mean and how long entries live shows in any of them. */
export interface Sample {
  readonly keys: readonly string[];
  /** Whether the tables are spread over the peers, so that no proxy holds all of one. */
  readonly isSpread: boolean;
}

/** The proxies that give a sample: one of them may be new, or a stranger. */
const SAMPLED_PROXIES = 3;
/**
 * Keys of each. All of them fit beside the wanted one into the rows of which a grid keeps each
 * life, and into two lines of commands.
 */
const SAMPLED_KEYS = 40;

/**
 * Reads the first entries of some tables, of the proxies that answer first. A proxy that fails
 * gives none: the look that follows says why.
 */
export async function sampleKeys(
  members: readonly Member[],
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
): Promise<Sample> {
  const enough = new AbortController();
  const limit = pLimit(concurrency);
  const samples: Sample[] = [];
  // Nobody waits for one that hangs.
  const wanted = Math.min(SAMPLED_PROXIES, Math.ceil(members.length / 2));
  const reading = members.map(({ reader }) =>
    limit(async () => {
      if (enough.signal.aborted) return;
      const sample = await sampleOf(reader, AbortSignal.any([signal, enough.signal]));
      if (sample === null || sample.keys.length === 0) return;
      samples.push(sample);
      if (samples.length >= wanted) enough.abort();
    }),
  );
  await Promise.all(reading);
  signal.throwIfAborted();
  const some = samples.slice(0, wanted);
  return {
    keys: [...new Set(some.flatMap(({ keys }) => keys))],
    isSpread: some.filter(({ isSpread }) => isSpread).length * 2 > some.length,
  };
}

async function sampleOf(reader: TableReader, signal: AbortSignal): Promise<Sample | null> {
  const keys: string[] = [];
  const sink: EntrySink = {
    entry({ bytes, keyStart, keyEnd }) {
      if (keys.length < SAMPLED_KEYS) keys.push(textOf(bytes, keyStart, keyEnd));
    },
  };
  try {
    const { isSpread } = await reader.dump(sink, signal, { enoughLines: SAMPLED_KEYS });
    return { keys, isSpread };
  } catch (error) {
    if (signal.aborted || error instanceof TransportError || error instanceof ProtocolError) return null;
    throw error;
  }
}

/** What is asked for, of a table. */
export interface Asking {
  readonly table: string;
  readonly keys: readonly string[];
  /** Whether the table is spread over the peers. */
  readonly isSpread: boolean;
}

/**
 * The same proxies, whose dumps hold these keys alone. Keys that no command can name, and tables of
 * type binary, which cannot be asked for a key (2.6 to 3.4), are read in a real dump.
 */
export function membersAsking(members: readonly Member[], asking: Asking): readonly Member[] {
  if (!asking.keys.every(isExpressible)) return members;
  return members.map(({ target, reader }) => ({ target, reader: readerAsking(reader, asking) }));
}

function readerAsking(reader: TableReader, { table, keys, isSpread }: Asking): TableReader {
  let header: TableHeader | null = null;
  return {
    ...reader,
    async state(signal, watcher) {
      const state = await reader.state(signal, watcher);
      header = state.tables.find(({ name }) => name === table) ?? null;
      return state;
    },
    async dump(sink, signal, watcher) {
      const held: EntryInPlace[] = [];
      if (!(await hasAll(reader, keys, { held, signal }))) return reader.dump(sink, signal, watcher);
      for (const entry of held) sink.entry(entry);
      return {
        outcome: 'complete',
        header,
        // What was not asked for is there all the same.
        entries: header?.used ?? held.length,
        bytes: 0,
        maxExpiresInMs: Math.max(0, ...held.map(({ expiresInMs }) => expiresInMs)),
        isSpread,
        unreadableLines: 0,
        remark: null,
        brokenBy: null,
      };
    },
  };
}

async function hasAll(
  reader: TableReader,
  keys: readonly string[],
  { held, signal }: { readonly held: EntryInPlace[]; readonly signal: AbortSignal },
): Promise<boolean> {
  const sink: EntrySink = { entry: (entry) => void held.push(copyOf(entry)) };
  try {
    return (await reader.entries(keys, sink, signal)).length === 0;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'command-refused') return false;
    throw error;
  }
}

/** The reader uses its buffer again for the next entry. */
function copyOf(entry: EntryInPlace): EntryInPlace {
  const { bytes, keyStart, keyEnd, expiresInMs, serverId, serverKeyStart, serverKeyEnd } = entry;
  const start = Math.min(keyStart, serverKeyStart);
  return {
    bytes: Uint8Array.from(bytes.subarray(start, Math.max(keyEnd, serverKeyEnd))),
    keyStart: keyStart - start,
    keyEnd: keyEnd - start,
    expiresInMs,
    serverId,
    serverKeyStart: serverKeyStart - start,
    serverKeyEnd: serverKeyEnd - start,
  };
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
