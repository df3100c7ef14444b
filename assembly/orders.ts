// In which orders dumps came that were not in the order of the rows: a mesh of two versions has
// two, and the next dump is mostly in one of them.

import { keyAddress, keyCount, keyLength } from './keys';
import { allocate } from './memory';

/** More would only be tried in vain: a mesh of so many versions is rare. */
const MAX_ORDERS: u32 = 3;
/**
 * Of each order: where its rows lie, where the places of rows lie (from 1 on, 0 for none), how many
 * rows it has, for how many there is room.
 */
const ORDER_BYTES: u32 = 16;
const PLACES: usize = 4;
const LENGTH: usize = 8;
const ROOM: usize = 12;
/** So many keys are fetched together. */
const FETCHED: u32 = 32;

const orders = <u32>memory.data(64);
let count: u32 = 0;

/** Orders are numbered from 1 on; 0 is that of the rows themselves. */
export function orderCount(): u32 {
  return count;
}

function fieldsOf(order: u32): u32 {
  return orders + (order - 1) * ORDER_BYTES;
}

/** Begins another order: its number, 0 where there are enough. */
export function startOrder(): u32 {
  return count === MAX_ORDERS ? 0 : ++count;
}

/** Adds the rows of `many` lines, one after the other from `rows` on; -1 is none. */
export function extendOrder(order: u32, rows: u32, many: u32): void {
  const fields = fieldsOf(order);
  let length = load<u32>(fields, LENGTH);
  makeRoom(fields, max(length + many, keyCount()));
  const rowsAt = load<u32>(fields);
  const placesAt = load<u32>(fields, PLACES);
  for (let n: u32 = 0; n < many; n++) {
    const row = load<i32>(rows + n * 4);
    if (row < 0) continue;
    store<u32>(rowsAt + length * 4, row);
    store<u32>(placesAt + row * 4, ++length);
  }
  store<u32>(fields, length, LENGTH);
}

function makeRoom(fields: u32, least: u32): void {
  const had = load<u32>(fields, ROOM);
  if (least <= had) return;
  const room = max(least, had * 2);
  for (let list: u32 = 0; list < 8; list += <u32>PLACES) {
    const wider = allocate(room * 4);
    memory.copy(wider, load<u32>(fields + list), had * 4);
    store<u32>(fields + list, wider);
  }
  store<u32>(fields, room, ROOM);
}

/** The row at a place, from 0 on; -1 where the order does not go so far. */
export function rowAt(order: u32, place: u32): i32 {
  if (order === 0) return place < keyCount() ? place : -1;
  const fields = fieldsOf(order);
  return place < load<u32>(fields, LENGTH) ? load<i32>(load<u32>(fields) + place * 4) : -1;
}

/** The place behind a row; `otherwise` where the order does not have it. */
export function placeBehind(order: u32, row: u32, otherwise: u32): u32 {
  if (order === 0) return row + 1;
  const fields = fieldsOf(order);
  const place = row < load<u32>(fields, ROOM) ? load<u32>(load<u32>(fields, PLACES) + row * 4) : 0;
  return place === 0 ? otherwise : place;
}

/**
 * What the places from here on will want of memory: keys that follow each other in another order
 * lie apart. Fetched in small loops, their waits overlap. The sum of what this gives must be used,
 * or the compiler leaves the fetch out.
 */
export function fetchPlaces(order: u32, place: u32): u32 {
  if (place % FETCHED !== 0 || order === 0) return 0;
  const fields = fieldsOf(order);
  const end = min(place + FETCHED, load<u32>(fields, LENGTH));
  const rowsAt = load<u32>(fields);
  let sum: u32 = 0;
  for (let at = place; at < end; at++) sum += keyAddress(load<u32>(rowsAt + at * 4));
  for (let at = place; at < end; at++) {
    const row = load<u32>(rowsAt + at * 4);
    const key = keyAddress(row);
    sum += load<u8>(key) + load<u8>(key + keyLength(row));
  }
  return sum;
}
