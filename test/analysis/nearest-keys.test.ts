// The names that are most like a mistyped one.

import { expect, test } from 'vitest';
import { nearestKeys } from '../../src/analysis/nearest-keys.ts';
import type { KeyList } from '../../src/domain/entry.ts';

function listOf(names: readonly string[]): KeyList {
  return { count: names.length, keyAt: (row) => names[row]!, byteLengthAt: (row) => names[row]!.length };
}

function nearest(wanted: string, names: readonly string[], most = 3): readonly string[] {
  return nearestKeys(wanted, listOf(names), most).map((row) => names[row]!);
}

test.each([
  ['acme/dialy', ['acme/daily', 'other', 'acme/weekly'], ['acme/daily']],
  ['acme/daily', ['acmee/daily', 'acne/dayly'], ['acmee/daily', 'acne/dayly']],
  ['daily', ['acme/daily', 'zeta/daily', 'dally'], ['dally', 'acme/daily', 'zeta/daily']],
  ['acme/daily', ['corp/daily'], ['corp/daily']],
  ['x', ['y', 'abc'], ['y']],
  ['acme/daily', [], []],
  ['acme/daily', ['completely-different-name'], []],
] as const)('%s among %j -> %j', (wanted, names, found) => {
  expect(nearest(wanted, names)).toEqual(found);
});

test('no more than are wanted, in one order', () => {
  const names = ['room-9', 'room-3', 'room-5', 'room-1'];
  expect(nearest('room-2', names, 2)).toEqual(['room-1', 'room-3']);
});

test('a name as long as a table allows is compared in bounded time', () => {
  const long = 'a'.repeat(8_000);
  expect(nearest(long, [`${long}b`, 'a'.repeat(119)])).toEqual(['a'.repeat(119)]);
});
