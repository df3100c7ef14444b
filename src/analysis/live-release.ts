// A live release that a proxy cannot serve: every new conference there is answered 503.

import type { Catalogue } from '../domain/discovery.ts';
import type { MeshFinding } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';
import { entriesOf, liveReleaseOf } from './release-choice.ts';
import { loadedAgo } from './wanted-words.ts';

/**
 * One finding for each proxy without a usable server in the backend of a live release, as the
 * catalogue or any proxy's map names it, and for each whose map of it is empty. Said before
 * everything else.
 */
export function unservedLiveReleases(views: readonly ProxyView[], catalogue: Catalogue | null): readonly MeshFinding[] {
  const told = views.filter(({ servers }) => servers.length > 0);
  const releases = new Set([
    ...(catalogue?.liveReleases ?? []).map(({ release }) => release),
    ...views.flatMap((view) => liveReleaseOf(view) ?? []),
  ]);
  return [
    ...told.flatMap(emptyMap),
    ...[...releases].sort().flatMap((release) => told.flatMap((view) => unserved(view, release))),
  ];
}

function emptyMap(view: ProxyView): readonly MeshFinding[] {
  if (entriesOf(view.maps?.live)?.size !== 0) return [];
  const because = `the map of the live release is empty on ${view.name}: it answers every request with 503`;
  return [{ kind: 'map-drift', proxy: view.name, peer: null, because }];
}

function unserved(view: ProxyView, release: string): readonly MeshFinding[] {
  const servers = view.servers.filter(({ backend }) => backend === release);
  if (servers.some(({ state }) => state === 'up')) return [];
  const lack = servers.length === 0 ? 'has no such backend' : 'has no usable server in its backend';
  const because = `${release} is live, and ${view.name} ${lack}: it cannot place a new conference there; ${loadedAgo(view)}`;
  return [{ kind: 'server-drift', proxy: view.name, peer: null, because }];
}
