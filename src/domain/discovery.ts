// What there ought to be: the shards, live release, tenant pins and proxies that Consul or a file
// knows.

/** The map files of Jitsi's proxies, as their configuration names them. */
export const usualMaps = {
  live: '/etc/haproxy/maps/live.map',
  tenant: '/etc/haproxy/maps/tenant.map',
} as const;

/**
 * A shard as discovery knows it. `name` is what people call it (`ENV-REGION-sNN`). `address` is
 * `ip:port`, spelled as HAProxy's servers are here (IPv6 in brackets). `serverId` is the id that
 * its server has on every proxy (`shard_id` + 10 in Jitsi's configuration); `release` is the name
 * of the release's backend (`release-N`); `region` is the datacenter. Each is `null` where the
 * source does not say it.
 */
export interface WantedShard {
  readonly name: string;
  readonly address: string;
  readonly serverId: number | null;
  readonly release: string | null;
  readonly region: string | null;
  /** The source's own fields, e.g. Consul's `ServiceMeta`. */
  readonly meta: Readonly<Record<string, string>>;
}

/** A proxy as discovery knows it: `name` is what its peers call it, `address` its `ip`. */
export interface WantedProxy {
  readonly name: string;
  readonly address: string | null;
  readonly region: string | null;
}

/** `release` for new conferences, as one datacenter says it; `datacenter` is `null` for a file. */
export interface LiveRelease {
  readonly datacenter: string | null;
  readonly release: string;
}

/** The release that one tenant's new conferences go to, as one datacenter says it. */
export interface TenantPin {
  readonly datacenter: string | null;
  readonly tenant: string;
  readonly release: string;
}

/** The questions that discovery asks; each fails alone. */
export const catalogueParts = ['shards', 'live', 'tenants', 'proxies'] as const;
export type CataloguePart = (typeof catalogueParts)[number];

/**
 * Why a part of the catalogue is not all there is. `datacenter` is `null` where it concerns all of
 * them. `answerFromMs` is the time (milliseconds since 1970) of the last good answer that stands
 * in, `null` where there is none: then the part is not whole.
 */
export interface DiscoveryTrouble {
  readonly part: CataloguePart;
  readonly datacenter: string | null;
  readonly message: string;
  readonly remedy: string;
  readonly answerFromMs: number | null;
}

/**
 * What discovery knows. What stands here is wanted; that nothing else is wanted holds only for a
 * part that is whole (`isWhole`). `source` says where it was read, for people. A source that does
 * not speak of a part at all (a file without pins) leaves it out of `speaksOf`.
 */
export interface Catalogue {
  readonly source: string;
  readonly speaksOf: ReadonlySet<CataloguePart>;
  readonly shards: readonly WantedShard[];
  readonly liveReleases: readonly LiveRelease[];
  readonly tenantPins: readonly TenantPin[];
  readonly proxies: readonly WantedProxy[];
  readonly troubles: readonly DiscoveryTrouble[];
}

/** Whether all of a part is known: what is not there is not wanted. */
export function isWhole(catalogue: Catalogue, part: CataloguePart): boolean {
  const isShort = catalogue.troubles.some((trouble) => trouble.part === part && trouble.answerFromMs === null);
  return catalogue.speaksOf.has(part) && !isShort;
}
