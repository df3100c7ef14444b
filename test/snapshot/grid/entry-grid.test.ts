// The grid gives back what each proxy said of each key, however many keys, labels and looks there
// are.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXPIRY_SAMPLE_ROWS, type Label } from '../../../src/domain/entry.ts';
import { createKeyTable } from '../../../src/snapshot/grid/key-table.ts';
import { gridOf, labelOf, put } from '../../support/grid-rows.ts';

test('{p1: s11, p2: s12} and {p1: s11, p2: absent}', () => {
  const grid = gridOf();
  const [one, two] = [grid.column(0), grid.column(1)];
  put(one, { key: 'split', serverId: 11, serverKey: 'a:1' });
  put(two, { key: 'split', serverId: 12 });
  put(one, { key: 'missing' });
  expect(grid.keys.count).toBe(2);
  expect([labelOf(grid, 0, 0), labelOf(grid, 0, 1)]).toEqual([
    { serverId: 11, serverKey: 'a:1' },
    { serverId: 12, serverKey: null },
  ]);
  expect([labelOf(grid, 1, 0), labelOf(grid, 1, 1)]).toEqual([{ serverId: 11, serverKey: null }, null]);
  expect(labelOf(grid, 99_999, 1)).toBeNull();
});

test('a column that was never written is empty', () => {
  const grid = gridOf();
  expect(grid.labelAt(0, 1)).toBe(0);
  expect(grid.labelsOf(1)).toEqual([]);
  expect(grid.factsOf(1)).toMatchObject({ duplicates: 0, longest: -1 });
});

describe('cells widen with the number of labels, and keep what they held', () => {
  test.each([255, 256, 65_534, 65_535])('%i labels', (count) => {
    const grid = gridOf();
    const sink = grid.column(0);
    for (let n = 0; n < count; n++) put(sink, { key: `k${n}`, serverId: n, serverKey: `s${n}` });
    put(sink, { key: 'k-again', serverId: count - 1, serverKey: `s${count - 1}` });
    const wrong = Array.from({ length: count }, (_, n) => n).filter((n) => labelOf(grid, n, 0)?.serverKey !== `s${n}`);
    expect(wrong).toEqual([]);
    expect(grid.labelsOf(0)).toHaveLength(count);
    expect(labelOf(grid, count, 0)?.serverId).toBe(count - 1);
  });

  test('on one proxy only', () => {
    const grid = gridOf();
    const [one, two] = [grid.column(0), grid.column(1)];
    for (let n = 0; n < 300; n++) {
      put(one, { key: `k${n}`, serverId: n });
      put(two, { key: `k${n}`, serverId: 7 });
    }
    expect(labelOf(grid, 299, 0)?.serverId).toBe(299);
    expect(grid.labelsOf(1)).toHaveLength(1);
    expect(labelOf(grid, 299, 1)?.serverId).toBe(7);
  });
});

describe('duplicates', () => {
  test('are counted; one that says something else is kept beside the other, whichever came first', () => {
    const grid = gridOf();
    for (const [proxy, ids] of [
      [11, 12],
      [12, 11, 12],
    ].entries()) {
      const sink = grid.column(proxy);
      put(sink, { key: 'alike' });
      put(sink, { key: 'alike', expiresInMs: 5 });
      for (const serverId of ids) put(sink, { key: 'unlike', serverId });
    }
    expect([0, 1].map((proxy) => grid.factsOf(proxy).duplicates)).toEqual([2, 3]);
    const readings = [11, 12].map((serverId) => ({ serverId, serverKey: null }));
    for (const proxy of [0, 1]) expect(labelOf(grid, 1, proxy)).toEqual({ ...readings[0], readings });
    expect(labelOf(grid, 0, 0)).not.toHaveProperty('readings');
  });

  test('a key that is repeated for ever, each time otherwise, costs what its lines do', () => {
    const grid = gridOf();
    const sink = grid.column(0);
    for (let serverId = 1; serverId <= 20_000; serverId++) put(sink, { key: 'again', serverId });
    expect(labelOf(grid, 0, 0)?.readings?.length).toBe(8);
    expect(grid.factsOf(0).duplicates).toBe(19_999);
  });

  test('keep the longer life', () => {
    const grid = gridOf({ keepsExpiries: true });
    for (const [proxy, lives] of [
      [900, 5],
      [5, 900],
    ].entries()) {
      const sink = grid.column(proxy);
      for (const expiresInMs of lives) put(sink, { key: 'twice', expiresInMs });
      expect(grid.expiresInMs(0, proxy)).toBe(900);
    }
  });
});

describe('expiries', () => {
  test('the largest of any proxy is kept for each key, its own for each entry only where asked', () => {
    for (const keepsExpiries of [true, false]) {
      const grid = gridOf({ keepsExpiries });
      const [one, two] = [grid.column(0), grid.column(1)];
      for (let n = 0; n < 3_000; n++) put(one, { key: `k${n}`, expiresInMs: n });
      put(two, { key: 'k7', expiresInMs: 2_147_483_647 });
      put(two, { key: 'k2999', expiresInMs: 3 });
      expect([7, 2_999, 5_000].map(grid.maxExpiresInMs)).toEqual([2_147_483_647, 2_999, 0]);
      expect(grid.expiresInMs(2_999, 0)).toBe(keepsExpiries ? 2_999 : 0);
      expect(grid.expiresInMs(2_999, 1)).toBe(keepsExpiries ? 3 : 0);
      expect(grid.expiresInMs(8, 1)).toBe(0);
    }
  });
});

describe('a second call for the same proxy', () => {
  test('starts anew: nothing of the first is left but the life that its keys had', () => {
    const grid = gridOf({ keepsExpiries: true });
    const first = grid.column(0);
    put(first, { key: 'gone', serverId: 1, expiresInMs: 900 });
    put(first, { key: 'gone', serverId: 2, expiresInMs: 900 });
    put(first, { key: 'stays', serverId: 1, expiresInMs: 800 });
    const second = grid.column(0);
    put(second, { key: 'stays', serverId: 3, expiresInMs: 700 });
    expect(grid.labelAt(0, 0)).toBe(0);
    expect(labelOf(grid, 1, 0)).toEqual({ serverId: 3, serverKey: null });
    expect(grid.labelsOf(0)).toHaveLength(1);
    expect(grid.factsOf(0)).toMatchObject({ duplicates: 0, longest: 1 });
    expect([grid.expiresInMs(0, 0), grid.expiresInMs(1, 0)]).toEqual([0, 700]);
    expect([grid.maxExpiresInMs(0), grid.maxExpiresInMs(1)]).toEqual([900, 800]);
  });

  test('the first, if it still speaks, says nothing any more', () => {
    const grid = gridOf();
    const first = grid.column(0);
    grid.column(0);
    put(first, { key: 'late' });
    expect(grid.labelAt(0, 0)).toBe(0);
  });
});

test('the longest key of a proxy is told by its bytes, not by its spelling, and not by another proxy’s', () => {
  const grid = gridOf();
  const [one, two] = [grid.column(0), grid.column(1)];
  for (const key of ['\\xC3\\xA9', 'abc', 'abd']) put(one, { key });
  put(two, { key: 'abcdef' });
  expect(grid.keys.keyAt(grid.factsOf(0).longest)).toBe('abc');
  expect(grid.keys.keyAt(grid.factsOf(1).longest)).toBe('abcdef');
  const empty = gridOf();
  put(empty.column(0), { key: '' });
  expect(empty.factsOf(0).longest).toBe(0);
});

describe('a grid that admits no new keys', () => {
  const suspects = (): ReturnType<typeof createKeyTable> => {
    const keys = createKeyTable(9);
    for (const key of ['a', 'b']) keys.add(Buffer.from(key), 0, 1);
    return keys;
  };
  test('keeps the suspects and lets the others go by', () => {
    const grid = gridOf({ keys: suspects(), admitsNewKeys: false });
    const sink = grid.column(0);
    for (const key of ['x', 'b', 'a-and-more', '']) put(sink, { key });
    expect(grid.keys.count).toBe(2);
    expect([0, 1].map((row) => grid.labelAt(row, 0))).toEqual([0, 1]);
    expect(grid.factsOf(0)).toMatchObject({ duplicates: 0, longest: 1 });
  });
});

test('any entries of three proxies, in any order, are what a map of maps would hold', () => {
  const row = fc.record({
    proxy: fc.nat({ max: 2 }),
    key: fc.stringMatching(/^[ab]{0,3}$/),
    serverId: fc.integer({ min: -1, max: 2 }),
    serverKey: fc.constantFrom('-', 'a:1', 'b:1'),
    expiresInMs: fc.nat({ max: 2 ** 31 - 1 }),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 100 }), (rows) => {
      const grid = gridOf({ proxyCount: 3, keepsExpiries: true });
      const sinks = [0, 1, 2].map((proxy) => grid.column(proxy));
      for (const each of rows) put(sinks[each.proxy]!, each);
      for (let at = 0; at < grid.keys.count; at++)
        for (const proxy of [0, 1, 2]) {
          const held = rows.filter((each) => each.proxy === proxy && each.key === grid.keys.keyAt(at));
          const spelled = [...new Set(held.map(({ serverId, serverKey }) => `${serverId} ${serverKey}`))].sort();
          const label: Label | null = labelOf(grid, at, proxy) ?? null;
          const said = label === null ? [] : (label.readings ?? [label]);
          expect(said.map(({ serverId, serverKey }) => `${serverId} ${serverKey ?? '-'}`)).toEqual(spelled);
          expect(grid.expiresInMs(at, proxy)).toBe(Math.max(0, ...held.map(({ expiresInMs }) => expiresInMs)));
        }
      const lives = (key: string) => rows.filter((each) => each.key === key).map(({ expiresInMs }) => expiresInMs);
      for (let at = 0; at < grid.keys.count; at++)
        expect(grid.maxExpiresInMs(at)).toBe(Math.max(...lives(grid.keys.keyAt(at))));
    }),
  );
});

test('lives are kept as long as they take no more memory than allowed, and then only those of the first rows are', () => {
  const grid = gridOf({ keepsExpiries: true, expiryBytes: 3 * 4_096 });
  for (const proxy of [0, 1]) {
    const sink = grid.column(proxy);
    for (let n = 0; n < 1_000; n++) put(sink, { key: `k${n}` });
    expect([grid.keepsExpiries, grid.expiresInMs(7, proxy)]).toEqual([true, 100]);
  }
  const more = grid.column(1);
  for (let n = 0; n < 4_000; n++) put(more, { key: `k${n}` });
  expect([grid.keepsExpiries, grid.expiresInMs(7, 0), grid.expiresInMs(7, 1)]).toEqual([false, 100, 100]);
  expect([grid.expiresInMs(EXPIRY_SAMPLE_ROWS, 0), grid.expiresInMs(EXPIRY_SAMPLE_ROWS, 1)]).toEqual([0, 0]);
  expect([labelOf(grid, 7, 0)?.serverId, labelOf(grid, 3_999, 1)?.serverId]).toEqual([11, 11]);
  expect(grid.maxExpiresInMs(7)).toBe(100);
});
