// Entry by entry, as a dump, or as an excerpt: the grid says the same.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EntrySink } from '../../../src/runtime-api/entry-sink.ts';
import { createTableParser } from '../../../src/runtime-api/parse-table.ts';
import { copyRows } from '../../../src/snapshot/grid/copy-rows.ts';
import type { GridWriter } from '../../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../../src/snapshot/grid/key-table.ts';
import { gridOf, labelOf, put, type Row } from '../../support/grid-rows.ts';

const drawnEntry = fc.record({
  key: fc.stringMatching(/^[ab]{0,4}$/),
  serverId: fc.integer({ min: -1, max: 2 }),
  serverKey: fc.constantFrom('-', 'a:1', 'b:1'),
  expiresInMs: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

/** Everything that a grid says, by key: another grid may have the same keys in other rows. */
function told(grid: GridWriter) {
  const rows = Array.from({ length: grid.keys.count }, (_, row) => row);
  const proxies = Array.from({ length: grid.proxyCount }, (_, proxy) => proxy);
  return {
    cells: Object.fromEntries(
      rows.map((row) => [
        `key ${grid.keys.keyAt(row)}`,
        [
          grid.maxExpiresInMs(row),
          ...proxies.map((proxy) => [labelOf(grid, row, proxy), grid.expiresInMs(row, proxy)]),
        ],
      ]),
    ),
    facts: proxies.map((proxy) => {
      const { duplicates, longest } = grid.factsOf(proxy);
      const longestBytes = longest < 0 ? -1 : grid.keys.byteLengthAt(longest);
      return [duplicates, longestBytes];
    }),
  };
}

/** As a dump, in chunks: most lines by way of the compiled reader. */
function putAll(sink: EntrySink, rows: readonly Required<Row>[]): void {
  const lines = rows.map(
    ({ key, serverKey, serverId, expiresInMs }) =>
      `0x55710e170cf0: key=${key} use=0 exp=${expiresInMs} server_id=${serverId} server_key=${serverKey}\n`,
  );
  const dump = Buffer.from(`# table: nodes, type: string, size:1, used:1\n${lines.join('')}\n`, 'latin1');
  const parser = createTableParser(sink);
  for (let at = 0; at < dump.length; at += 1_000) parser.push(dump.subarray(at, at + 1_000));
  const { outcome, entries } = parser.end();
  expect([outcome, entries]).toEqual(['complete', rows.length]);
}

describe('however entries come, the grid is the same', () => {
  const proxies = fc.array(fc.array(drawnEntry, { maxLength: 60 }), { minLength: 1, maxLength: 4 });

  test('one after the other, or as dumps', () => {
    fc.assert(
      fc.property(proxies, (columns) => {
        const [one, many] = [1, 2].map(() => gridOf({ proxyCount: columns.length, keepsExpiries: true }));
        for (const [proxy, rows] of columns.entries()) {
          const sink = one!.column(proxy);
          for (const row of rows) put(sink, row);
          putAll(many!.column(proxy), rows);
        }
        expect(told(many!)).toEqual(told(one!));
      }),
    );
  });

  test('an excerpt says of its keys what the whole says, and nothing of others', () => {
    fc.assert(
      fc.property(proxies, (columns) => {
        const whole = gridOf({ proxyCount: columns.length, keepsExpiries: true });
        for (const [proxy, rows] of columns.entries()) putAll(whole.column(proxy), rows);
        const rows = Array.from({ length: whole.keys.count }, (_, row) => row).filter((row) => row % 3 === 1);
        const keys = createKeyTable(2);
        for (const row of rows) keys.add(Buffer.from(whole.keys.keyAt(row)), 0, whole.keys.keyAt(row).length);
        const { cells } = told(copyRows(whole, rows, keys));
        const all = told(whole).cells;
        expect(cells).toEqual(
          Object.fromEntries(rows.map((row) => [`key ${whole.keys.keyAt(row)}`, all[`key ${whole.keys.keyAt(row)}`]])),
        );
      }),
    );
  });
});
