// What every proxy holds for a few keys right now, all proxies at once.

import pLimit from 'p-limit';
import type { EntrySink } from '../domain/entry.ts';
import type { EntryState } from '../domain/plan.ts';
import { ProtocolError } from '../errors.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';

/**
 * By proxy, then by key; a key that a proxy does not hold is `null`. A proxy that could not be
 * asked is not in the map.
 */
export type EntriesNow = ReadonlyMap<string, ReadonlyMap<string, EntryState>>;

export interface ReadAccess {
  readonly readers: ReadonlyMap<string, TableReader>;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/**
 * Every key must be one that a command can name. Rejects when the signal aborts, unless that was a
 * deadline: then whoever has not answered is left out.
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
        await readKeys(reader, keys, entries, access.signal);
      } catch (error) {
        if (isOwnFault(error, access.signal)) throw access.signal.aborted ? access.signal.reason : error;
        return [];
      }
      return [[proxy, entries]];
    }),
  );
  return new Map((await Promise.all(answers)).flat());
}

/** From here on a dump costs less than asking for every key. */
export const DUMPED_FROM = 1_000;

/** Fills in what the proxy holds of the keys of `entries`. */
async function readKeys(
  reader: TableReader,
  keys: readonly string[],
  entries: Map<string, EntryState>,
  signal: AbortSignal,
): Promise<void> {
  if (keys.length < DUMPED_FROM) await reader.entries(keys, collectInto(entries), signal);
  else await readDump(reader, entries, signal);
}

/** As `readKeys`, from one dump. Rejects where that was not whole. */
export async function readDump(
  reader: TableReader,
  entries: Map<string, EntryState>,
  signal: AbortSignal,
): Promise<void> {
  const dump = await reader.dump(collectInto(entries), signal);
  signal.throwIfAborted();
  if (dump.outcome !== 'complete' || dump.unreadableLines > 0) {
    const cut = { code: 'truncated' as const, message: 'the dump ended early', remedy: 'run again' };
    throw new ProtocolError(dump.brokenBy ?? cut);
  }
  await reader.checkProcess(signal);
}

/**
 * A deadline is the proxy's fault, as every error with a remedy is; an interruption is not, nor is
 * a defect of ours.
 */
export function isOwnFault(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return signal.reason?.name !== 'TimeoutError';
  return !(error instanceof Error && 'remedy' in error);
}

/** Takes the entries of the keys that the map holds already. */
export function collectInto(entries: Map<string, EntryState>): EntrySink {
  const textOf = (bytes: Uint8Array, start: number, end: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  return {
    entry(bytes, keyStart, keyEnd, _expiresInMs, serverId, serverKeyStart, serverKeyEnd) {
      const key = textOf(bytes, keyStart, keyEnd);
      if (!entries.has(key)) return;
      const serverKey = textOf(bytes, serverKeyStart, serverKeyEnd);
      entries.set(key, { serverId, serverKey: serverKey === '-' ? null : serverKey });
    },
  };
}
