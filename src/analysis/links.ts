// Which proxies of the run exchange the table, as both ends report it.

import type { ProxyView } from '../domain/view.ts';

/**
 * `down`: an end reports that the link is not established. `deaf`: the link is established, and an
 * end reports that the table does not travel over it. `unlisted`: one of the two does not list the
 * other as a peer, so there is no link. `not-known`: neither end could be asked.
 */
export type LinkState = 'up' | 'deaf' | 'down' | 'unlisted' | 'not-known';

/**
 * The link's state as one end reports it: `unlisted` if it has no such peer, `null` if it could not
 * be asked.
 */
function stateSeenBy(view: ProxyView, other: ProxyView): 'up' | 'deaf' | 'down' | 'never' | 'unlisted' | null {
  if (!view.peersKnown || other.localPeer === null) return null;
  return view.peers.find(({ name }) => name === other.localPeer)?.state ?? 'unlisted';
}

export function linkBetween(one: ProxyView, other: ProxyView): LinkState {
  if (one.peersKnown && other.peersKnown && (one.localPeer === null || other.localPeer === null)) return 'unlisted';
  const states = [stateSeenBy(one, other), stateSeenBy(other, one)];
  if (states.includes('unlisted')) return 'unlisted';
  if (states.some((state) => state === 'down' || state === 'never')) return 'down';
  if (states.includes('deaf')) return 'deaf';
  return states.includes('up') ? 'up' : 'not-known';
}

/** All links of a run, computed once. */
export function linksOf(views: readonly ProxyView[]): (one: number, other: number) => LinkState {
  const states = views.map((one) => views.map((other) => linkBetween(one, other)));
  return (one, other) => states[one]![other]!;
}
