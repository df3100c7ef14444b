// All distinct keys of a run, each stored once as bytes: a hash table over blocks of memory, because millions of strings would not do.

import type { KeyList, PackedKeys } from '../domain/entry.ts';
import { areSame, decodedLength } from './key-bytes.ts';
import { createKeyHash } from './key-hash.ts';

const BLOCK_BITS = 20;
const BLOCK_BYTES = 1 << BLOCK_BITS;
const BLOCK_MASK = BLOCK_BYTES - 1;
/** Of each slot: the hash of its key, then its row from 1 on. Slots are doubled when more than half of them are used. */
const SLOT_FIELDS = 2;
/** Of each row: where its key begins, then this. */
const LENGTH = 1;
const ROW_FIELDS = 2;
/** A power of two, small enough to stay in the processor's cache. */
const SIGNATURES = 1 << 16;
const SPACE = 0x20;
/** Keys that are looked up together, at most. */
export const BATCH_KEYS = 256;

/** `find` and `add` take the key as `bytes[start..end)`; both give its row, `find` -1 where it is not there. */
export interface KeyTable extends KeyList {
  find(bytes: Uint8Array, start: number, end: number): number;
  add(bytes: Uint8Array, start: number, end: number): number;
  /**
   * Finds the keys `bytes[starts[i]..ends[i])`, `count` of them and at most `BATCH_KEYS`, and puts their rows into `rows`. Much faster than one after
   * the other where the table is larger than the processor's cache: the waits for memory overlap.
   */
  findMany(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, count: number, rows: Int32Array): void;
  /** Where the key that begins at `start` ends, with a blank behind it, if it is the key of this row; else -1. */
  endIfAt(row: number, bytes: Uint8Array, start: number): number;
  /** The table's own memory: to be copied, not kept. */
  packed(): PackedTable;
  /** The keys from this row on. */
  keysFrom(row: number): PackedKeys;
  /** False where the key is certainly not there: a look at three of its bytes, for those who expect few of many. */
  mayHold(bytes: Uint8Array, start: number, end: number): boolean;
}

/** All that a table knows, as memory that can be sent to another thread. */
export interface PackedTable {
  readonly seed: number;
  readonly count: number;
  readonly slots: Int32Array<ArrayBuffer>;
  readonly rowFields: Int32Array<ArrayBuffer>;
  readonly blocks: readonly ArrayBuffer[];
  readonly used: number;
  readonly signatures: Uint8Array;
}

/** `seed` is the secret of the hash: names of conferences come from users, who must not be able to choose keys that collide. */
export function createKeyTable(seed: number): KeyTable {
  return keyTableFrom({
    seed,
    count: 0,
    slots: new Int32Array(SLOT_FIELDS << 12),
    rowFields: new Int32Array(ROW_FIELDS << 10),
    blocks: [],
    used: 0,
    signatures: new Uint8Array(SIGNATURES),
  });
}

/** A table that has what another one had when it was packed up. The two share nothing if a copy of `packed` is given. */
export function keyTableFrom(packed: PackedTable): KeyTable {
  const hashOf = createKeyHash(packed.seed);
  let { count, slots, rowFields, used } = packed;
  let mask = slots.length / SLOT_FIELDS - 1;
  const blocks = packed.blocks.map((block) => new DataView(block));
  const { signatures } = packed;
  const hashes = new Int32Array(BATCH_KEYS);
  /** What came of looking ahead; without a use of it, the compiler would leave the look out. */
  const seen = new Int32Array(1);

  let lastBytes = new Uint8Array(0);
  let lastView = new DataView(lastBytes.buffer);
  function viewOf(bytes: Uint8Array): DataView {
    if (bytes === lastBytes) return lastView;
    lastBytes = bytes as Uint8Array<ArrayBuffer>;
    lastView = new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
    return lastView;
  }

  function holdsKey(row: number, view: DataView, start: number, length: number): boolean {
    const at = row * ROW_FIELDS;
    if (rowFields[at + LENGTH] !== length) return false;
    const position = rowFields[at]!;
    return areSame(blocks[position >>> BLOCK_BITS]!, position & BLOCK_MASK, view, start, length);
  }

  /** The slot that holds the key, or the free one where it belongs. */
  function slotOf(view: DataView, start: number, end: number, hash: number): number {
    let slot = hash & mask;
    for (;;) {
      const row = slots[slot * SLOT_FIELDS + 1]! - 1;
      if (row < 0 || (slots[slot * SLOT_FIELDS] === hash && holdsKey(row, view, start, end - start))) return slot;
      slot = (slot + 1) & mask;
    }
  }

  function addHashed(view: DataView, start: number, end: number, hash: number): number {
    const slot = slotOf(view, start, end, hash);
    const found = slots[slot * SLOT_FIELDS + 1]! - 1;
    if (found >= 0) return found;
    if (count * ROW_FIELDS === rowFields.length) growRows();
    store(view, start, end);
    slots[slot * SLOT_FIELDS] = hash;
    slots[slot * SLOT_FIELDS + 1] = ++count;
    if (count * 2 * SLOT_FIELDS > slots.length) growSlots();
    return count - 1;
  }

  function store(view: DataView, start: number, end: number): void {
    const length = end - start;
    if (blocks.length === 0 || used + Math.max(1, length) > BLOCK_BYTES) {
      blocks.push(new DataView(new ArrayBuffer(Math.max(BLOCK_BYTES, length))));
      used = 0;
    }
    const block = blocks[blocks.length - 1]!;
    for (let i = 0; i < length; i++) block.setUint8(used + i, view.getUint8(start + i));
    signatures[signatureOf(view, start, end)] = 1;
    rowFields[count * ROW_FIELDS] = ((blocks.length - 1) << BLOCK_BITS) | used;
    rowFields[count * ROW_FIELDS + LENGTH] = length;
    // A key longer than a block fills its own; what follows must start another.
    used += length;
  }

  function growRows(): void {
    const wider = new Int32Array(rowFields.length * 2);
    wider.set(rowFields);
    rowFields = wider;
  }

  function growSlots(): void {
    const before = slots;
    slots = new Int32Array(before.length * 2);
    mask = slots.length / SLOT_FIELDS - 1;
    for (let from = 0; from < before.length; from += SLOT_FIELDS) {
      if (before[from + 1] === 0) continue;
      let slot = before[from]! & mask;
      while (slots[slot * SLOT_FIELDS + 1] !== 0) slot = (slot + 1) & mask;
      slots[slot * SLOT_FIELDS] = before[from]!;
      slots[slot * SLOT_FIELDS + 1] = before[from + 1]!;
    }
  }

  return {
    get count() {
      return count;
    },
    keyAt(row) {
      const position = rowFields[row * ROW_FIELDS]!;
      const { buffer } = blocks[position >>> BLOCK_BITS]!;
      return Buffer.from(buffer, position & BLOCK_MASK, rowFields[row * ROW_FIELDS + LENGTH]!).toString('latin1');
    },
    byteLengthAt(row) {
      const position = rowFields[row * ROW_FIELDS]!;
      const start = position & BLOCK_MASK;
      return decodedLength(blocks[position >>> BLOCK_BITS]!, start, start + rowFields[row * ROW_FIELDS + LENGTH]!);
    },
    endIfAt(row, bytes, start) {
      if (row >= count) return -1;
      const at = row * ROW_FIELDS;
      const length = rowFields[at + LENGTH]!;
      const end = start + length;
      if (bytes[end] !== SPACE) return -1;
      const position = rowFields[at]!;
      const block = blocks[position >>> BLOCK_BITS]!;
      return areSame(block, position & BLOCK_MASK, viewOf(bytes), start, length) ? end : -1;
    },
    packed: () => ({
      seed: packed.seed,
      count,
      slots,
      rowFields,
      blocks: blocks.map(({ buffer }) => buffer as ArrayBuffer),
      used,
      signatures,
    }),
    keysFrom(fromRow) {
      const ends = new Int32Array(count - fromRow);
      let total = 0;
      for (let row = fromRow; row < count; row++) {
        total += rowFields[row * ROW_FIELDS + LENGTH]!;
        ends[row - fromRow] = total;
      }
      const bytes = new Uint8Array(total);
      for (let row = fromRow; row < count; row++) {
        const position = rowFields[row * ROW_FIELDS]!;
        const length = rowFields[row * ROW_FIELDS + LENGTH]!;
        const { buffer } = blocks[position >>> BLOCK_BITS]!;
        bytes.set(new Uint8Array(buffer, position & BLOCK_MASK, length), ends[row - fromRow]! - length);
      }
      return { bytes, ends };
    },
    mayHold: (bytes, start, end) => signatures[signatureOf(viewOf(bytes), start, end)] !== 0,
    find(bytes, start, end) {
      const view = viewOf(bytes);
      return slots[slotOf(view, start, end, hashOf(view, start, end)) * SLOT_FIELDS + 1]! - 1;
    },
    add(bytes, start, end) {
      const view = viewOf(bytes);
      return addHashed(view, start, end, hashOf(view, start, end));
    },
    findMany(bytes, starts, ends, many, rows) {
      const view = viewOf(bytes);
      for (let i = 0; i < many; i++) hashes[i] = hashOf(view, starts[i]!, ends[i]!);
      // Small loops that only fetch come before those that decide: so small that the processor waits for many fetches at once.
      let sum = 0;
      for (let i = 0; i < many; i++) sum ^= slots[(hashes[i]! & mask) * SLOT_FIELDS]!;
      for (let i = 0; i < many; i++) {
        const hash = hashes[i]!;
        let slot = hash & mask;
        while (slots[slot * SLOT_FIELDS] !== hash && slots[slot * SLOT_FIELDS + 1] !== 0) slot = (slot + 1) & mask;
        rows[i] = slots[slot * SLOT_FIELDS + 1]! - 1;
      }
      for (let i = 0; i < many; i++) sum ^= rowFields[Math.max(0, rows[i]!) * ROW_FIELDS]!;
      for (let i = 0; i < many; i++) {
        const row = Math.max(0, rows[i]!) * ROW_FIELDS;
        const position = rowFields[row]!;
        const block = blocks[position >>> BLOCK_BITS];
        if (block === undefined) continue;
        const start = position & BLOCK_MASK;
        sum ^= block.getUint8(start) ^ block.getUint8(start + (rowFields[row + LENGTH]! >> 1));
      }
      seen[0] = sum;
      for (let i = 0; i < many; i++) {
        const start = starts[i]!;
        const end = ends[i]!;
        if (rows[i]! >= 0 && !holdsKey(rows[i]!, view, start, end - start))
          rows[i] = slots[slotOf(view, start, end, hashes[i]!) * SLOT_FIELDS + 1]! - 1;
      }
    },
  };
}

/** Names differ at their beginning and in their middle; their ends are a domain. */
function signatureOf(view: DataView, start: number, end: number): number {
  if (start === end) return 0;
  const middle = (start + end) >> 1;
  const early = start + ((end - start) >> 2);
  const mixed = view.getUint8(start) + view.getUint8(early) * 31 + view.getUint8(middle) * 961;
  return (mixed + (end - start) * 29_791) & (SIGNATURES - 1);
}
