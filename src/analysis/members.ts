// Which peers belong to the mesh: those that the proxies that were read report, also if the
// inventory does not list them.

import type { ProxyView } from '../domain/view.ts';

/**
 * A peer that shares the table over an established link and was not read. `connectedTo` names the
 * proxies that report the link.
 */
export interface UnreadPeer {
  readonly peer: string;
  readonly connectedTo: readonly string[];
}

/**
 * The views without peers that are meant to be outside of the mesh (`ignored`). A peer that was
 * read stays, whatever its name.
 */
export function withoutIgnored(views: readonly ProxyView[], ignored: readonly string[]): readonly ProxyView[] {
  if (ignored.length === 0) return views;
  const read = localPeersOf(views);
  const outside = new Set(ignored.filter((name) => !read.has(name)));
  return views.map((view) => ({ ...view, peers: view.peers.filter(({ name }) => !outside.has(name)) }));
}

/**
 * Peers that are connected and are not a proxy of the run: nothing is known of their tables. Leaves
 * out a proxy of the inventory that could not be read, if its peers list it by its name: it has a
 * finding of its own.
 */
export function unreadPeers(views: readonly ProxyView[]): readonly UnreadPeer[] {
  const read = localPeersOf(views);
  const alreadyReported = new Set(views.filter(({ localPeer }) => localPeer === null).map(({ name }) => name));
  const connectedTo = new Map<string, string[]>();
  for (const { name: proxy, peers } of views) {
    for (const { name, state } of peers) {
      if ((state !== 'up' && state !== 'deaf') || read.has(name) || alreadyReported.has(name)) continue;
      const known = connectedTo.get(name);
      if (known === undefined) connectedTo.set(name, [proxy]);
      else if (known.at(-1) !== proxy) known.push(proxy);
    }
  }
  return [...connectedTo]
    .map(([peer, proxies]) => ({ peer, connectedTo: proxies }))
    .sort((one, other) => (one.peer < other.peer ? -1 : 1));
}

function localPeersOf(views: readonly ProxyView[]): ReadonlySet<string> {
  return new Set(views.flatMap(({ localPeer }) => (localPeer === null ? [] : [localPeer])));
}
