// Memory that cannot be had is trouble of one proxy.

import { expect, test } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { inMemory } from '../../src/runtime-api/memory.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

test('what there is memory for is given', () => expect(inMemory('it', () => 7)).toBe(7));

test('an array that is too long', () => {
  const error = thrownBy(() => inMemory('the entries of its dump', () => new Int32Array(2 ** 40)));
  expect(error).toBeInstanceOf(ProtocolError);
  expect(error).toMatchObject({
    code: 'out-of-memory',
    message: 'there is no memory left for the entries of its dump',
    cause: expect.any(RangeError),
  });
});

test('keys beyond the 2 GB of a table: trouble, and what is there stays, with room for smaller ones', () => {
  const table = createKeyTable(1);
  const put = (bytes: Uint8Array) => table.add(bytes, 0, bytes.length);
  const huge = new Uint8Array(2 ** 30 + 2 ** 29).fill(0x61);
  expect(put(Buffer.from('first'))).toBe(0);
  expect(thrownBy(() => put(huge))).toMatchObject({ code: 'out-of-memory' });
  for (let n = 0; n < 10_000; n++) put(Buffer.from(`key-${n}`));
  expect([table.count, table.keyAt(0), table.keyAt(10_000)]).toEqual([10_001, 'first', 'key-9999']);
});
