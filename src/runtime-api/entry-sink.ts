// Where the readers of dumps put entries: as bytes in place, never as objects.

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
