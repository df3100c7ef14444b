// One look at the mesh as columns of small numbers: fed by the parsers of all proxies at once, read
// by the analysis.

import { type EntryGrid, EXPIRY_SAMPLE_ROWS } from '../../domain/entry.ts';
import type { LineBatch } from '../../runtime-api/compiled-lines.ts';
import type { EntrySink } from '../../runtime-api/entry-sink.ts';
import { inMemory } from '../../runtime-api/memory.ts';
import { createUsualLines } from '../../runtime-api/usual-lines.ts';
import type { KeyTable } from './key-table.ts';
import { createLabelTable, type LabelTable } from './label-table.ts';

/** What memory is needed for here, in words for people. */
const CELLS = 'the entries of its dump';

/** What a proxy's column has beyond its cells. */
export interface ColumnFacts {
  /**
   * Lines with a key that the same dump had already shown: HAProxy before 3.3 may hold apparent
   * duplicates of a string key.
   */
  readonly duplicates: number;
  /** The row of the longest key, -1 in an empty column. */
  readonly longest: number;
}

/**
 * A look that is being written. `column` gives where one proxy's entries go; a second call for the
 * same proxy starts it anew. What the first one saw stays in `maxExpiresInMs`: the keys were there
 * a moment before, so it is still a life that an entry had in this look.
 */
export interface GridWriter extends EntryGrid {
  column(proxy: number): EntrySink;
  factsOf(proxy: number): ColumnFacts;
  /** Whether `expiresInMs` is known. */
  readonly keepsExpiries: boolean;
  /**
   * Takes what another look, which keeps expiries, has in `rows`: its row `rows[n]` is this one's
   * row `n`.
   */
  fillFrom(look: GridWriter, rows: readonly number[]): void;
}

/**
 * As narrow as the number of labels allows. A proxy has some dozens, unless commands have set other
 * ids.
 */
type Cells = Uint8Array | Uint16Array;

interface Column {
  cells: Cells;
  expiries: Int32Array;
  labels: LabelTable;
  /** By a tail's number: the label's. */
  readonly labelOfTail: number[];
  duplicates: number;
  longest: number;
  longestBytes: number;
}

/**
 * `admitsNewKeys: false` takes only the keys that the table already holds (a second look at
 * suspects); `keepsExpiries` keeps every entry's remaining life, 4 bytes an entry instead of 4
 * bytes a key, unless that comes to take more than `expiryBytes`: then it keeps those of the first
 * rows, as every grid does.
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
  let expiryRows = keepsExpiries ? Number.POSITIVE_INFINITY : EXPIRY_SAMPLE_ROWS;
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
    fillFrom(look, rows) {
      for (const [proxy] of columns.entries()) {
        const column = emptyColumn();
        columns[proxy] = column;
        for (const label of look.labelsOf(proxy)) column.labels.numberOfLabel(label);
        for (const [row, from] of rows.entries()) {
          makeRoom(column, row);
          const number = look.labelAt(from, proxy);
          if (number === 0) continue;
          putLabel(column, row, number);
          putExpiry(column, row, look.expiresInMs(from, proxy));
        }
      }
      for (const [row, from] of rows.entries()) maxExpiries[row] = look.maxExpiresInMs(from);
    },
    column(proxy) {
      const column = emptyColumn();
      columns[proxy] = column;
      return {
        entry(entry) {
          const row = (admitsNewKeys ? keys.add : keys.find)(entry.bytes, entry.keyStart, entry.keyEnd);
          if (row < 0) return;
          const number = column.labels.numberOf(entry);
          makeRoom(column, row);
          putLabel(column, row, number);
          putExpiry(column, row, entry.expiresInMs);
        },
        lines: createUsualLines(keys.compiled, admitsNewKeys, (batch) => putLines(column, batch)),
        ...(admitsNewKeys ? {} : { keyCount: keys.count }),
      };
    },
  };

  /** Room for all keys that are known. A column that was too small once gets half as much again. */
  function roomFor(row: number, length: number): number {
    return Math.max(1024, keys.count, row + 1, length + (length >> 1));
  }

  function makeRoom(column: Column, row: number): void {
    const { cells, expiries } = column;
    if (row >= maxExpiries.length) maxExpiries = widened(maxExpiries, roomFor(row, maxExpiries.length));
    if (row >= cells.length) column.cells = widenedCells(cells, roomFor(row, cells.length));
    if (row < expiries.length) return;
    if (keepsExpiries) {
      column.expiries = widened(expiries, roomFor(row, expiries.length));
      keepWithinBytes();
    } else if (expiries.length < EXPIRY_SAMPLE_ROWS) column.expiries = widened(expiries, EXPIRY_SAMPLE_ROWS);
  }

  function putLines(column: Column, { count, rows, expiries, tails, lengths }: LineBatch): void {
    if (keys.count > 0) makeRoom(column, keys.count - 1);
    const { labelOfTail } = column;
    let { cells, longestBytes } = column;
    // Hot: as `putLabel` and `putExpiry`, with everything at hand.
    for (let n = 0; n < count; n++) {
      const row = rows[n]!;
      if (row < 0) continue;
      const expiresInMs = expiries[n]!;
      let number = labelOfTail[tails[n]!];
      if (number === undefined) {
        number = numberOfTail(column, tails[n]!);
        cells = column.cells;
      }
      if (cells[row] !== 0) {
        number = withDuplicate(column, row, number);
        cells = column.cells;
      }
      cells[row] = number;
      if (row < expiryRows) keepExpiry(column, row, expiresInMs);
      if (expiresInMs > maxExpiries[row]!) maxExpiries[row] = expiresInMs;
      if (lengths[n]! > longestBytes) {
        noteLength(column, row);
        longestBytes = column.longestBytes;
      }
    }
  }

  function numberOfTail(column: Column, tail: number): number {
    const number = column.labels.numberOfLabel(keys.compiled.labelOfTail(tail));
    column.labelOfTail[tail] = number;
    if (number > 0xff) column.cells = deepened(column.cells);
    return number;
  }

  /** There is room for the row. */
  function putLabel(column: Column, row: number, number: number): void {
    if (number > 0xff) column.cells = deepened(column.cells);
    const put = column.cells[row] === 0 ? number : withDuplicate(column, row, number);
    column.cells[row] = put;
    noteLength(column, row);
  }

  function putExpiry(column: Column, row: number, expiresInMs: number): void {
    if (row < expiryRows) keepExpiry(column, row, expiresInMs);
    if (expiresInMs > maxExpiries[row]!) maxExpiries[row] = expiresInMs;
  }

  /**
   * The label of a cell whose key the dump has shown again. It is not known which of the two
   * entries counts, and their order does not show it.
   */
  function withDuplicate(column: Column, row: number, number: number): number {
    column.duplicates++;
    const both = column.labels.numberOfBoth(column.cells[row]!, number);
    if (both > 0xff) column.cells = deepened(column.cells);
    return both;
  }

  /** Keeps the longer life of a key that is shown twice. */
  function keepExpiry(column: Column, row: number, expiresInMs: number): void {
    if (expiresInMs > column.expiries[row]! || column.expiries[row] === 0) column.expiries[row] = expiresInMs;
  }

  function keepWithinBytes(): void {
    keepsExpiries = columns.reduce((bytes, { expiries }) => bytes + expiries.byteLength, 0) <= expiryBytes;
    if (keepsExpiries) return;
    expiryRows = EXPIRY_SAMPLE_ROWS;
    for (const column of columns) column.expiries = widened(column.expiries.subarray(0, expiryRows), expiryRows);
  }

  function noteLength(column: Column, row: number): void {
    const byteLength = keys.byteLengthAt(row);
    if (byteLength <= column.longestBytes) return;
    column.longestBytes = byteLength;
    column.longest = row;
  }
}

function emptyColumn(): Column {
  return {
    cells: new Uint8Array(0),
    expiries: new Int32Array(0),
    labels: createLabelTable(),
    labelOfTail: [],
    duplicates: 0,
    longest: -1,
    longestBytes: -1,
  };
}

function widened(from: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const to = inMemory(CELLS, () => new Int32Array(size));
  to.set(from);
  return to;
}

function widenedCells(from: Cells, size: number): Cells {
  const to = inMemory(CELLS, () => (from instanceof Uint8Array ? new Uint8Array(size) : new Uint16Array(size)));
  to.set(from);
  return to;
}

/** For numbers beyond a byte; two bytes hold all that a label table gives. */
function deepened(from: Cells): Cells {
  return from instanceof Uint8Array ? inMemory(CELLS, () => Uint16Array.from(from)) : from;
}
