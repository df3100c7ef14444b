// An entry is one line of a dump: a key and what it leads to. A look at the mesh holds entries as
// small numbers, never as objects.

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
  cellsOf(proxy: number): ArrayLike<number>;
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
