// The names that are most like one that no proxy knows. Bounded: a mesh has some hundred thousand.

import { editDistance } from '../domain/edit-distance.ts';
import type { KeyList } from '../domain/entry.ts';

/** A longer name is compared up to here: who mistypes it mistypes some letters, not its length. */
const MOST_LETTERS = 120;
/** At most so many typing errors; for short names fewer, since other names lie close. */
const MOST_ERRORS = 5;
const LETTERS = 32;

/**
 * Rows of the nearest keys, the nearest first, at most `most`. Keys are compared as they are
 * spelled, and by their rooms alone where the tenant is another one.
 */
export function nearestKeys(key: string, keys: KeyList, most: number): readonly number[] {
  const wanted = key.slice(0, MOST_LETTERS);
  const room = roomOf(wanted);
  const limit = Math.min(MOST_ERRORS, Math.max(1, Math.floor(wanted.length / 4)));
  const bag = lettersOf(wanted);
  const found: { readonly row: number; readonly away: number; readonly key: string }[] = [];
  for (let row = 0; row < keys.count; row++) {
    const other = keys.keyAt(row);
    const away = distanceWithin(wanted, other, { limit, bag }) ?? (roomOf(other) === room ? limit + 1 : null);
    if (away !== null) found.push({ row, away, key: other });
  }
  return found
    .sort((one, two) => one.away - two.away || (one.key < two.key ? -1 : 1))
    .slice(0, most)
    .map(({ row }) => row);
}

function roomOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

/** `null`: further than the limit. Nearly every name is so by its length or its letters. */
function distanceWithin(
  wanted: string,
  other: string,
  { limit, bag }: { readonly limit: number; readonly bag: Int16Array },
): number | null {
  if (Math.abs(wanted.length - other.length) > limit) return null;
  // Each typing error changes the count of at most two letters by one.
  const counts = lettersOf(other);
  let apart = 0;
  for (let letter = 0; letter < LETTERS; letter++) apart += Math.abs(bag[letter]! - counts[letter]!);
  if (apart > 2 * limit) return null;
  const away = editDistance(wanted, other);
  return away <= limit ? away : null;
}

/** How often each letter occurs; several share a place, which only makes fewer differ. */
function lettersOf(text: string): Int16Array {
  const counts = new Int16Array(LETTERS);
  for (let at = 0; at < text.length; at++) counts[text.charCodeAt(at) % LETTERS]!++;
  return counts;
}
