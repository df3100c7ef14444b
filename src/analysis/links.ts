// Which proxies of the run talk to each other, seen from both ends.

import type { ProxyView } from '../domain/view.ts';

/**
 * `down`: an end says that the link is not established. `deaf`: it is established, and an end says
 * that the table does not travel over it. `unlisted`: one of the two does not list the other as a
 * peer, so there is no link. `not-known`: nobody could be asked.
 */
export type LinkState = 'up' | 'deaf' | 'down' | 'unlisted' | 'not-known';

/**
 * One end's state on a link: `unlisted` where it has no such peer, `null` where it could not be
 * asked.
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

/** All links of a run, worked out once. */
export function linksOf(views: readonly ProxyView[]): (one: number, other: number) => LinkState {
  const states = views.map((one) => views.map((other) => linkBetween(one, other)));
  return (one, other) => states[one]![other]!;
}
