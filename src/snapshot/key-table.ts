// All distinct keys of a run, each stored once as bytes: a hash table over blocks of memory, because millions of strings would not do.

import type { KeyList } from '../domain/entry.ts';

const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
const BLOCK_MASK = BLOCK_BYTES - 1;
/** Of each row: its hash, then these. */
const POSITION = 1;
const LENGTH = 2;
const BYTE_LENGTH = 3;
const ROW_FIELDS = 4;
/** A power of two, small enough to stay in the processor's cache. */
const SIGNATURES = 1 << 16;
const FNV_PRIME = 0x01000193;
const BACKSLASH = 0x5c;
const LETTER_X = 0x78;
/** Slots are doubled beyond this share of use. */
const MAX_LOAD = 0.6;

/** `find` and `add` take the key as `bytes[start..end)`; both give its row, `find` -1 where it is not there. */
export interface KeyTable extends KeyList {
  find(bytes: Uint8Array, start: number, end: number): number;
  /** False where the key is certainly not there: a look at three of its bytes, for those who expect few of many. */
  mayHold(bytes: Uint8Array, start: number, end: number): boolean;
  /** Whether the key stands in this row: cheaper than `find` for a guess that is mostly right. */
  isAt(row: number, bytes: Uint8Array, start: number, end: number): boolean;
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
  // A row's numbers stand side by side: looking one key up costs one line of the processor's cache for them, not one each.
  let rows = new Int32Array(ROW_FIELDS << 10);
  const blocks: Uint8Array[] = [];
  const signatures = new Uint8Array(SIGNATURES);
  let used = 0;

  function hashOf(bytes: Uint8Array, start: number, end: number): number {
    let hash = seed;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 12);
  }

  function holdsKey(row: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = row * ROW_FIELDS;
    if (rows[at + LENGTH] !== end - start) return false;
    const block = blocks[rows[at + POSITION]! >>> BLOCK_BITS]!;
    let from = rows[at + POSITION]! & BLOCK_MASK;
    let i = start;
    while (i < end && block[from] === bytes[i]) {
      i++;
      from++;
    }
    return i === end;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  function slotOf(bytes: Uint8Array, start: number, end: number, hash: number): number {
    let slot = hash & mask;
    for (;;) {
      const row = slots[slot]! - 1;
      if (row < 0) return slot;
      if (rows[row * ROW_FIELDS] === hash && holdsKey(row, bytes, start, end)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  function store(bytes: Uint8Array, start: number, end: number, hash: number): void {
    const length = end - start;
    if (blocks.length === 0 || used + length > BLOCK_BYTES) {
      blocks.push(new Uint8Array(Math.max(BLOCK_BYTES, length)));
      used = 0;
    }
    const block = blocks[blocks.length - 1]!;
    for (let i = 0; i < length; i++) block[used + i] = bytes[start + i]!;
    const at = count * ROW_FIELDS;
    rows[at] = hash;
    signatures[signatureOf(bytes, start, end)] = 1;
    rows[at + POSITION] = ((blocks.length - 1) << BLOCK_BITS) | used;
    rows[at + LENGTH] = length;
    rows[at + BYTE_LENGTH] = decodedLength(bytes, start, end);
    // A key longer than a block fills its own; what follows must start another.
    used += length;
  }

  function growRows(): void {
    const wider = new Int32Array(rows.length * 2);
    wider.set(rows);
    rows = wider;
  }

  function growSlots(): void {
    slots = new Int32Array(slots.length * 2);
    mask = slots.length - 1;
    for (let row = 0; row < count; row++) {
      let slot = rows[row * ROW_FIELDS]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = row + 1;
    }
  }

  return {
    get count() {
      return count;
    },
    keyAt(row) {
      const at = row * ROW_FIELDS;
      const block = blocks[rows[at + POSITION]! >>> BLOCK_BITS]!;
      return Buffer.from(block.buffer, rows[at + POSITION]! & BLOCK_MASK, rows[at + LENGTH]!).toString('latin1');
    },
    byteLengthAt: (row) => rows[row * ROW_FIELDS + BYTE_LENGTH]!,
    isAt: (row, bytes, start, end) => row < count && holdsKey(row, bytes, start, end),
    mayHold: (bytes, start, end) => signatures[signatureOf(bytes, start, end)] !== 0,
    find(bytes, start, end) {
      return slots[slotOf(bytes, start, end, hashOf(bytes, start, end))]! - 1;
    },
    add(bytes, start, end) {
      const hash = hashOf(bytes, start, end);
      const slot = slotOf(bytes, start, end, hash);
      const found = slots[slot]! - 1;
      if (found >= 0) return found;
      if (count * ROW_FIELDS === rows.length) growRows();
      store(bytes, start, end, hash);
      slots[slot] = ++count;
      if (count > slots.length * MAX_LOAD) growSlots();
      return count - 1;
    },
  };
}

/** Names differ at their beginning and in their middle; their ends are a domain. */
function signatureOf(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  const middle = (start + end) >> 1;
  const early = start + ((end - start) >> 2);
  return (bytes[start]! + bytes[early]! * 31 + bytes[middle]! * 961 + (end - start) * 29_791) & (SIGNATURES - 1);
}

/** An escape stands for one byte: `\\x` and two digits, or a backslash and one character. */
function decodedLength(bytes: Uint8Array, start: number, end: number): number {
  let length = 0;
  for (let i = start; i < end; length++) i += bytes[i] !== BACKSLASH ? 1 : bytes[i + 1] === LETTER_X ? 4 : 2;
  return length;
}
