// The table of all keys: each once, each with its own row, whatever its bytes, its length or its
// hash.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../../src/domain/key.ts';
import { createKeyTable, type KeyTable } from '../../../src/snapshot/grid/key-table.ts';
import { hostileNames } from '../../support/hostile-names.ts';

/**
 * The key lies in the middle of other bytes, as it does in a chunk, and the memory is overwritten
 * afterwards.
 */
function put(table: KeyTable, key: string, how: 'add' | 'find' = 'add'): number {
  const memory = Buffer.from(`key=${key} use=0`, 'latin1');
  const row = table[how](memory, 4, memory.length - 6);
  memory.fill(0x3f);
  return row;
}

test('rows count from 0 in the order of first sight, and a key that is there keeps its row', () => {
  const table = createKeyTable(1);
  expect(['b', 'a', 'b', '', 'a', ''].map((key) => put(table, key))).toEqual([0, 1, 0, 2, 1, 2]);
  expect(table.count).toBe(3);
  expect([0, 1, 2].map(table.keyAt)).toEqual(['b', 'a', '']);
  expect(put(table, '', 'find')).toBe(2);
  expect(put(table, 'c', 'find')).toBe(-1);
  expect(table.count).toBe(3);
});

test('nothing is in an empty table, not even the empty key', () => {
  expect(put(createKeyTable(0), '', 'find')).toBe(-1);
  expect(createKeyTable(0).count).toBe(0);
});

test('the empty key may come first: HAProxy 2.6 dumps in order of keys', () => {
  const table = createKeyTable(2);
  expect(['', 'a', ''].map((key) => put(table, key))).toEqual([0, 1, 0]);
  expect([0, 1].map(table.keyAt)).toEqual(['', 'a']);
});

// Of 300,000 keys some ten pairs share all 32 bits of their hash, whatever the hash, if it is any
// good: 300,000² / 2 / 2³².
test.each([0, 1, 0x7fffffff])('300,000 keys under seed %i: each its own row, found again, none else', (seed) => {
  const table = createKeyTable(seed);
  const keyOf = (n: number) => `room${n}@conference.meet.example.com`;
  const misplaced: number[] = [];
  for (let n = 0; n < 300_000; n++) if (put(table, keyOf(n)) !== n) misplaced.push(n);
  for (let n = 0; n < 300_000; n += 7)
    if (put(table, keyOf(n), 'find') !== n || table.keyAt(n) !== keyOf(n)) misplaced.push(n);
  expect(misplaced).toEqual([]);
  expect(table.count).toBe(300_000);
  expect(put(table, keyOf(300_000), 'find')).toBe(-1);
});

test('keys that differ in one byte, in length or in nothing', () => {
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '\\ '), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(key, { maxLength: 200 }), fc.nat(), (keys, seed) => {
      const table = createKeyTable(seed);
      const rows = keys.map((each) => put(table, each));
      const distinct = [...new Set(keys)];
      expect(rows).toEqual(keys.map((each) => distinct.indexOf(each)));
      expect(Array.from({ length: table.count }, (_, row) => table.keyAt(row))).toEqual(distinct);
    }),
  );
});

test('keys whose search begins at the last slot go on at the first', () => {
  const table = createKeyTable(1);
  // As many slots as a table has at first (`assembly/keys.ts`).
  const slots = 1 << 12;
  const slotOf = (key: string) => table.compiled.hashOf(Buffer.from(key, 'latin1'), 0, key.length) & (slots - 1);
  const names = Array.from({ length: 60_000 }, (_, n) => `room${n}`);
  const last = names.filter((name) => slotOf(name) === slots - 1);
  const first = names.filter((name) => slotOf(name) === 0);
  expect(Math.min(last.length, first.length)).toBeGreaterThanOrEqual(8);
  const keys = [...last.slice(0, 8), ...first.slice(0, 2), ...names.slice(0, 500)];
  const distinct = [...new Set(keys)];
  for (const key of keys) put(table, key);
  expect(distinct.map((key) => put(table, key, 'find'))).toEqual(distinct.map((_, row) => row));
  expect(distinct.map((_, row) => table.keyAt(row))).toEqual(distinct);
  // Where a slot is taken is where the next one is looked for: behind the last, that is at the
  // first.
  expect(put(table, last.at(-1)!, 'find')).toBe(distinct.indexOf(last.at(-1)!));
});

describe('blocks of memory', () => {
  test('keys that fill a block to the byte, go beyond it, and come behind such a one', () => {
    const table = createKeyTable(3);
    const lengths = [1 << 20, 1, (1 << 20) - 1, 1, 1 << 21, 0, 5, (1 << 20) + 1, 3];
    const keys = lengths.map((length, n) => String.fromCharCode(97 + n).repeat(length));
    expect(keys.map((key) => put(table, key))).toEqual(keys.map((_, n) => n));
    for (const [row, key] of keys.entries()) {
      expect(table.keyAt(row) === key).toBe(true);
      expect(put(table, key, 'find')).toBe(row);
      expect(table.byteLengthAt(row)).toBe(key.length);
    }
  });

  test('many keys that do not divide a block', () => {
    const table = createKeyTable(4);
    const keyOf = (n: number) => `${n}-`.padEnd(997, 'x');
    for (let n = 0; n < 3_000; n++) put(table, keyOf(n));
    const wrong = Array.from({ length: 3_000 }, (_, n) => n).filter((n) => table.keyAt(n) !== keyOf(n));
    expect(wrong).toEqual([]);
  });
});

describe('the length in bytes is that of the name, not of its spelling', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['a\\ b', 3],
    ['\\\\', 1],
    ['\\\\x41', 4],
    ['\\xC3\\xA9', 2],
    ['\\t\\n\\r\\e\\=', 5],
    ['\\xFF\\x00', 2],
  ])('%s: %i', (key, length) => {
    const table = createKeyTable(5);
    expect(table.byteLengthAt(put(table, key))).toBe(length);
  });

  test('for every hostile name', () => {
    const table = createKeyTable(6);
    for (const name of hostileNames) expect(table.byteLengthAt(put(table, encodeKey(name)))).toBe(name.length);
  });
});

test('an empty key behind one that fills its block to the byte', () => {
  const table = createKeyTable(10);
  expect([put(table, 'a'.repeat(1 << 20)), put(table, ''), put(table, 'b')]).toEqual([0, 1, 2]);
  expect([table.keyAt(1), table.keyAt(2), table.byteLengthAt(1)]).toEqual(['', 'b', 0]);
});
