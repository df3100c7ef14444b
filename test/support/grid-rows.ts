// Entries for tests of the grid, put in one by one.

import type { EntrySink } from '../../src/runtime-api/entry-sink.ts';
import { createEntryGrid, type GridWriter } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { type DrawnEntry, entryInPlace } from './entry-in-place.ts';

/** One entry; what is not given is the usual. */
export type Row = DrawnEntry;

/** The line comes in memory that its owner overwrites afterwards. */
export function put(sink: EntrySink, row: Row): void {
  const entry = entryInPlace(row);
  sink.entry(entry);
  entry.bytes.fill(0x3f);
}

/** Two empty columns, unless told otherwise. */
export function gridOf(options: Partial<Parameters<typeof createEntryGrid>[0]> = {}): GridWriter {
  return createEntryGrid({
    keys: createKeyTable(1),
    proxyCount: 2,
    admitsNewKeys: true,
    keepsExpiries: false,
    ...options,
  });
}

/** What the cell says; `null`: no entry. */
export const labelOf = (grid: GridWriter, row: number, proxy: number) => {
  const cell = grid.labelAt(row, proxy);
  return cell === 0 ? null : grid.labelsOf(proxy)[cell - 1];
};
