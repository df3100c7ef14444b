// All distinct keys of a run, each stored once as bytes: a hash table over blocks of memory, because millions of strings would not do.

import type { KeyList } from '../domain/entry.ts';

const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
const FNV_PRIME = 0x01000193;
const BACKSLASH = 0x5c;
const LETTER_X = 0x78;
/** Slots are doubled beyond this share of use. */
const MAX_LOAD = 0.6;

/** `find` and `add` take the key as `bytes[start..end)`; both give its row, `find` -1 where it is not there. */
export interface KeyTable extends KeyList {
  find(bytes: Uint8Array, start: number, end: number): number;
  add(bytes: Uint8Array, start: number, end: number): number;
}

/**
 * `seed` starts the hash: names of conferences come from users, who must not be able to choose keys that collide. The keys of
 * one run hash alike only within this table.
 */
export function createKeyTable(seed: number): KeyTable {
  let slots = new Int32Array(1 << 12);
  let mask = slots.length - 1;
  let count = 0;
  let hashes = new Int32Array(1 << 10);
  let blockOf = new Uint16Array(1 << 10);
  let offsetOf = new Int32Array(1 << 10);
  let lengthOf = new Int32Array(1 << 10);
  let byteLengthOf = new Int32Array(1 << 10);
  const blocks: Uint8Array[] = [];
  let used = 0;

  function hashOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 12);
  }

  /** The slot that holds the key, or the free one where it belongs. */
  function slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start;
    let slot = hash & mask;
    for (;;) {
      const row = slots[slot]! - 1;
      if (row < 0) return slot;
      if (hashes[row] === hash && lengthOf[row] === length) {
        const block = blocks[blockOf[row]!]!;
        const from = offsetOf[row]!;
        let i = 0;
        while (i < length && block[from + i] === bytes[start + i]) i++;
        if (i === length) return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  function store(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (blocks.length === 0 || used + length > BLOCK_BYTES) {
      blocks.push(new Uint8Array(Math.max(BLOCK_BYTES, length)));
      used = 0;
    }
    const block = blocks[blocks.length - 1]!;
    for (let i = 0; i < length; i++) block[used + i] = bytes[start + i]!;
    blockOf[count] = blocks.length - 1;
    offsetOf[count] = used;
    lengthOf[count] = length;
    byteLengthOf[count] = decodedLength(bytes, start, end);
    // A key longer than a block fills its own; what follows must start another.
    used += length;
  }

  function growRows(): void {
    const size = hashes.length * 2;
    hashes = widened(hashes, new Int32Array(size));
    blockOf = widened(blockOf, new Uint16Array(size));
    offsetOf = widened(offsetOf, new Int32Array(size));
    lengthOf = widened(lengthOf, new Int32Array(size));
    byteLengthOf = widened(byteLengthOf, new Int32Array(size));
  }

  function growSlots(): void {
    slots = new Int32Array(slots.length * 2);
    mask = slots.length - 1;
    for (let row = 0; row < count; row++) {
      let slot = hashes[row]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
  }

  return {
    get count() {
      return count;
    },
    keyAt(row) {
      const block = blocks[blockOf[row]!]!;
      const from = offsetOf[row]!;
      return Buffer.from(block.buffer, block.byteOffset + from, lengthOf[row]!).toString('latin1');
    },
    byteLengthAt: (row) => byteLengthOf[row]!,
    find(bytes, start, end) {
      return slots[slotOf(bytes, start, end, hashOf(bytes, start, end))]! - 1;
    },
    add(bytes, start, end) {
      const hash = hashOf(bytes, start, end);
      const slot = slotOf(bytes, start, end, hash);
      const found = slots[slot]! - 1;
      if (found >= 0) return found;
      if (count === hashes.length) growRows();
      store(bytes, start, end);
      hashes[count] = hash;
      slots[slot] = ++count;
      if (count > slots.length * MAX_LOAD) growSlots();
      return count - 1;
    },
  };
}

/** An escape stands for one byte: `\\x` and two digits, or a backslash and one character. */
function decodedLength(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; length++) i += bytes[i] !== BACKSLASH ? 1 : bytes[i + 1] === LETTER_X ? 4 : 2;
  return length;
}

function widened<T extends Int32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
