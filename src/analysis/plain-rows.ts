// The conferences with which nothing is wrong, nearly all of a mesh: found column by column, as the grid lies in memory.

import { type RoutedGrid, UNKNOWN } from './routed-grid.ts';

/** Not plain: some proxy differs, lacks the entry or has a mark. */
const NOT_PLAIN = -1;
const UNSEEN = UNKNOWN - 1;

/** By row: the shard that every proxy which was read routes it to without a mark, or -1. */
export function plainShards(look: RoutedGrid): Int32Array {
  const { grid, sense } = look;
  const { count } = grid.keys;
  const shards = new Int32Array(count).fill(UNSEEN);
  for (const [proxy, evidence] of sense.evidence.entries()) {
    if (evidence === 'none') continue;
    const plain = look.plainShardsOf(proxy);
    for (let row = 0; row < count; row++) {
      const shard = plain[grid.labelAt(row, proxy)]!;
      if (shards[row] === shard) continue;
      shards[row] = shards[row] === UNSEEN ? shard : NOT_PLAIN;
    }
  }
  return shards;
}
