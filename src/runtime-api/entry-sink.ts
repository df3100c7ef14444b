// Where the readers of dumps put entries: as bytes in place, never as objects.

/**
 * An entry as a line of a dump holds it. `bytes` belongs to the reader; it and this object are
 * reused for the next entry.
 */
export interface EntryInPlace {
  readonly bytes: Uint8Array;
  /** The key is `bytes[keyStart..keyEnd)` as the dump spells it. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Milliseconds. */
  readonly expiresInMs: number;
  /** 32 bits, signed. */
  readonly serverId: number;
  /** The server key is `bytes[serverKeyStart..serverKeyEnd)`; `-` stands for none. */
  readonly serverKeyStart: number;
  readonly serverKeyEnd: number;
}

/** Takes entries as they are read. */
export interface EntrySink {
  entry(entry: EntryInPlace): void;
  /** Reads the lines that it has learnt to read, if there is one; `entry` gets the others. */
  readonly lines?: UsualLines;
  /** How many keys it takes entries of; absent where it takes every key. */
  readonly keyCount?: number;
}

/** Reads lines that are like others before them, faster than one by one. */
export interface UsualLines {
  /** What is read from now on; it must not change before the next call. */
  show(bytes: Uint8Array): void;
  /**
   * Takes as many lines as it can from `start` on, where a line begins. Returns the position behind
   * the last of them.
   */
  read(start: number): number;
  /** Learns from an entry that was read otherwise: line `entry.bytes[start..end)` without LF. */
  learn(entry: EntryInPlace, start: number, end: number): void;
  /** How many it took, and the longest remaining life among them. */
  readonly entries: number;
  readonly maxExpiresInMs: number;
}
