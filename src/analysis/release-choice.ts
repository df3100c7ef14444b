// Which release each proxy chooses for a new conference, by its maps.

import { conferenceOf } from '../domain/key.ts';
import type { MapView, ProxyView } from '../domain/view.ts';

/** The key of the one line that `live.map` has. */
const LIVE_KEY = 'live';

/** The live release of a proxy; `null` where its map does not tell. */
export function liveReleaseOf({ maps }: ProxyView): string | null {
  const entries = entriesOf(maps?.live);
  return entries?.get(LIVE_KEY) ?? null;
}

/** The entries of a map that was read. */
export function entriesOf(map: MapView | undefined): ReadonlyMap<string, string> | null {
  return map?.kind === 'read' ? map.entries : null;
}

/** A conference's tenant, as it stands in the map; `null` for a room without one. */
function tenantOf(key: string): string | null {
  const conference = conferenceOf(key);
  const slash = conference.indexOf('/');
  return slash > 0 ? conference.slice(0, slash) : null;
}

/** The shard that a proxy follows its entry to. */
export interface Placed {
  readonly view: ProxyView;
  readonly shard: string;
}

/**
 * Why two proxies choose different releases for a new conference of this key, as a sentence; `null`
 * where they choose alike, or it is not known.
 */
export function differentChoice(key: string, [one, other]: readonly [Placed, Placed]): string | null {
  const views = [one.view, other.view] as const;
  const tenant = tenantOf(key);
  const pins = views.map(({ maps }) => entriesOf(maps?.tenant));
  if (tenant !== null && pins.some((entries) => entries === null)) return null;
  const pinned = pins.map((entries) => (tenant === null ? null : (entries?.get(tenant) ?? null)));
  const [here, there] = views.map((view, side) => pinned[side] ?? liveReleaseOf(view));
  if (!here || !there || here === there) return null;
  // What each told the other may have crossed: then each holds the shard of the other's choice.
  const isDirect = !isFallback(views[0], here, one.shard) && !isFallback(views[1], there, other.shard);
  const isCrossed = !isFallback(views[0], here, other.shard) && !isFallback(views[1], there, one.shard);
  if (!isDirect && !isCrossed) return null;
  const who = pinned.some((pin) => pin !== null) ? `a new conference of tenant ${tenant}` : 'a new conference';
  return `${who} goes to ${here} on ${one.view.name} and to ${there} on ${other.view.name}`;
}

/** Whether the release has the shard for want of its own only: `N-fallback-SHARD`. */
function isFallback(view: ProxyView, release: string, shard: string): boolean {
  const servers = view.servers.filter(({ backend, address }) => backend === release && address === shard);
  return servers.length > 0 && servers.every(({ name }) => /^\d+-fallback-/.test(name));
}
