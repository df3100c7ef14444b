// One look at the mesh as columns of small numbers: fed by the parsers of all proxies at once, read by the analysis.

import type { Cells, EntryBlock, EntrySink, EvidenceGrid, PackedKeys } from '../domain/entry.ts';
import { createColumnSink } from './column-sink.ts';
import { BATCH_KEYS, type KeyTable } from './key-table.ts';
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
  /** Whether `expiresInMs` is known. */
  readonly keepsExpiries: boolean;
  /** A column for another grid that shares these first rows with this one. Of a grid that keeps expiries. */
  blockOf(proxy: number, sharedRows: number): EntryBlock;
}

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
 * entry's remaining life, 4 bytes an entry instead of 4 bytes a key, unless that comes to take more than `expiryBytes`: then it keeps none.
 */
export function createEntryGrid(options: {
  keys: KeyTable;
  proxyCount: number;
  admitsNewKeys: boolean;
  keepsExpiries: boolean;
  expiryBytes?: number;
}): GridWriter {
  const { keys, proxyCount, admitsNewKeys, expiryBytes = Number.POSITIVE_INFINITY } = options;
  let { keepsExpiries } = options;
  const columns = Array.from({ length: proxyCount }, emptyColumn);
  let maxExpiries: Int32Array = new Int32Array(Math.max(1024, keys.count));

  return {
    keys,
    proxyCount,
    labelsOf: (proxy) => columns[proxy]!.labels.labels,
    labelAt: (row, proxy) => columns[proxy]!.cells[row] ?? 0,
    cellsOf: (proxy) => columns[proxy]!.cells,
    maxExpiresInMs: (row) => maxExpiries[row] ?? 0,
    expiresInMs: (row, proxy) => columns[proxy]!.expiries[row] ?? 0,
    factsOf: (proxy) => columns[proxy]!,
    get keepsExpiries() {
      return keepsExpiries;
    },
    blockOf(proxy, sharedRows) {
      const column = columns[proxy]!;
      const otherKeys = keys.keysFrom(sharedRows);
      const lives = column.duplicates === 0 ? column.expiries : maxExpiries.slice();
      return { ...column, sharedRows, otherKeys, maxExpiries: lives, labels: column.labels.labels };
    },
    column(proxy) {
      const column = emptyColumn();
      columns[proxy] = column;
      return {
        ...createColumnSink(keys, admitsNewKeys, column.labels.numberOf, (row, expiresInMs, number, spelledLength) => {
          put(column, row, expiresInMs, number);
          // A name is never longer than its spelling.
          if (spelledLength > column.longestBytes) noteLength(column, row);
        }),
        elsewhere: { keys, admitsNewKeys, take: (block) => take(column, block) },
      };
    },
  };

  /** For all keys that are known, and some more: what is outgrown stays in memory until it is collected. */
  function roomFor(row: number): number {
    return Math.max(1024, keys.count, row + (row >> 1));
  }

  function put(column: Column, row: number, expiresInMs: number, number: number): void {
    if (row >= maxExpiries.length) maxExpiries = widened(maxExpiries, roomFor(row));
    if (expiresInMs > maxExpiries[row]!) maxExpiries[row] = expiresInMs;
    if (row >= column.cells.length) column.cells = widenedCells(column.cells, roomFor(row));
    if (number > 0xff) column.cells = deepened(column.cells, number);
    const before = column.cells[row]!;
    if (before !== 0) {
      column.duplicates++;
      if (before !== number) column.contradictory.push(row);
    }
    column.cells[row] = number;
    if (!keepsExpiries) return;
    if (row >= column.expiries.length) {
      column.expiries = widened(column.expiries, roomFor(row));
      keepWithinBytes();
    }
    column.expiries[row] = expiresInMs;
  }

  function keepWithinBytes(): void {
    keepsExpiries = columns.reduce((bytes, { expiries }) => bytes + expiries.byteLength, 0) <= expiryBytes;
    if (!keepsExpiries) for (const column of columns) column.expiries = new Int32Array(0);
  }

  function noteLength(column: Column, row: number): void {
    const byteLength = keys.byteLengthAt(row);
    if (byteLength <= column.longestBytes) return;
    column.longestBytes = byteLength;
    column.longest = row;
  }

  /** The column must be empty, so that the labels get the numbers that they have in the block. */
  function take(column: Column, block: EntryBlock): void {
    const { sharedRows } = block;
    for (const label of block.labels) column.labels.numberOfLabel(label);
    const rows = rowsOf(keys, block.otherKeys, admitsNewKeys);
    const rowOf = (row: number) => (row < sharedRows ? row : rows[row - sharedRows]!);
    noteLives(block.maxExpiries, rowOf);
    // The block's memory becomes the column's, without what belongs into other rows.
    const others = block.cells.slice(sharedRows);
    const otherExpiries = block.expiries.slice(sharedRows);
    column.cells = block.cells.fill(0, sharedRows);
    if (keepsExpiries) {
      column.expiries = block.expiries.fill(0, sharedRows);
      keepWithinBytes();
    }
    for (const [n, row] of rows.entries()) {
      const number = others[n] ?? 0;
      if (row >= 0 && number !== 0) put(column, row, otherExpiries[n]!, number);
    }
    column.duplicates += block.duplicates;
    column.contradictory.push(...block.contradictory.map(rowOf));
    if (block.longest >= 0) noteLength(column, rowOf(block.longest));
  }

  function noteLives(lives: Int32Array, rowOf: (row: number) => number): void {
    if (maxExpiries.length < keys.count) maxExpiries = widened(maxExpiries, roomFor(keys.count));
    for (let from = 0; from < lives.length; from++) {
      const row = lives[from] === 0 ? -1 : rowOf(from);
      if (row >= 0 && lives[from]! > maxExpiries[row]!) maxExpiries[row] = lives[from]!;
    }
  }
}

/** The rows of keys of another list, -1 for one that is not there and may not be added. */
function rowsOf(keys: KeyTable, { bytes, ends }: PackedKeys, admitsNewKeys: boolean): Int32Array {
  const rows = new Int32Array(ends.length);
  const starts = Int32Array.from(ends, (_, n) => (n === 0 ? 0 : ends[n - 1]!));
  for (let n = 0; n < ends.length; n += BATCH_KEYS) {
    const many = Math.min(BATCH_KEYS, ends.length - n);
    keys.findMany(bytes, starts.subarray(n), ends.subarray(n), many, rows.subarray(n));
  }
  if (admitsNewKeys)
    for (const [n, row] of rows.entries()) if (row < 0) rows[n] = keys.add(bytes, starts[n]!, ends[n]!);
  return rows;
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

function widened(from: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(size);
  to.set(from);
  return to;
}

function widenedCells(from: Cells, size: number): Cells {
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
