// The conferences with which nothing is wrong, nearly all of a mesh: found column by column, as the
// grid lies in memory.

import type { RoutedGrid } from './routed-grid.ts';

/** Not plain: some proxy differs, lacks the entry or has a mark. */
const NOT_PLAIN = -1;

/** By row: the shard that every proxy which was read routes it to without a mark, or -1. */
export function plainShards({ grid, context, plainShardsOf }: RoutedGrid): Int32Array {
  const shards = new Int32Array(grid.keys.count).fill(NOT_PLAIN);
  const [first, ...others] = context.views
    .map((_, proxy) => proxy)
    .filter((proxy) => context.evidence[proxy] !== 'none');
  if (first === undefined) return shards;
  takeColumn(shards, grid.cellsOf(first), plainShardsOf(first));
  for (const proxy of others) compareColumn(shards, grid.cellsOf(proxy), plainShardsOf(proxy));
  return shards;
}

function takeColumn(shards: Int32Array, cells: ArrayLike<number>, plain: Int32Array): void {
  const end = Math.min(shards.length, cells.length);
  for (let row = 0; row < end; row++) shards[row] = plain[cells[row]!]!;
}

function compareColumn(shards: Int32Array, cells: ArrayLike<number>, plain: Int32Array): void {
  const end = Math.min(shards.length, cells.length);
  for (let row = 0; row < end; row++) if (shards[row] !== plain[cells[row]!]) shards[row] = NOT_PLAIN;
  shards.fill(NOT_PLAIN, end);
}
