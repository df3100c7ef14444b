// Whether a table names servers.

import type { EntryGrid } from '../domain/entry.ts';
import type { MeshFinding } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';

/**
 * By proxy: it has entries, and none of them names a server. The table stores no `server_id`
 * (counters only), or nothing sticks by it (2.6 to 3.4 print `server_id=0 server_key=-`, or
 * neither).
 */
export function namesNoServer(views: readonly ProxyView[], grid: EntryGrid): readonly boolean[] {
  return views.map((_, proxy) => {
    const labels = grid.labelsOf(proxy);
    return labels.length > 0 && labels.every(({ serverId, serverKey }) => serverId === 0 && serverKey === null);
  });
}

export function notSticky({ name }: ProxyView): MeshFinding {
  const because = `the entries of ${name} name no server: the table stores none, or no rule sticks by it`;
  return { kind: 'not-sticky', proxy: name, peer: null, because };
}
