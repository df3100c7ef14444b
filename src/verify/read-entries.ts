// The entries of some keys on every proxy now, read from all proxies at once.

import pLimit from 'p-limit';
import type { EntryState } from '../domain/plan.ts';
import { ProtocolError } from '../errors.ts';
import type { EntrySink } from '../runtime-api/entry-sink.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';

/**
 * By proxy, then by key; `null` where the proxy has no entry. A proxy that could not be asked is
 * not in the map.
 */
export type EntriesNow = ReadonlyMap<string, ReadonlyMap<string, EntryState>>;

/** The way to read the proxies. */
export interface ReadAccess {
  /** By proxy. */
  readonly readers: ReadonlyMap<string, TableReader>;
  /** How many proxies are read at a time. */
  readonly concurrency: number;
  /** Ends the reading. */
  readonly signal: AbortSignal;
}

/**
 * A command must be able to name every key. Rejects when the signal aborts. If it aborts by a
 * deadline, proxies that have not answered are left out instead.
 */
export async function readEntries(
  access: ReadAccess,
  keys: readonly string[],
  proxies: Iterable<string> = access.readers.keys(),
): Promise<EntriesNow> {
  const limit = pLimit(access.concurrency);
  const answers = [...proxies].map((proxy) =>
    limit(async (): Promise<[string, ReadonlyMap<string, EntryState>][]> => {
      const entries = new Map<string, EntryState>(keys.map((key) => [key, null]));
      const reader = access.readers.get(proxy);
      if (!reader) return [];
      try {
        await readKeys(reader, entries, access.signal);
      } catch (error) {
        if (isOwnFault(error, access.signal)) throw access.signal.aborted ? access.signal.reason : error;
        return [];
      }
      return [[proxy, entries]];
    }),
  );
  return new Map((await Promise.all(answers)).flat());
}

/** From so many keys on, a dump costs less than asking for each key. */
export const DUMPED_FROM = 1_000;

/** Sets the keys of `entries` to what the proxy holds. */
async function readKeys(reader: TableReader, entries: Map<string, EntryState>, signal: AbortSignal): Promise<void> {
  if (entries.size < DUMPED_FROM) await reader.entries([...entries.keys()], collectInto(entries), signal);
  else await readDump(reader, entries, signal);
}

/**
 * As `readKeys`, from one dump. Resolves to how many entries more the table takes, `null` where it
 * does not say. Rejects where the dump was not complete.
 */
export async function readDump(
  reader: TableReader,
  entries: Map<string, EntryState>,
  signal: AbortSignal,
): Promise<number | null> {
  const dump = await reader.dump(collectInto(entries), signal);
  signal.throwIfAborted();
  if (dump.outcome !== 'complete' || dump.unreadableLines > 0) {
    const cut = { code: 'truncated' as const, message: 'the dump ended early', remedy: 'run again' };
    throw new ProtocolError(dump.brokenBy ?? cut);
  }
  await reader.checkProcess(signal);
  return dump.header === null ? null : Math.max(0, dump.header.size - dump.header.used);
}

/**
 * Whether an error of a read is not the proxy's: the user interrupted the run, or the program has a
 * defect. A deadline is the proxy's fault, and so is every error with a remedy.
 */
export function isOwnFault(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return signal.reason?.name !== 'TimeoutError';
  return !(error instanceof Error && 'remedy' in error);
}

/** A sink that sets the keys which the map has, and ignores all others. */
export function collectInto(entries: Map<string, EntryState>): EntrySink {
  const textOf = (bytes: Uint8Array, start: number, end: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  return {
    entry({ bytes, keyStart, keyEnd, serverId, serverKeyStart, serverKeyEnd }) {
      const key = textOf(bytes, keyStart, keyEnd);
      if (!entries.has(key)) return;
      const serverKey = textOf(bytes, serverKeyStart, serverKeyEnd);
      entries.set(key, { serverId, serverKey: serverKey === '-' ? null : serverKey });
    },
  };
}
