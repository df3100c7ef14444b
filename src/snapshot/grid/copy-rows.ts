// Some rows of a grid as a grid of their own.

import { createEntryGrid, type GridWriter } from './entry-grid.ts';
import type { KeyTable } from './key-table.ts';

/** What `grid`, which keeps expiries, has in `rows`; `keys` are their keys, in that order. */
export function copyRows(grid: GridWriter, rows: readonly number[], keys: KeyTable): GridWriter {
  const { proxyCount } = grid;
  const excerpt = createEntryGrid({ keys, proxyCount, admitsNewKeys: false, keepsExpiries: true });
  excerpt.fillFrom(grid, rows);
  return excerpt;
}
