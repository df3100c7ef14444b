// Which proxies lost the table's entries, or never got them. Being young alone is no loss: a reload
// keeps them.

import type { ProxyView } from '../domain/view.ts';

/** A table with less than this share of the usual number of entries has lost some. */
const FAR_SMALLER = 0.5;

/**
 * By proxy: read in full, younger than entries live, and with far fewer of them than most others
 * have. Older than that, it has heard of every entry that is left since it started.
 */
export function emptiedProxies(views: readonly ProxyView[], restarted: readonly boolean[]): readonly boolean[] {
  const sizes = views.flatMap(({ status, table }) => (status === 'ok' ? [table?.entries ?? 0] : []));
  const usual = [...sizes].sort((one, other) => one - other)[Math.floor(sizes.length / 2)] ?? 0;
  return views.map(
    ({ status, table }, proxy) => status === 'ok' && restarted[proxy]! && (table?.entries ?? 0) < usual * FAR_SMALLER,
  );
}
