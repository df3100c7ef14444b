// A reader of a proxy that was saved before: the same answers, from files.

import { randomInt } from 'node:crypto';
import { decodeKey } from '../../domain/key.ts';
import type { EntrySink } from '../../runtime-api/entry-sink.ts';
import type { ProxyState } from '../../runtime-api/parse-state.ts';
import type { TableReader } from '../../runtime-api/table-reader.ts';
import { createKeyTable } from '../grid/key-table.ts';
import { type DumpFile, readDumpFile } from './dump-file.ts';

/**
 * Where one proxy's saved answers are. `keyLength` is the table's `len` in bytes where that proxy
 * had shown it.
 */
export interface SavedAnswers {
  readonly state: () => Promise<ProxyState>;
  readonly table: DumpFile;
  readonly keyLength: number | null;
  /** The answer for the maps of releases; absent where none was saved. */
  readonly maps?: () => Promise<string>;
}

/** Single keys are found by reading the dump again. */
export function savedReader({ state, table, keyLength, maps }: SavedAnswers): TableReader {
  return {
    state,
    isSaved: true,
    // Saved under the names that the proxy has for them, in the same order.
    ...(maps && { maps }),
    dump: (sink, signal, watcher) =>
      readDumpFile(table, sink, (bytes, lines) => {
        signal.throwIfAborted();
        watcher?.onRead?.(bytes, lines);
      }),
    async entries(keys, sink, signal) {
      // A sink that takes entries of so few keys was made for these.
      const only = sink.keyCount === keys.length ? sink : onlyKeys(keys, sink);
      await readDumpFile(table, only, () => signal.throwIfAborted());
      return [];
    },
    premise: () => Promise.reject(new Error('nothing is written to saved dumps')),
    checkProcess: async () => {},
    fillsKeyLength: async (key) => keyLength !== null && decodeKey(key).length >= keyLength,
    close: async () => {},
  };
}

function onlyKeys(keys: readonly string[], sink: EntrySink): EntrySink {
  const wanted = createKeyTable(randomInt(2 ** 31));
  for (const key of keys) wanted.add(Buffer.from(key, 'latin1'), 0, key.length);
  return {
    entry: (entry) => {
      if (wanted.find(entry.bytes, entry.keyStart, entry.keyEnd) >= 0) sink.entry(entry);
    },
  };
}
