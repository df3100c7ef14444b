// One look at the mesh as columns of small numbers: fed by the parsers of all proxies at once, read by the analysis.

import type { EntrySink, EvidenceGrid } from '../domain/entry.ts';
import type { KeyTable } from './key-table.ts';
import { createLabelTable, type LabelTable } from './label-table.ts';

/** What a proxy's column has beyond its cells. */
export interface ColumnFacts {
  /** Lines with a key that the same dump had already shown: HAProxy before 3.3 may hold apparent duplicates of a string key. */
  readonly duplicates: number;
  /** The row of the longest key, -1 in an empty column. */
  readonly longest: number;
  /** The rows whose duplicates did not lead to the same server. */
  readonly contradictory: readonly number[];
}

/**
 * A look that is being written. `column` gives where one proxy's entries go; a second call for the same proxy starts it anew. What the first one
 * saw stays in `maxExpiresInMs`: the keys were there a moment before, so it is still a life that an entry had in this look.
 */
export interface GridWriter extends EvidenceGrid {
  column(proxy: number): EntrySink;
  factsOf(proxy: number): ColumnFacts;
}

/** As narrow as the number of labels allows: a proxy has some dozens, unless somebody wrote ids of their own. */
type Cells = Uint8Array | Uint16Array | Uint32Array;

interface Column {
  cells: Cells;
  expiries: Int32Array;
  labels: LabelTable;
  duplicates: number;
  longest: number;
  longestBytes: number;
  contradictory: number[];
}

/**
 * `admitsNewKeys: false` takes only the keys that the table already holds (a second look at suspects); `keepsExpiries` keeps every
 * entry's remaining life, which is affordable for suspects only: 4 bytes an entry instead of 4 bytes a key.
 */
export function createEntryGrid(options: {
  keys: KeyTable;
  proxyCount: number;
  admitsNewKeys: boolean;
  keepsExpiries: boolean;
}): GridWriter {
  const { keys, proxyCount, admitsNewKeys, keepsExpiries } = options;
  const columns = Array.from({ length: proxyCount }, emptyColumn);
  let maxExpiries: Int32Array = new Int32Array(Math.max(1024, keys.count));

  return {
    keys,
    proxyCount,
    labelsOf: (proxy) => columns[proxy]!.labels.labels,
    labelAt: (row, proxy) => columns[proxy]!.cells[row] ?? 0,
    maxExpiresInMs: (row) => maxExpiries[row] ?? 0,
    expiresInMs: (row, proxy) => columns[proxy]!.expiries[row] ?? 0,
    factsOf: (proxy) => columns[proxy]!,
    column(proxy) {
      const column = emptyColumn();
      columns[proxy] = column;
      // HAProxy 2.6 dumps in the order of the keys, so that the next line of one proxy is mostly the next line of another.
      let previous = -1;
      return {
        ...(admitsNewKeys
          ? {}
          : { wants: (bytes, start, end) => keys.mayHold(bytes, start, end) && keys.find(bytes, start, end) >= 0 }),
        entry(bytes, keyStart, keyEnd, expiresInMs, serverId, serverKeyStart, serverKeyEnd) {
          let row = previous + 1;
          if (!keys.isAt(row, bytes, keyStart, keyEnd)) {
            row = admitsNewKeys ? keys.add(bytes, keyStart, keyEnd) : keys.find(bytes, keyStart, keyEnd);
          }
          if (row < 0) return;
          previous = row;
          if (row >= maxExpiries.length) maxExpiries = widened(maxExpiries, row);
          if (expiresInMs > maxExpiries[row]!) maxExpiries[row] = expiresInMs;
          if (row >= column.cells.length) column.cells = widenedCells(column.cells, row);
          const number = column.labels.numberOf(serverId, bytes, serverKeyStart, serverKeyEnd);
          if (number > 0xff) column.cells = deepened(column.cells, number);
          const before = column.cells[row]!;
          if (before !== 0) {
            column.duplicates++;
            if (before !== number) column.contradictory.push(row);
          }
          column.cells[row] = number;
          const byteLength = keys.byteLengthAt(row);
          if (byteLength > column.longestBytes) {
            column.longestBytes = byteLength;
            column.longest = row;
          }
          if (!keepsExpiries) return;
          if (row >= column.expiries.length) column.expiries = widened(column.expiries, row);
          column.expiries[row] = expiresInMs;
        },
      };
    },
  };
}

function emptyColumn(): Column {
  return {
    cells: new Uint8Array(1024),
    expiries: new Int32Array(0),
    labels: createLabelTable(),
    duplicates: 0,
    longest: -1,
    longestBytes: -1,
    contradictory: [],
  };
}

function widened(from: Int32Array, row: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(1024, from.length * 2, row + 1));
  to.set(from);
  return to;
}

function widenedCells(from: Cells, row: number): Cells {
  const size = Math.max(from.length * 2, row + 1);
  const to =
    from instanceof Uint8Array
      ? new Uint8Array(size)
      : from instanceof Uint16Array
        ? new Uint16Array(size)
        : new Uint32Array(size);
  to.set(from);
  return to;
}

function deepened(from: Cells, number: number): Cells {
  if (from instanceof Uint8Array) return Uint16Array.from(from);
  return number > 0xffff && from instanceof Uint16Array ? Uint32Array.from(from) : from;
}
