// An entry is one line of a dump: a key and what it leads to. Entries are handed on as bytes in
// place, never as objects.

/**
 * Takes entries as they are read. `bytes` belongs to the caller and is reused; the key is
 * `bytes[keyStart..keyEnd)` as the dump spells it, the server key
 * `bytes[serverKeyStart..serverKeyEnd)` (`-`: none). Times are milliseconds; `serverId` is 32 bits,
 * signed.
 */
export interface EntrySink {
  entry(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    expiresInMs: number,
    serverId: number,
    serverKeyStart: number,
    serverKeyEnd: number,
  ): void;
  /** Where there is one, it reads by itself what it has learnt to read; `entry` gets the rest. */
  readonly lines?: UsualLines;
  /** How many keys it takes entries of; not there where it takes every key. */
  readonly keyCount?: number;
}

/** Reads lines that are just like others before, quicker than one by one. */
export interface UsualLines {
  /** What is read from now on; it must not change before the next call. */
  show(bytes: Uint8Array): void;
  /**
   * Takes as many lines as it can from `start` on, where one begins; the position behind the last.
   */
  read(start: number): number;
  /** An entry that was read otherwise: the line `bytes[start..end)`, without its line feed. */
  learn(bytes: Uint8Array, start: number, keyStart: number, keyEnd: number, end: number): void;
  /** How many it took, and the longest life among them. */
  readonly entries: number;
  readonly maxExpiresInMs: number;
}

/**
 * As narrow as the number of labels allows: a proxy has some dozens, unless somebody wrote ids of
 * their own.
 */
export type Cells = Uint8Array | Uint16Array;

/**
 * What an entry of one proxy leads to, as the table holds it. `serverKey` is `null` where the entry
 * has none.
 */
export interface Label {
  readonly serverId: number;
  readonly serverKey: string | null;
  /**
   * Where one dump shows the key more than once and not alike: everything that it says, in a fixed
   * order, this pair first.
   */
  readonly readings?: readonly Omit<Label, 'readings'>[];
}

/**
 * An entry as people are shown it everywhere: `server_id=11 server_key=10.0.0.9:443`, as HAProxy's
 * dump spells it; `server_key=-` without a key.
 */
export function spellEntry({ serverId, serverKey }: Pick<Label, 'serverId' | 'serverKey'>): string {
  return `server_id=${serverId} server_key=${serverKey ?? '-'}`;
}

/** The keys of a grid, numbered from 0 in the order in which they were first seen. */
export interface KeyList {
  readonly count: number;
  /** The key as the dump spells it. */
  keyAt(row: number): string;
  /** How many bytes the key really has: what HAProxy cuts at the table's `len`. */
  byteLengthAt(row: number): number;
}

/**
 * One look at the whole mesh: rows are keys, columns are proxies (in the order of the views), a
 * cell is the number of the label that the entry carries there. Cells are small numbers, not
 * objects: a mesh has millions of entries.
 */
export interface EntryGrid {
  readonly keys: KeyList;
  readonly proxyCount: number;
  /** The labels seen on one proxy; a cell's number is an index into this list plus one. */
  labelsOf(proxy: number): readonly Label[];
  /** The cell: 0 where that proxy has no entry for the key. */
  labelAt(row: number, proxy: number): number;
  /**
   * All cells of a proxy, by row, for as long as nothing is written; where they end before the keys
   * do, the rest are 0.
   */
  cellsOf(proxy: number): Cells;
  /** Largest remaining life of the key's entries on any proxy, in milliseconds. */
  maxExpiresInMs(row: number): number;
  /**
   * Milliseconds; 0 where that proxy has no entry. Of rows from `EXPIRY_SAMPLE_ROWS` on only where
   * the grid keeps them.
   */
  expiresInMs(row: number, proxy: number): number;
}

/**
 * So many rows of every grid keep each entry's own remaining life: enough to tell what two tables
 * do differently.
 */
export const EXPIRY_SAMPLE_ROWS = 256;
