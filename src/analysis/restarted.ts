// Which proxies are younger than the entries they should have.

import type { ProxyView } from '../domain/view.ts';

/**
 * Whether each proxy's process has been up for less than the table's entries live. `expire` is not
 * shown by HAProxy; the largest remaining life of any entry is its lower bound. So whoever is
 * called restarted is; in a table that nobody has touched for long, one that has restarted may not
 * be called so.
 */
export function restartedProxies(views: readonly ProxyView[]): readonly boolean[] {
  const livesMs = Math.max(0, ...views.map(({ table }) => table?.maxExpiresInMs ?? 0));
  return views.map(({ uptimeSeconds }) => uptimeSeconds !== null && uptimeSeconds * 1000 < livesMs);
}
