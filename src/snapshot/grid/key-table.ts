// All distinct keys of a run, each stored once as bytes and numbered in the order in which they
// came. Millions of strings would need too much memory.

import type { KeyList } from '../../domain/entry.ts';
import { type CompiledLines, createCompiledLines } from '../../runtime-api/compiled-lines.ts';

/**
 * `find` and `add` take the key as `bytes[start..end)`; both give its row, `find` -1 where it is
 * not there.
 */
export interface KeyTable extends KeyList {
  find(bytes: Uint8Array, start: number, end: number): number;
  add(bytes: Uint8Array, start: number, end: number): number;
  /** What reads dumps into this table. */
  readonly compiled: CompiledLines;
}

/**
 * `seed` is the secret of the hash: names of conferences come from users, who must not be able to
 * choose keys that collide.
 */
export function createKeyTable(seed: number): KeyTable {
  const compiled = createCompiledLines(seed);
  return {
    compiled,
    get count() {
      return compiled.keyCount;
    },
    keyAt(row) {
      const { buffer, byteOffset, length } = compiled.keyBytes(row);
      return Buffer.from(buffer, byteOffset, length).toString('latin1');
    },
    byteLengthAt: compiled.decodedLength,
    find: compiled.find,
    add: compiled.add,
  };
}
