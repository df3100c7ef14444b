// What the mesh has against what there ought to be, as mesh findings. They never change the
// verdict: lists differ for minutes to hours in every roll-out.

import { type Catalogue, isWhole } from '../domain/discovery.ts';
import type { MeshFinding } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';
import { unservedLiveReleases } from './live-release.ts';
import { mapDrift } from './map-drift.ts';
import { wantedServers } from './wanted-servers.ts';
import { fewOf, loadedAgo } from './wanted-words.ts';

export interface Discovered {
  /** Said before every other mesh finding. */
  readonly first: readonly MeshFinding[];
  readonly others: readonly MeshFinding[];
  /** Whether a shard's address is compared here, and not between proxies once more. */
  isCompared(address: string): boolean;
}

/**
 * `catalogue` is `null` where no source is configured: the proxies' maps are compared all the same.
 */
export function compareWithWanted(views: readonly ProxyView[], catalogue: Catalogue | null): Discovered {
  const wanted = new Set(catalogue?.shards.map(({ address }) => address));
  const isAll = catalogue !== null && wanted.size > 0 && isWhole(catalogue, 'shards');
  return {
    first: unservedLiveReleases(views, catalogue),
    others: [
      ...(catalogue === null ? [] : [...wantedServers(views, catalogue), ...wantedPeers(views, catalogue)]),
      ...mapDrift(views, catalogue),
    ],
    isCompared: (address) => isAll || wanted.has(address),
  };
}

/**
 * One finding for each proxy that does not list a proxy of the catalogue. Proxies that were read
 * are compared with each other elsewhere.
 */
function wantedPeers(views: readonly ProxyView[], catalogue: Catalogue): readonly MeshFinding[] {
  const read = new Set(views.flatMap(({ localPeer }) => localPeer ?? []));
  const strangers = catalogue.proxies.map(({ name }) => name).filter((name) => !read.has(name));
  return views.flatMap((view) => {
    if (!view.peersKnown || view.localPeer === null) return [];
    const listed = new Set(view.peers.map(({ name }) => name));
    const unlisted = strangers.filter((name) => !listed.has(name));
    if (unlisted.length === 0) return [];
    const because = `${view.name} does not list ${fewOf(unlisted)} as a peer, which ${catalogue.source} has; ${loadedAgo(view)}`;
    return [{ kind: 'peer-unknown' as const, proxy: view.name, peer: unlisted[0]!, because }];
  });
}
