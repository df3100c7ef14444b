// Some rows of a grid as a grid of their own.

import { createEntryGrid, type GridWriter } from './entry-grid.ts';
import type { KeyTable } from './key-table.ts';

/** What `grid`, which keeps expiries, has in `rows`; `keys` are their keys, in that order. */
export function excerptOf(grid: GridWriter, rows: readonly number[], keys: KeyTable): GridWriter {
  const { proxyCount } = grid;
  const excerpt = createEntryGrid({ keys, proxyCount, admitsNewKeys: false, keepsExpiries: true });
  const same = Int32Array.from(rows.map((_, n) => n));
  const maxExpiries = Int32Array.from(rows.map(grid.maxExpiresInMs));
  for (let proxy = 0; proxy < proxyCount; proxy++) {
    const block = {
      cells: Uint32Array.from(rows.map((row) => grid.labelAt(row, proxy))),
      expiries: Int32Array.from(rows.map((row) => grid.expiresInMs(row, proxy))),
      maxExpiries,
      labels: grid.labelsOf(proxy),
      duplicates: 0,
      contradictory: [],
      longest: -1,
    };
    excerpt.column(proxy).elsewhere?.take(block, same);
  }
  return excerpt;
}
