// Which proxies lost the table's entries, or never received them. A recent start alone is not a
// loss: a reload keeps entries.

import type { ProxyView } from '../domain/view.ts';

/** A table with less than this share of the usual number of entries has lost some. */
const FAR_SMALLER = 0.5;

/**
 * By proxy: it was read in full, has been up for less time than entries live, and holds far fewer
 * entries than most others. A proxy that has been up longer has received every entry that is left.
 */
export function emptiedProxies(views: readonly ProxyView[], restarted: readonly boolean[]): readonly boolean[] {
  const sizes = views.flatMap(({ status, table }) => (status === 'ok' ? [table?.entries ?? 0] : []));
  const usual = [...sizes].sort((one, other) => one - other)[Math.floor(sizes.length / 2)] ?? 0;
  return views.map(
    ({ status, table }, proxy) => status === 'ok' && restarted[proxy]! && (table?.entries ?? 0) < usual * FAR_SMALLER,
  );
}
