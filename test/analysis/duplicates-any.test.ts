// Dumps that show keys once, twice or three times, in any order: a proxy whose own lines lead apart
// is never agreement, and no order decides.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kindsAt } from '../../src/analysis/classify.ts';
import { createMeshContext, routeGrid } from '../../src/analysis/routed-grid.ts';
import { findingKinds } from '../../src/domain/finding.ts';
import { createEntryGrid } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { entryInPlace } from '../support/entry-in-place.ts';
import { addresses, drawMesh, server, viewsOf } from '../support/model-look.ts';

const proxies = ['a', 'b', 'c'];
const line = fc.record({
  proxy: fc.constantFrom(...proxies),
  key: fc.constantFrom('k1', 'k2', 'k3'),
  shard: fc.constantFrom('s1', 's1', 's2', 's3'),
});
type Line = typeof line extends fc.Arbitrary<infer E> ? E : never;

function fastKinds(lines: readonly Line[]): Record<string, string[]> {
  const views = viewsOf(drawMesh({ a: null, b: null, c: null }));
  const keys = createKeyTable(1);
  const grid = createEntryGrid({ keys, proxyCount: proxies.length, admitsNewKeys: true, keepsExpiries: true });
  const columns = proxies.map((_, proxy) => grid.column(proxy));
  for (const { proxy, key, shard } of lines) {
    const entry = { key, expiresInMs: 298_000, serverId: server(shard).id, serverKey: addresses[shard]! };
    columns[proxies.indexOf(proxy)]!.entry(entryInPlace(entry));
  }
  const look = routeGrid(grid, createMeshContext(views));
  return Object.fromEntries(
    Array.from({ length: keys.count }, (_, row) => [
      keys.keyAt(row),
      findingKinds.filter((_kind, bit) => (kindsAt(look, row) & (1 << bit)) !== 0).sort(),
    ]),
  );
}

function slowKinds(lines: readonly Line[], key: string): string[] {
  const said = proxies.map((proxy) => [
    ...new Set(lines.filter((each) => each.proxy === proxy && each.key === key).map(({ shard }) => shard)),
  ]);
  const sure = new Set(said.flatMap((shards) => (shards.length === 1 ? shards : [])));
  const kinds = said.some((shards) => shards.length > 1) ? ['duplicated'] : [];
  if (sure.size > 1) kinds.push('split');
  else if (said.some((shards) => shards.length === 0)) kinds.push('missing');
  return kinds.sort();
}

test('whatever the order of the lines, the kinds are those of the slow rule', () => {
  const drawn = fc
    .array(line, { minLength: 1, maxLength: 20 })
    .chain((lines) => fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })));
  fc.assert(
    fc.property(drawn, ([lines, shuffled]) => {
      const expected = Object.fromEntries(
        [...new Set(lines.map(({ key }) => key))].map((k) => [k, slowKinds(lines, k)]),
      );
      expect(fastKinds(lines)).toEqual(expected);
      expect(fastKinds(shuffled)).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});
