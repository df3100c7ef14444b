// What every proxy holds for a few keys right now, all proxies at once.

import pLimit from 'p-limit';
import type { EntrySink } from '../domain/entry.ts';
import type { EntryState } from '../domain/plan.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';

/** By proxy, then by key; a key that a proxy does not hold is `null`. A proxy that could not be asked is not in the map. */
export type EntriesNow = ReadonlyMap<string, ReadonlyMap<string, EntryState>>;

export interface Asked {
  readonly readers: ReadonlyMap<string, TableReader>;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/** Every key must be one that a command can name. Rejects when the signal aborts, unless that was a deadline: then whoever has not answered is left out. */
export async function readEntries(
  asked: Asked,
  keys: readonly string[],
  proxies: Iterable<string> = asked.readers.keys(),
): Promise<EntriesNow> {
  const limit = pLimit(asked.concurrency);
  const answers = [...proxies].map((proxy) =>
    limit(async (): Promise<[string, ReadonlyMap<string, EntryState>][]> => {
      const entries = new Map<string, EntryState>(keys.map((key) => [key, null]));
      const reader = asked.readers.get(proxy);
      if (!reader) return [];
      try {
        await reader.entries(keys, collectInto(entries), asked.signal);
      } catch (error) {
        if (isOwnFault(error, asked.signal)) throw asked.signal.aborted ? asked.signal.reason : error;
        return [];
      }
      return [[proxy, entries]];
    }),
  );
  return new Map((await Promise.all(answers)).flat());
}

/** A deadline is the proxy's fault, as every error with a remedy is; an interruption is not, nor is a defect of ours. */
export function isOwnFault(error: unknown, signal: AbortSignal): boolean {
  if (signal.aborted) return signal.reason?.name !== 'TimeoutError';
  return !(error instanceof Error && 'remedy' in error);
}

export function collectInto(entries: Map<string, EntryState>): EntrySink {
  const textOf = (bytes: Uint8Array, start: number, end: number) =>
    Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  return {
    entry(bytes, keyStart, keyEnd, _expiresInMs, serverId, serverKeyStart, serverKeyEnd) {
      const serverKey = textOf(bytes, serverKeyStart, serverKeyEnd);
      entries.set(textOf(bytes, keyStart, keyEnd), { serverId, serverKey: serverKey === '-' ? null : serverKey });
    },
  };
}
