// All distinct keys of a look, each stored once: a hash table that numbers them from 0 in the order
// in which they came.

import { areSame } from './bytes';
import { allocate, nextAddress } from './memory';

/**
 * Of each slot: the hash of its key, its row from 1 on, where the key lies, how long it is: all in
 * one line of the processor's cache.
 */
const SLOT_BYTES: u32 = 16;
const ROW: usize = 4;
const KEY: usize = 8;
const KEY_LENGTH: usize = 12;
const FIRST_SLOTS: u32 = 1 << 12;
/**
 * Of each row: where its key lies, how long it is, the number of the tail that stood behind it
 * last, 0 for none (`tails.ts`).
 */
const ROW_BYTES: u32 = 12;
const LENGTH: usize = 4;
const TAIL: usize = 8;
/** Key bytes grow by this much, or by what is needed. */
const GROWTH_BYTES: u32 = 1 << 18;
/** Each word of a key has a secret of its own; longer keys are hashed piece by piece. */
const SECRET_WORDS: u32 = 64;

const secrets = <u32>memory.data(512);
const secretsEnd: u32 = secrets + SECRET_WORDS * 8;

let slots: u32 = 0;
let mask: u32 = 0;
let rows: u32 = 0;
let rowRoom: u32 = 0;
let count: u32 = 0;
let bytesAt: u32 = 0;
let bytesEnd: u32 = 0;

/** Where the secrets are to be put, 128 random numbers of 32 bits, before the first key. */
export function secretsAddress(): u32 {
  return secrets;
}

export function keyCount(): u32 {
  return count;
}

export function keyAddress(row: u32): u32 {
  return load<u32>(rows + row * ROW_BYTES);
}

export function keyLength(row: u32): u32 {
  return load<u32>(rows + row * ROW_BYTES, LENGTH);
}

export function lastTail(row: u32): u32 {
  return load<u32>(rows + row * ROW_BYTES, TAIL);
}

export function rememberTail(row: u32, number: u32): void {
  store<u32>(rows + row * ROW_BYTES, number, TAIL);
}

/**
 * How many bytes the key really has: an escape, `\\x` and two digits or a backslash and one
 * character, stands for one.
 */
export function decodedLength(row: u32): u32 {
  const end = keyAddress(row) + keyLength(row);
  let length: u32 = 0;
  for (let at = keyAddress(row); at < end; length++) {
    if (load<u8>(at) !== 0x5c) at++;
    else at += at + 1 < end && load<u8>(at + 1) === 0x78 ? 4 : 2;
  }
  return length;
}

/**
 * Makes room for so many more keys, of so many bytes in all: until they are there, `addHashed`
 * allocates nothing.
 */
export function makeRoom(keys: u32, bytes: u32): void {
  if (slots === 0) {
    slots = allocate(FIRST_SLOTS * SLOT_BYTES);
    mask = FIRST_SLOTS - 1;
  }
  // At most four fifths are used: a smaller table is sooner in the cache than a shorter way is
  // gone.
  while ((count + keys) * 5 > (mask + 1) * 4) growSlots();
  if (count + keys > rowRoom) growRows(max(rowRoom * 2, count + keys));
  if (bytesAt + bytes > bytesEnd) {
    const at = allocate(max(GROWTH_BYTES, bytes));
    // Mostly nothing else was allocated in between.
    if (at !== bytesEnd) bytesAt = at;
    bytesEnd = nextAddress();
  }
}

function growRows(room: u32): void {
  const wider = allocate(room * ROW_BYTES);
  memory.copy(wider, rows, count * ROW_BYTES);
  rows = wider;
  rowRoom = room;
}

function growSlots(): void {
  const before = slots;
  const length = mask + 1;
  slots = allocate(length * 2 * SLOT_BYTES);
  mask = length * 2 - 1;
  for (let at = before; at < before + length * SLOT_BYTES; at += SLOT_BYTES) {
    if (load<u32>(at, ROW) === 0) continue;
    let slot = slotAt(load<u32>(at));
    while (load<u32>(slot, ROW) !== 0) slot = slotBehind(slot);
    v128.store(slot, v128.load(at));
  }
}

/** The address of the slot where the search for a hash begins. */
function slotAt(hash: u32): u32 {
  return slots + (hash & mask) * SLOT_BYTES;
}

function slotBehind(slot: u32): u32 {
  return slot === slots + mask * SLOT_BYTES ? slots : slot + SLOT_BYTES;
}

/**
 * NH (of UMAC, RFC 4418): each half of a word is added to a secret, and the sums are multiplied, so
 * that two keys which their author does not know the secrets of collide with a chance of about
 * 2⁻³², however alike they are. Names of conferences come from users.
 */
export function hashOf(at: u32, length: u32): u32 {
  let sum: u64 = length;
  let secret = secrets;
  const end = at + length;
  let from = at;
  for (; from + 8 <= end; from += 8) {
    sum += product(load<u64>(from), secret);
    secret += 8;
    if (secret === secretsEnd) {
      sum = mixed(sum);
      secret = secrets;
    }
  }
  if (from < end) {
    // What stands behind the key does not count.
    const rest = <u64>(end - from) * 8;
    sum += product(load<u64>(from) & (((<u64>1) << rest) - 1), secret);
  }
  return <u32>mixed(sum);
}

function product(word: u64, secret: u32): u64 {
  return <u64>(<u32>word + load<u32>(secret)) * <u64>(<u32>(word >> 32) + load<u32>(secret, 4));
}

/** Spreads every bit over all others (the finaliser of MurmurHash3, 64 bits). */
function mixed(value: u64): u64 {
  let x = value;
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

/** The slot that holds the key, or the free one where it belongs. */
function slotOf(at: u32, length: u32, hash: u32): u32 {
  let slot = slotAt(hash);
  while (load<u32>(slot, ROW) !== 0) {
    if (load<u32>(slot) === hash && load<u32>(slot, KEY_LENGTH) === length && areSame(load<u32>(slot, KEY), at, length))
      return slot;
    slot = slotBehind(slot);
  }
  return slot;
}

/** Whether the key of this row is the `length` bytes at `at`. */
export function isKey(row: u32, at: u32, length: u32): bool {
  return keyLength(row) === length && areSame(keyAddress(row), at, length);
}

/** The row of a key, -1 where it is not there. */
export function findHashed(at: u32, length: u32, hash: u32): i32 {
  return <i32>load<u32>(slotOf(at, length, hash), ROW) - 1;
}

/** The row of a key, a new one where it was not there: room for it has been reserved. */
export function addHashed(at: u32, length: u32, hash: u32): i32 {
  const slot = slotOf(at, length, hash);
  const found = load<u32>(slot, ROW);
  if (found !== 0) return found - 1;
  memory.copy(bytesAt, at, length);
  store<u32>(rows + count * ROW_BYTES, bytesAt);
  store<u32>(rows + count * ROW_BYTES, length, LENGTH);
  store<u32>(rows + count * ROW_BYTES, 0, TAIL);
  store<u32>(slot, hash);
  store<u32>(slot, count + 1, ROW);
  store<u32>(slot, bytesAt, KEY);
  store<u32>(slot, length, KEY_LENGTH);
  bytesAt += length;
  return count++;
}

/**
 * What a look-up of this hash will want of memory, first the slot, then the key: fetched for many
 * keys one after the other, their waits overlap. The sum of what these give must be used, or the
 * compiler leaves the fetch out.
 */
export function fetchSlot(hash: u32): u32 {
  return load<u32>(slotAt(hash));
}

export function fetchKey(hash: u32): u32 {
  const slot = slotAt(hash);
  const key = load<u32>(slot, KEY);
  return load<u8>(key) + load<u8>(key + load<u32>(slot, KEY_LENGTH));
}
