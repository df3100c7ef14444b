// Labels are numbered from 1; the same pair has the same number, a different pair never has.

import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../../src/errors.ts';
import { createLabelTable, type LabelTable } from '../../../src/snapshot/grid/label-table.ts';

/** The server key comes in memory that its owner overwrites afterwards, as a chunk's is. */
function numberOf(table: LabelTable, serverId: number, serverKey: string): number {
  const memory = Buffer.from(`server_key=${serverKey}\n`, 'latin1');
  const number = table.numberOf({ serverId, bytes: memory, serverKeyStart: 11, serverKeyEnd: memory.length - 1 });
  memory.fill(0x2d);
  return number;
}

test('pairs of id and key, in the order of first sight', () => {
  const table = createLabelTable();
  const pairs: [number, string][] = [
    [11, 'a:1'],
    [11, 'b:1'],
    [12, 'a:1'],
    [11, '-'],
    [0, '-'],
    [-5, ''],
    [11, '--'],
  ];
  expect(pairs.map(([id, key]) => numberOf(table, id, key))).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect([...pairs].reverse().map(([id, key]) => numberOf(table, id, key))).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(table.labels).toEqual(pairs.map(([serverId, key]) => ({ serverId, serverKey: key === '-' ? null : key })));
});

test('id and key do not run together', () => {
  const table = createLabelTable();
  expect(numberOf(table, 1, '1 2')).not.toBe(numberOf(table, 11, ' 2'));
  expect(numberOf(table, 1, '1')).not.toBe(numberOf(table, 11, ''));
  expect(table.labels).toHaveLength(4);
});

test('a key in memory that was overwritten is still the key', () => {
  const table = createLabelTable();
  expect(numberOf(table, 11, '10.0.0.9:443')).toBe(1);
  // The length of the first and the bytes that its memory holds now.
  expect(numberOf(table, 11, '-'.repeat(12))).toBe(2);
  expect(numberOf(table, 11, '10.0.0.9:443')).toBe(1);
});

describe('more labels than a mesh has are trouble of their proxy', () => {
  const troubleOf = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      return error instanceof ProtocolError ? [error.code, error.message] : error;
    }
  };

  test('65,535 of them are kept, and known again when there are too many', () => {
    const table = createLabelTable();
    for (let n = 0; n < 65_535; n++) numberOf(table, n % 1000, `key-${n}`);
    expect(table.labels).toHaveLength(65_535);
    expect(troubleOf(() => numberOf(table, 7, 'one-more'))).toEqual([
      'too-large',
      'its dump has more than 65,535 pairs of server id and server key, the most that is read',
    ]);
    expect(numberOf(table, 534, 'key-65534')).toBe(65_535);
    expect(numberOf(table, 0, 'key-0')).toBe(1);
    expect(table.labels).toHaveLength(65_535);
  });

  test('so are long ones, 16 MB of them', () => {
    const table = createLabelTable();
    const add = (n: number) => numberOf(table, n, `${n}`.padStart(99_990, 'k'));
    for (let n = 0; n < 160; n++) add(n);
    expect(troubleOf(() => add(160))).toEqual([
      'too-large',
      'its dump has more than 16 MB of different server keys, the most that is read',
    ]);
  });

  test('and those of a key that is shown with ever other ones', () => {
    const table = createLabelTable();
    const numbers = Array.from({ length: 400 }, (_, n) => numberOf(table, n, 'k'));
    const pairs = function* () {
      for (const one of numbers) for (const other of numbers) yield table.numberOfBoth(one, other);
    };
    expect(troubleOf(() => [...pairs()])).toEqual(['too-large', expect.stringContaining('65,535 pairs')]);
  });
});
