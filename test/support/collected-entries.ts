// A sink that keeps what it is given as objects, and a parse of a whole answer into them.

import type { EntrySink } from '../../src/runtime-api/entry-sink.ts';
import { createTableParser, type TableAnswer } from '../../src/runtime-api/parse-table.ts';
import { createUsualLines } from '../../src/runtime-api/usual-lines.ts';
import { createKeyTable, type KeyTable } from '../../src/snapshot/grid/key-table.ts';

/** `serverKey` as it came: `-` for none. */
export interface CollectedEntry {
  readonly key: string;
  readonly expiresInMs: number;
  readonly serverId: number;
  readonly serverKey: string;
}

export interface CollectingSink extends EntrySink {
  readonly entries: CollectedEntry[];
}

export function collectingSink(): CollectingSink {
  const entries: CollectedEntry[] = [];
  return {
    entries,
    entry({ bytes, keyStart, keyEnd, expiresInMs, serverId, serverKeyStart, serverKeyEnd }) {
      const textOf = (start: number, end: number) => Buffer.from(bytes.subarray(start, end)).toString('latin1');
      entries.push({
        key: textOf(keyStart, keyEnd),
        expiresInMs,
        serverId,
        serverKey: textOf(serverKeyStart, serverKeyEnd),
      });
    },
  };
}

/**
 * The same entries, the usual lines among them by way of the compiled reader. `keys` are what it
 * knew before; a `table` may have been others'.
 */
export function quickSink(keys: readonly string[] = [], table: KeyTable = createKeyTable(1)): CollectingSink {
  const sink = collectingSink();
  for (const key of keys) table.add(Buffer.from(key, 'latin1'), 0, key.length);
  const lines = createUsualLines(table.compiled, true, ({ count, rows, expiries, tails, lengths }) => {
    for (let n = 0; n < count; n++) {
      const { serverId, serverKey } = table.compiled.labelOfTail(tails[n]!);
      const key = table.keyAt(rows[n]!);
      if (key.length !== lengths[n]) throw new Error(`${key} is not of ${lengths[n]} bytes`);
      sink.entries.push({ key, expiresInMs: expiries[n]!, serverId, serverKey: serverKey ?? '-' });
    }
  });
  return {
    ...sink,
    lines,
    entry(entry) {
      table.add(entry.bytes, entry.keyStart, entry.keyEnd);
      sink.entry(entry);
    },
  };
}

export interface Parsed extends TableAnswer {
  readonly found: readonly CollectedEntry[];
}

/**
 * Pushes the text in chunks that end at the cuts, each from one memory that is overwritten at once:
 * a chunk is only valid during the call.
 */
export function parseTable(text: string | Uint8Array, cuts: readonly number[] = [], sink = collectingSink()): Parsed {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  const parser = createTableParser(sink);
  const memory = Buffer.alloc(bytes.length);
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    const chunk = memory.subarray(0, end - start);
    chunk.set(bytes.subarray(start, end));
    parser.push(chunk);
    chunk.fill(0x3f);
    start = end;
  }
  return { ...parser.end(), found: sink.entries };
}
