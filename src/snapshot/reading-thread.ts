// What a reading thread does: one saved dump after the other into a grid of its own, and each as one block back.

import { parentPort } from 'node:worker_threads';
import type { EntryBlock, PackedKeys } from '../domain/entry.ts';
import type { Dump } from '../runtime-api/table-reader.ts';
import { type DumpFile, readDumpFile } from './dump-file.ts';
import { createEntryGrid, type GridWriter } from './entry-grid.ts';
import { createKeyTable, type KeyTable } from './key-table.ts';

/** `look` is how a look begins, `null` to go on with the same one. */
export interface ReadingTask {
  readonly file: DumpFile;
  readonly look: Look | null;
}

/** `keys` are in it already, rows from 0 on; `admitsNewKeys`: whether others are wanted too. `seed` is the secret of the hash. */
export interface Look {
  readonly keys: PackedKeys;
  readonly admitsNewKeys: boolean;
  readonly seed: number;
}

/** `newKeys` are the rows that came since the last result, or since the look began. */
export interface ReadingResult {
  readonly dump: Dump;
  readonly block: EntryBlock;
  readonly newKeys: PackedKeys;
}

let keys: KeyTable;
let grid: GridWriter;
let told = 0;

parentPort?.on('message', async ({ file, look }: ReadingTask) => {
  if (look !== null) begin(look);
  // One column after the other in the place of the one before, whose memory is gone.
  const dump = await readDumpFile(file, grid.column(0), () => {});
  const block = grid.blockOf(0);
  const newKeys = keys.keysFrom(told);
  told = keys.count;
  const memories = [block.cells, block.expiries, block.maxExpiries, newKeys.bytes, newKeys.ends];
  parentPort?.postMessage({ dump, block, newKeys } satisfies ReadingResult, [
    ...new Set(memories.map(({ buffer }) => buffer as ArrayBuffer)),
  ]);
});

function begin({ keys: { bytes, ends }, admitsNewKeys, seed }: Look): void {
  keys = createKeyTable(seed);
  for (let row = 0, start = 0; row < ends.length; start = ends[row++]!) keys.add(bytes, start, ends[row]!);
  grid = createEntryGrid({ keys, proxyCount: 1, admitsNewKeys, keepsExpiries: true });
  told = keys.count;
}
