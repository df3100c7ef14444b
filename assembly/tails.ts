// What stands behind the expiry of an entry, ` shard=0 server_id=11 server_key=10.0.0.9:443`: a
// mesh has few of them, so each is known by a number.

import { areSame } from './bytes';
import { allocate } from './memory';

/** More than a mesh has servers; twice as many, and more, slots: of each, a tail's number. */
const MAX_TAILS: u32 = 4_096;
const SLOTS: u32 = 1 << 14;
const TEXT_BYTES: u32 = 1 << 18;
/** Of each tail: where its text lies, then how long it is. */
const FIELD_BYTES: u32 = 8;
const LINE_FEED: u8 = 0x0a;

const slots = <u32>memory.data(65_536);
const fields = <u32>memory.data(32_768);
let count: u32 = 0;
let textAt: u32 = 0;
let textEnd: u32 = 0;

function slotOf(at: u32, length: u32): u32 {
  // Nobody but the proxies' owners chooses servers: this hash has no secret.
  let sum: u64 = length;
  for (let i: u32 = 0; i + 8 <= length; i += 8) sum = ((sum ^ load<u64>(at + i)) * 0x9e3779b97f4a7c15) ^ (sum >> 29);
  if (length >= 8) sum = (sum ^ load<u64>(at + length - 8)) * 0x9e3779b97f4a7c15;
  let slot = <u32>(sum >> 50);
  while (true) {
    const number = load<u32>(slots + slot * 4);
    if (number === 0) return slot;
    const field = fields + (number - 1) * FIELD_BYTES;
    if (load<u32>(field, 4) === length && areSame(load<u32>(field), at, length)) return slot;
    slot = (slot + 1) & (SLOTS - 1);
  }
}

/** The number of a tail, from 1 on; 0 where it is not known. */
export function numberOfTail(at: u32, length: u32): u32 {
  return load<u32>(slots + slotOf(at, length) * 4);
}

/**
 * Where the line ends if this tail, which is known, stands there to its end, and before `limit`;
 * else 0.
 */
export function endBehindTail(number: u32, at: u32, limit: u32): u32 {
  const field = fields + (number - 1) * FIELD_BYTES;
  const end = at + load<u32>(field, 4);
  return end < limit && load<u8>(end) === LINE_FEED && areSame(load<u32>(field), at, end - at) ? end : 0;
}

/** Makes a tail known; its number, or 0 where there are too many. */
export function learnTail(at: u32, length: u32): u32 {
  const slot = slotOf(at, length);
  const known = load<u32>(slots + slot * 4);
  if (known !== 0) return known;
  if (textEnd === 0) {
    textAt = allocate(TEXT_BYTES);
    textEnd = textAt + TEXT_BYTES;
  }
  if (count === MAX_TAILS || textAt + length > textEnd) return 0;
  memory.copy(textAt, at, length);
  store<u32>(fields + count * FIELD_BYTES, textAt);
  store<u32>(fields + count * FIELD_BYTES, length, 4);
  textAt += length;
  store<u32>(slots + slot * 4, ++count);
  return count;
}
