// Which proxies started more recently than the entries that they should hold.

import type { ProxyView } from '../domain/view.ts';

/**
 * By proxy: its process has been up for less time than the table's entries live. HAProxy does not
 * show `expire`; the largest remaining life of any entry is its lower bound. So a proxy that is
 * listed here has restarted, and one that has restarted may be missing if the table was not used
 * for a long time.
 */
export function restartedProxies(views: readonly ProxyView[]): readonly boolean[] {
  const livesMs = Math.max(0, ...views.map(({ table }) => table?.maxExpiresInMs ?? 0));
  return views.map(({ uptimeSeconds }) => uptimeSeconds !== null && uptimeSeconds * 1000 < livesMs);
}
