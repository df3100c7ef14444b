// Who sees whom: what each proxy reports of each other proxy as a peer of this table. Rows see
// columns. Pure.

import type { PeerLink, ProxyView } from './view.ts';

/**
 * What the row reports of the column. `self`: it is the same proxy; `unlisted`: the row does not
 * list it as a peer; `unknown`: the row could not be asked, or the column's name as a peer is not
 * known. The others are the states of a link.
 */
export type PeerSight = 'self' | PeerLink['state'] | 'unlisted' | 'unknown';

export interface PeerCell {
  readonly sight: PeerSight;
  readonly protocolErrors: number;
}

/** `isRead`: it is a proxy of the run. The other columns are peers that only its proxies name. */
export interface PeerColumn {
  readonly name: string;
  readonly isRead: boolean;
}

/** One row for each proxy of the run, in its order; a cell for each column. */
export interface PeerMatrix {
  readonly columns: readonly PeerColumn[];
  readonly rows: readonly { readonly proxy: string; readonly cells: readonly PeerCell[] }[];
}

export function peerMatrix(proxies: readonly ProxyView[]): PeerMatrix {
  const called = new Set(proxies.map((view) => peerNameOf(view)));
  const strangers = new Set(
    proxies.flatMap(({ peers }) => peers.flatMap(({ name }) => (called.has(name) ? [] : [name]))),
  );
  return {
    columns: [
      ...proxies.map(({ name }) => ({ name, isRead: true })),
      ...[...strangers].sort().map((name) => ({ name, isRead: false })),
    ],
    rows: proxies.map((view) => ({
      proxy: view.name,
      cells: [
        ...proxies.map((other) => sightOf(view, other)),
        ...[...strangers].sort().map((name) => cellOf(view, name, view.peersKnown ? 'unlisted' : 'unknown')),
      ],
    })),
  };
}

/** How peers list a proxy; its name in the run where it has not said how. */
function peerNameOf({ localPeer, name }: ProxyView): string {
  return localPeer ?? name;
}

function sightOf(view: ProxyView, other: ProxyView): PeerCell {
  if (view === other) return { sight: 'self', protocolErrors: 0 };
  if (!view.peersKnown) return { sight: 'unknown', protocolErrors: 0 };
  // A proxy that answered, and has no peers for this table, has no other name as a peer.
  const isNamed = other.localPeer !== null || other.peersKnown;
  return cellOf(view, peerNameOf(other), isNamed ? 'unlisted' : 'unknown');
}

function cellOf({ peers }: ProxyView, name: string, otherwise: PeerSight): PeerCell {
  const link = peers.find((peer) => peer.name === name);
  return link === undefined
    ? { sight: otherwise, protocolErrors: 0 }
    : { sight: link.state, protocolErrors: link.protocolErrors };
}
