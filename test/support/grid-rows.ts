// Entries for tests of the grid, put in one by one.

import type { EntrySink } from '../../src/runtime-api/entry-sink.ts';
import { createEntryGrid, type GridWriter } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';

/** One entry; what is not given is the usual. */
export interface Row {
  readonly key: string;
  readonly serverId?: number;
  readonly serverKey?: string;
  readonly expiresInMs?: number;
}

/** The line comes in memory that its owner overwrites afterwards. */
export function put(sink: EntrySink, { key, serverId = 11, serverKey = '-', expiresInMs = 100 }: Row): void {
  const memory = Buffer.from(`${key} ${serverKey}`, 'latin1');
  sink.entry(memory, 0, key.length, expiresInMs, serverId, key.length + 1, memory.length);
  memory.fill(0x3f);
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
