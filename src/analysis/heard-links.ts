// Takes back a proxy's word that a link is deaf where the other end shows that it hears.

import type { ProxyView } from '../domain/view.ts';

/**
 * A proxy acknowledges updates only after it has sent one of that table itself (2.6 to 3.4). So to
 * a proxy that was the first to speak, a link looks deaf until the other end has something to say.
 * If the other end has received the table's description, and has sent nothing yet, the link is up.
 */
export function heardLinks(views: readonly ProxyView[]): readonly ProxyView[] {
  const hearing = new Set(
    views.flatMap(({ localPeer, onlyHeard = [] }) => onlyHeard.map((from) => JSON.stringify([localPeer, from]))),
  );
  return views.map((view) => {
    const isHeardBy = (peer: string) => hearing.has(JSON.stringify([peer, view.localPeer]));
    if (!view.peers.some(({ name, state }) => state === 'deaf' && isHeardBy(name))) return view;
    return {
      ...view,
      peers: view.peers.map((peer) =>
        peer.state === 'deaf' && isHeardBy(peer.name) ? { ...peer, state: 'up' as const } : peer,
      ),
    };
  });
}
