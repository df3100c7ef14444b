// Any mesh whose tables have an `expire` of their own each: an entry that a proxy lost is never
// called ended, and one that its table ended is called so where all that hold it show it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learnExpiries } from '../../src/analysis/expiry.ts';
import { createMeshContext, routeGrid } from '../../src/analysis/routed-grid.ts';
import { createEntryGrid } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { entryInPlace } from '../support/entry-in-place.ts';
import { mesh } from '../support/run-report.ts';

const names = ['a', 'b', 'c', 'd'];
/** Of the age, in seconds, in which nothing is claimed: dumps take time. */
const SLACK = 10;

const drawn = fc
  .record({
    expires: fc.array(fc.constantFrom(120, 300, 600), { minLength: 2, maxLength: 4 }),
    ages: fc.array(fc.nat({ max: 700 }), { minLength: 2, maxLength: 8 }),
  })
  .chain(({ expires, ages }) =>
    fc.record({
      expires: fc.constant(expires),
      ages: fc.constant(ages),
      lost: fc.array(fc.record({ key: fc.nat({ max: ages.length - 1 }), proxy: fc.nat({ max: expires.length - 1 }) }), {
        maxLength: 3,
      }),
    }),
  );

test('what was lost stays missing, and what was ended is told', () => {
  let [ended, kept] = [0, 0];
  fc.assert(
    fc.property(drawn, ({ expires, ages, lost }) => {
      const wasLost = (key: number, proxy: number) => lost.some((each) => each.key === key && each.proxy === proxy);
      const outlives = (key: number, proxy: number) => ages[key]! < expires[proxy]!;
      const holds = (key: number, proxy: number) => outlives(key, proxy) && !wasLost(key, proxy);
      const proxyCount = expires.length;
      const grid = createEntryGrid({ keys: createKeyTable(1), proxyCount, admitsNewKeys: true, keepsExpiries: true });
      for (const proxy of expires.keys()) {
        const column = grid.column(proxy);
        for (const [key, age] of ages.entries()) {
          if (!holds(key, proxy)) continue;
          const expiresInMs = (expires[proxy]! - age) * 1000;
          column.entry(entryInPlace({ key: `k${key}`, serverKey: '10.0.0.8:443', expiresInMs }));
        }
      }
      const look = routeGrid(grid, createMeshContext(mesh(names.slice(0, proxyCount))));
      const expiries = learnExpiries(look, 1_000);
      for (let row = 0; row < grid.keys.count; row++) {
        const key = Number(grid.keys.keyAt(row).slice(1));
        const holders = [...expires.keys()].filter((proxy) => holds(key, proxy));
        const lacking = [...expires.keys()].filter((proxy) => !holds(key, proxy));
        const hasEnded = expiries.hasEnded(look, row, grid.maxExpiresInMs(row));
        if (lacking.some((proxy) => ages[key]! < expires[proxy]! - SLACK)) {
          expect(hasEnded).toBe(false);
          kept++;
        }
        const share = (one: number, other: number) => [...ages.keys()].some((k) => holds(k, one) && holds(k, other));
        const isTold = lacking.every((proxy) => !outlives(key, proxy) && holders.every((each) => share(each, proxy)));
        if (isTold && lacking.length > 0) {
          expect(hasEnded).toBe(true);
          ended++;
        }
      }
    }),
    { numRuns: 2_000 },
  );
  expect(Math.min(ended, kept)).toBeGreaterThan(300);
});
