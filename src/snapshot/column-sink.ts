// From a dump's entries to their rows, one proxy's: by a guess where the dumps of a mesh are in the same order, else many look-ups at once.

import type { EntrySink } from '../domain/entry.ts';
import { BATCH_KEYS, type KeyTable } from './key-table.ts';
import type { LabelTable } from './label-table.ts';

/** Puts an entry into its row; `spelledLength` is the length of the key as the dump spells it. */
export type Put = (row: number, expiresInMs: number, label: number, spelledLength: number) => void;

/**
 * HAProxy dumps in the order of the keys (2.6), or of hashes that every proxy computes alike from the table's name (3.0 and later, seen on 3.2), so that
 * the next line of one proxy is mostly the next line of another. Where the guess fails, entries are put off until a batch is full;
 * a single failure among good guesses is looked up at once, so that the next guess is good again. Without `admitsNewKeys`, only the keys that the
 * table already holds are taken.
 */
export function createColumnSink(
  keys: KeyTable,
  admitsNewKeys: boolean,
  numberOf: LabelTable['numberOf'],
  put: Put,
): EntrySink {
  let expected = 0;
  let foreseen = -1;
  let waiting = 0;
  let patience = 1;
  let source = new Uint8Array(0) as Uint8Array;
  const [starts, ends, expiries, labels, rows] = Array.from({ length: 5 }, () => new Int32Array(BATCH_KEYS)) as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];

  function settle(): void {
    if (waiting === 0) return;
    const [many, known] = [waiting, keys.count];
    waiting = 0;
    patience = Math.min(patience * 2, BATCH_KEYS);
    if (many === 1) rows[0] = keys.find(source, starts[0]!, ends[0]!);
    else keys.findMany(source, starts, ends, many, rows);
    for (let i = 0; i < many; i++) {
      let row = rows[i]!;
      if (row < 0) {
        if (!admitsNewKeys) continue;
        row = keys.add(source, starts[i]!, ends[i]!);
      }
      // A new key is not in the order of the others.
      if (row < known) expected = row + 1;
      put(row, expiries[i]!, labels[i]!, ends[i]! - starts[i]!);
    }
  }

  return {
    ...(admitsNewKeys
      ? {}
      : { wants: (bytes, start, end) => keys.mayHold(bytes, start, end) && keys.find(bytes, start, end) >= 0 }),
    foresee(bytes, keyStart) {
      foreseen = -1;
      if (waiting > 0) return -1;
      const end = keys.endIfAt(expected, bytes, keyStart);
      if (end >= 0) foreseen = expected;
      return end;
    },
    entry(bytes, keyStart, keyEnd, expiresInMs, serverId, serverKeyStart, serverKeyEnd) {
      const label = numberOf(serverId, bytes, serverKeyStart, serverKeyEnd);
      if (foreseen >= 0) {
        put(foreseen, expiresInMs, label, keyEnd - keyStart);
        expected = foreseen + 1;
        foreseen = -1;
        patience = 1;
        return;
      }
      source = bytes;
      starts[waiting] = keyStart;
      ends[waiting] = keyEnd;
      expiries[waiting] = expiresInMs;
      labels[waiting] = label;
      waiting++;
      if (waiting >= patience) settle();
    },
    settle,
  };
}
