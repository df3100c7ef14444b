// What a reading thread does: one saved dump after the other into a grid of its own, and each as one block back.

import { parentPort } from 'node:worker_threads';
import type { EntryBlock } from '../domain/entry.ts';
import type { Dump } from '../runtime-api/table-reader.ts';
import { type DumpFile, readDumpFile } from './dump-file.ts';
import { createEntryGrid, type GridWriter } from './entry-grid.ts';
import { type KeyTable, keyTableFrom, type PackedTable } from './key-table.ts';

/** `keys` are those that a look begins with, `null` to go on with the same look. `admitsNewKeys`: whether others are wanted too. */
export interface ReadingTask {
  readonly file: DumpFile;
  readonly keys: PackedTable | null;
  readonly admitsNewKeys: boolean;
}

export interface ReadingResult {
  readonly dump: Dump;
  readonly block: EntryBlock;
}

let keys: KeyTable;
let grid: GridWriter;
let sharedRows = 0;

parentPort?.on('message', async (task: ReadingTask) => {
  if (task.keys !== null) {
    keys = keyTableFrom(task.keys);
    sharedRows = keys.count;
    grid = createEntryGrid({ keys, proxyCount: 1, admitsNewKeys: task.admitsNewKeys, keepsExpiries: true });
  }
  // One column after the other in the place of the one before, whose memory is gone.
  const dump = await readDumpFile(task.file, grid.column(0), () => {});
  const block = grid.blockOf(0, sharedRows);
  const memories = [block.cells, block.expiries, block.maxExpiries, block.otherKeys.bytes, block.otherKeys.ends];
  parentPort?.postMessage({ dump, block } satisfies ReadingResult, [
    ...new Set(memories.map(({ buffer }) => buffer as ArrayBuffer)),
  ]);
});
