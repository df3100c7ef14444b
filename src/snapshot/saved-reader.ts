// Stands in for a proxy that was read before: the same answers, from files.

import { randomInt } from 'node:crypto';
import type { EntrySink } from '../domain/entry.ts';
import { decodeKey } from '../domain/key.ts';
import type { ProxyState } from '../runtime-api/parse-state.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';
import type { DumpFile } from './dump-file.ts';
import { createKeyTable } from './key-table.ts';
import type { ReadingThreads } from './reading-threads.ts';

/** Where one proxy's saved answers are. `keyLength` is the table's `len` in bytes where that proxy had shown it. */
export interface SavedAnswers {
  readonly state: () => Promise<ProxyState>;
  readonly table: DumpFile;
  readonly keyLength: number | null;
}

/** Single keys are found by reading the dump again. `threads` are those of the whole mesh, and end with the first reader that is closed. */
export function savedReader({ state, table, keyLength }: SavedAnswers, threads: ReadingThreads): TableReader {
  return {
    state,
    dump: (sink, signal, watcher) =>
      threads.read(table, sink, { signal, onBytes: (bytes) => watcher?.onBytes?.(bytes) }),
    async entries(keys, sink, signal) {
      await threads.read(table, takesOnly(sink, keys) ? sink : onlyKeys(keys, sink), { signal, onBytes: () => {} });
      return [];
    },
    fillsKeyLength: async (key) => keyLength !== null && decodeKey(key).length >= keyLength,
    close: () => threads.close(),
  };
}

/** A sink that admits no new keys was made for these where it has as many. */
function takesOnly({ elsewhere }: EntrySink, keys: readonly string[]): boolean {
  return elsewhere?.admitsNewKeys === false && elsewhere.keys.count === keys.length;
}

function onlyKeys(keys: readonly string[], sink: EntrySink): EntrySink {
  const wanted = createKeyTable(randomInt(2 ** 31));
  for (const key of keys) wanted.add(Buffer.from(key, 'latin1'), 0, key.length);
  return {
    entry: (bytes, keyStart, keyEnd, ...rest) => {
      if (wanted.find(bytes, keyStart, keyEnd) >= 0) sink.entry(bytes, keyStart, keyEnd, ...rest);
    },
  };
}
