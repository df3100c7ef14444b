// Reads lines just as HAProxy prints them, and finds the rows of their keys. Hot: millions of them.

import { areDigits, endOfKey, endOfLine } from './bytes';
import {
  addHashed,
  fetchKey,
  fetchSlot,
  findHashed,
  hashOf,
  isKey,
  keyCount,
  keyLength,
  lastTail,
  makeRoom,
  rememberTail,
} from './keys';
import { allocate } from './memory';
import { fetchPlaces, placeBehind, rowAt } from './orders';
import { endBehindTail, numberOfTail } from './tails';

export { decodedLength, hashOf, keyAddress, keyCount, keyLength, secretsAddress } from './keys';
export { extendOrder, orderCount, startOrder } from './orders';
export { learnTail } from './tails';

/** What one call reads at most. Of each line: row of its key, expiry, tail number, key length. */
const MAX_LINES: u32 = 4_096;
const rows = <u32>memory.data(16_384);
const expiries = <u32>memory.data(16_384);
const tails = <u32>memory.data(16_384);
const lengths = <u32>memory.data(16_384);

/** Keys that are looked up together, at most. Of each: where it is, its hash, its line's number. */
const MAX_BATCH: u32 = 128;
const batchKeys = <u32>memory.data(512);
const batchHashes = <u32>memory.data(512);
const batchLines = <u32>memory.data(512);
let waiting: u32 = 0;
let patience: u32 = 1;
/** Exported, or the compiler would leave out what it is made of. */
export let fetched: u32 = 0;

/** A usual line has no fewer bytes. */
const LEAST_LINE_BYTES: u32 = 32;
/** What is longer may be too long for any line: that is judged elsewhere. */
const LONGEST_LINE: u32 = 1 << 16;
/** So many digits cannot overflow 32 bits. */
const MAX_DIGITS: u32 = 9;

/** `0x`, `key=`, `: `, ` use` and ` exp`, as numbers with the first byte lowest. */
const HEX: u16 = 0x7830;
const KEY: u32 = 0x3d79656b;
const COLON: u16 = 0x203a;
const USE: u32 = 0x65737520;
const EXP: u32 = 0x70786520;
const EQUALS: u8 = 0x3d;
const SPACE: u8 = 0x20;
/** `: key=`. */
const BEFORE_KEY: u32 = 6;

let textAt: u32 = 0;
let textRoom: u32 = 0;
let keyAt: u32 = 0;
let keyRoom: u32 = 0;

/**
 * What `readLines` says besides: where the first line begins that it did not read, the place in the
 * order of the key that it guesses to be the next, how many keys that were there it had to look up,
 * the largest expiry.
 */
export let position: u32 = 0;
export let expected: u32 = 0;
export let missed: u32 = 0;
export let maxExpiry: u32 = 0;
let guessed: u32 = 0;

export function rowsAddress(): u32 {
  return rows;
}

export function expiriesAddress(): u32 {
  return expiries;
}

export function tailsAddress(): u32 {
  return tails;
}

export function lengthsAddress(): u32 {
  return lengths;
}

/**
 * Where so many bytes of lines are to be put; there is room for their keys, too. Whoever looks at
 * memory from outside must look anew.
 */
export function reserveLines(bytes: u32): u32 {
  makeRoom(bytes / LEAST_LINE_BYTES + 1, bytes);
  if (bytes > textRoom) {
    const room = max(bytes, textRoom * 2);
    textAt = allocate(room + 16);
    textRoom = room;
  }
  return textAt;
}

/** Where a single key, or tail, is to be put. */
export function reserveKey(bytes: u32): u32 {
  makeRoom(1, bytes);
  if (bytes > keyRoom) {
    const room = max(bytes, max(keyRoom * 2, 4_096));
    keyAt = allocate(room + 16);
    keyRoom = room;
  }
  return keyAt;
}

export function find(at: u32, length: u32): i32 {
  return findHashed(at, length, hashOf(at, length));
}

export function add(at: u32, length: u32): i32 {
  return addHashed(at, length, hashOf(at, length));
}

/**
 * Reads usual lines from `start` on, and no byte from `end` on; how many. Such a line is
 * `0x55710e170cf0: key=t/a use=0 exp=299695` and a tail that is known, its key `keyOffset` from its
 * beginning, no number longer than nine digits. Any other line is left alone, and so is all behind
 * it.
 *
 * HAProxy dumps in the order of the keys (2.6), or of hashes that every proxy computes alike from
 * the table's name (3.0 and later, seen to 3.4), so that the next line of one proxy is mostly the
 * next line of another: `guess` is the place in `order` (`orders.ts`) of the row that is expected
 * first. Where the guess fails, keys are put off until a batch is full; a single failure among good
 * guesses is looked up at once, so that the next guess is good again. Without `admits`, the row of
 * a key that is not there is -1.
 */
export function readLines(start: u32, end: u32, keyOffset: u32, order: u32, guess: u32, admits: bool): u32 {
  // Ends every number and every key.
  store<u64>(end, 0);
  expected = guess;
  guessed = order;
  missed = 0;
  patience = 1;
  maxExpiry = 0;
  let count: u32 = 0;
  let at = start;
  while (count < MAX_LINES && at + keyOffset < end) {
    const key = at + keyOffset;
    if (!isPrefix(at, key)) break;
    const row = waiting === 0 ? expectedRow(key, end) : -1;
    const length = row < 0 ? endOfKey(key) - key : keyLength(row);
    const use = key + length;
    if (use >= end || load<u32>(use) !== USE || load<u8>(use, 4) !== EQUALS) break;
    const exp = behindDigits(use + 5);
    if (exp === 0 || load<u32>(exp) !== EXP || load<u8>(exp, 4) !== EQUALS) break;
    let tail = exp + 5;
    let expiry: u32 = 0;
    for (let digit = digitAt(tail); digit <= 9; digit = digitAt(++tail)) expiry = expiry * 10 + digit;
    if (tail === exp + 5 || tail - exp - 5 > MAX_DIGITS) break;

    // What stood behind a key on one proxy mostly does so on the next.
    let number = row < 0 ? 0 : lastTail(row);
    let lineEnd: u32 = number === 0 ? 0 : endBehindTail(number, tail, end);
    const isLikeBefore = lineEnd !== 0;
    if (!isLikeBefore) lineEnd = endOfLine(tail, end);
    if (lineEnd >= end || lineEnd - at > LONGEST_LINE) break;
    if (!isLikeBefore) {
      number = numberOfTail(tail, lineEnd - tail);
      if (number === 0) break;
      if (row >= 0) rememberTail(row, number);
    }

    if (expiry > maxExpiry) maxExpiry = expiry;
    store<i32>(rows + count * 4, row);
    store<u32>(expiries + count * 4, expiry);
    store<u32>(tails + count * 4, number);
    store<u32>(lengths + count * 4, length);
    if (row >= 0) {
      expected++;
      patience = 1;
    } else {
      putOff(key, count, admits);
    }
    count++;
    at = lineEnd + 1;
  }
  lookUp(admits);
  position = at;
  return count;
}

/** Whether a pointer of digits and `: key=` stand there, and no line ends before. */
function isPrefix(start: u32, key: u32): bool {
  if (load<u16>(start) !== HEX || load<u32>(key - 4) !== KEY || load<u16>(key - BEFORE_KEY) !== COLON) return false;
  const last = key - BEFORE_KEY - 8;
  for (let at = start + 2; at < last; at += 8) if (!areDigits(load<u64>(at))) return false;
  return areDigits(load<u64>(last));
}

/** The row of the key that is expected, if it stands there with a blank behind it; else -1. */
function expectedRow(key: u32, end: u32): i32 {
  fetched += fetchPlaces(guessed, expected);
  const row = rowAt(guessed, expected);
  if (row < 0) return -1;
  const behind = key + keyLength(row);
  return behind < end && load<u8>(behind) === SPACE && isKey(row, key, behind - key) ? row : -1;
}

/** More than 9 where no digit stands. */
function digitAt(at: u32): u32 {
  return <u32>load<u8>(at) - 0x30;
}

/** The position behind a number, 0 where there is none or a longer one. */
function behindDigits(from: u32): u32 {
  let at = from;
  while (digitAt(at) <= 9) at++;
  return at === from || at - from > MAX_DIGITS ? 0 : at;
}

/** Puts a key off until enough of them wait. */
function putOff(key: u32, line: u32, admits: bool): void {
  store<u32>(batchKeys + waiting * 4, key);
  store<u32>(batchLines + waiting * 4, line);
  if (++waiting >= patience) lookUp(admits);
}

/**
 * Finds the rows of all keys that wait. Small loops that only fetch come before the one that
 * decides: the processor waits for many at once.
 */
function lookUp(admits: bool): void {
  const many = waiting;
  if (many === 0) return;
  waiting = 0;
  patience = min(patience * 2, MAX_BATCH);
  const known = <i32>keyCount();
  let sum: u32 = 0;
  for (let n: u32 = 0; n < many; n++) {
    const hash = hashOf(load<u32>(batchKeys + n * 4), load<u32>(lengths + load<u32>(batchLines + n * 4) * 4));
    store<u32>(batchHashes + n * 4, hash);
    sum += fetchSlot(hash);
  }
  if (many > 1) for (let n: u32 = 0; n < many; n++) sum += fetchKey(load<u32>(batchHashes + n * 4));
  fetched = sum;
  for (let n: u32 = 0; n < many; n++) {
    const key = load<u32>(batchKeys + n * 4);
    const line = load<u32>(batchLines + n * 4) * 4;
    const length = load<u32>(lengths + line);
    const hash = load<u32>(batchHashes + n * 4);
    const row = admits ? addHashed(key, length, hash) : findHashed(key, length, hash);
    store<i32>(rows + line, row);
    // A new key is not in the order of the others.
    if (row < 0 || row >= known) continue;
    expected = placeBehind(guessed, row, expected);
    missed++;
  }
}
