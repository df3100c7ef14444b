// Whether a table is spread over its peers, so that no proxy holds all of it (`shards`, 2.7 and
// later).

import type { ProxyView } from '../domain/view.ts';

/**
 * The proxies whose entries show it, if they are more than half of those that hold entries; else
 * none. A single proxy must not excuse what the others lack.
 */
export function spreadOver(views: readonly ProxyView[]): readonly ProxyView[] {
  const holders = views.filter(({ table }) => (table?.entries ?? 0) > 0);
  const spreading = holders.filter(({ table }) => table!.isSpread);
  return spreading.length * 2 > holders.length ? spreading : [];
}
