// One process that two endpoints lead to is one proxy, and counts once.

import type { ProxyView } from '../domain/view.ts';

/**
 * The views. A process that was read in full before, in the order of the inventory, is marked as
 * not read. Two endpoints lead to one process if process id, start time and local peer are the
 * same: ids alone repeat in containers. HAProxy reports its start time since 2.4.
 */
export function countOnce(views: readonly ProxyView[]): readonly ProxyView[] {
  const first = new Map<string, string>();
  return views.map((view) => {
    const { status, pid, startedAtSeconds, localPeer } = view;
    if (status !== 'ok' || pid === null || startedAtSeconds === null || localPeer === null) return view;
    const process = `${pid} ${startedAtSeconds} ${localPeer}`;
    const known = first.get(process);
    if (known === undefined) {
      first.set(process, view.name);
      return view;
    }
    const message = `this endpoint leads to the same process as ${known} (pid ${pid}, peer ${localPeer}): one proxy under two names`;
    const remedy = `take ${known} or ${view.name} out of the inventory, or give it its own endpoint`;
    // The first view has its links already.
    const silent = { peersKnown: false, peers: [] };
    return { ...view, ...silent, status: 'unreachable' as const, trouble: { code: 'same-process', message, remedy } };
  });
}
