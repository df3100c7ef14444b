// Stands in for a proxy that was read before: the same answers, from files.

import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { EntrySink } from '../domain/entry.ts';
import { decodeKey } from '../domain/key.ts';
import type { Trouble } from '../domain/proxy.ts';
import type { ProxyState } from '../runtime-api/parse-state.ts';
import { createTableParser } from '../runtime-api/parse-table.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';
import { createKeyTable } from './key-table.ts';

/** Where one proxy's saved answers are. `keyLength` is the table's `len` in bytes where that proxy had shown it. */
export interface SavedAnswers {
  readonly state: () => Promise<ProxyState>;
  readonly table: () => Readable;
  readonly tablePath: string;
  readonly keyLength: number | null;
}

/** Single keys are found by reading the dump again; of a damaged one, what can be read is true. */
export function savedReader({ state, table, tablePath, keyLength }: SavedAnswers): TableReader {
  const dump: TableReader['dump'] = async (sink, signal, watcher) => {
    const parser = createTableParser(sink);
    if (!existsSync(tablePath)) return { ...parser.end(), brokenBy: NOT_SAVED };
    try {
      for await (const chunk of table()) {
        signal.throwIfAborted();
        parser.push(chunk);
        watcher?.onBytes?.(parser.bytes);
      }
    } catch (error) {
      signal.throwIfAborted();
      // Files and gunzip fail with a code; anything else is a defect of ours.
      if (!(error instanceof Error && 'code' in error)) throw error;
      return { ...parser.end(), brokenBy: damaged(error) };
    }
    return { ...parser.end(), brokenBy: null };
  };
  return {
    state,
    dump,
    async entries(keys, sink, signal) {
      await dump(onlyKeys(keys, sink), signal);
      return [];
    },
    fillsKeyLength: async (key) => keyLength !== null && decodeKey(key).length >= keyLength,
    close: async () => {},
  };
}

const NOT_SAVED: Trouble = {
  code: 'closed-early',
  message: 'no dump of this proxy was saved',
  remedy: 'it could not be read in that run',
};

function damaged(error: Error): Trouble {
  return {
    code: 'truncated',
    message: `the saved dump is damaged: ${error.message}`,
    remedy: 'take a new snapshot',
  };
}

function onlyKeys(keys: readonly string[], sink: EntrySink): EntrySink {
  const wanted = createKeyTable(randomInt(2 ** 31));
  for (const key of keys) wanted.add(Buffer.from(key, 'latin1'), 0, key.length);
  return {
    wants: (bytes, keyStart, keyEnd) =>
      wanted.mayHold(bytes, keyStart, keyEnd) && wanted.find(bytes, keyStart, keyEnd) >= 0,
    entry: (...entry) => sink.entry(...entry),
  };
}
