// Where an entry really sends requests on one proxy: HAProxy's own rule over that proxy's own
// servers.

import { addressOfServerKey } from '../domain/address.ts';
import type { Label } from '../domain/entry.ts';
import { acceptsSticky } from '../domain/server.ts';
import { type BackendDirectory, type ServerDirectory, shardsOfKey } from './server-directory.ts';

/**
 * `shard` is `null` where the entry leads to no server of that proxy (`no-server`), and where the
 * route is not known. The route is not known if backends lead to different addresses (`ambiguous`),
 * if no server address is known (`no-addresses`), or if the dump shows the key twice with different
 * routes (`duplicated`). `usable`: the shard takes requests in every backend that leads there.
 * `partly`: it does in some and not in others. `mixed` says that key and id name different shards;
 * `keyShards` are what the key names then.
 */
export type LabelRoute =
  | {
      readonly shard: string;
      readonly usable: boolean;
      readonly partly: boolean;
      readonly mixed: boolean;
      readonly keyShards: readonly string[];
    }
  | {
      readonly shard: null;
      readonly reason: 'no-server' | 'ambiguous' | 'no-addresses' | 'duplicated';
      readonly mixed: boolean;
      readonly keyShards: readonly string[];
    };

const NONE: ReadonlySet<string> = new Set();

/**
 * HAProxy follows `server_key` where it names a server of the request's backend, else `server_id`
 * where it does, else it balances anew (2.6 to 3.4). A key that names a server which is down is
 * still what counts: the id is no fallback for it. Where the backends that serve the table lead to
 * different shards, the route depends on the request and is not known.
 */
export function routeOf(label: Label, directory: ServerDirectory): LabelRoute {
  if (label.readings === undefined) return routeOfOne(label, directory);
  const routes = label.readings.map((reading) => routeOfOne(reading, directory));
  const [first, ...others] = routes as [LabelRoute, ...LabelRoute[]];
  if (others.every((other) => sameRoute(first, other))) return { ...first, mixed: routes.some(({ mixed }) => mixed) };
  return { shard: null, reason: 'duplicated', mixed: false, keyShards: [] };
}

function sameRoute(one: LabelRoute, other: LabelRoute): boolean {
  if (one.shard === null || other.shard === null)
    return one.shard === other.shard && 'reason' in one && 'reason' in other && one.reason === other.reason;
  return one.shard === other.shard && one.usable === other.usable;
}

function routeOfOne(label: Label, directory: ServerDirectory): LabelRoute {
  if (directory.hasOnlyOtherServers) return { shard: null, reason: 'no-addresses', mixed: false, keyShards: [] };
  if (directory.addresses.size === 0) return routeByItsWord(label);
  const routes = directory.backends.map((backend) => routeInBackend(label, backend));
  const mixed = routes.some((route) => route.mixed);
  const keyShards = [...new Set(routes.flatMap((route) => [...route.keyShards]))];
  const candidates = new Set(routes.flatMap(({ shards }) => [...shards]));
  if (candidates.size === 0) return { shard: null, reason: 'no-server', mixed, keyShards };
  if (candidates.size > 1) return { shard: null, reason: 'ambiguous', mixed, keyShards };
  const shard = [...candidates][0]!;
  const leading = directory.backends.filter((_, backend) => routes[backend]!.shards.size > 0);
  const taken = directory.backends.flatMap((backend) => {
    if (leading.includes(backend)) return [acceptsSticky(backend.stateOf(shard)!)];
    // A backend with none of these shards serves other conferences. One that lacks only this shard
    // balances the request anew.
    return leading.some((other) => overlaps(backend, other)) ? [false] : [];
  });
  const usable = taken.every((takes) => takes);
  return { shard, usable, partly: !usable && taken.some((takes) => takes), mixed, keyShards };
}

function overlaps(one: BackendDirectory, other: BackendDirectory): boolean {
  return [...one.addresses].some((address) => other.addresses.has(address));
}

/**
 * The route on a proxy of which no server address is known (a saved dump without its servers): the
 * address in the server key, if there is one.
 */
function routeByItsWord({ serverKey }: Label): LabelRoute {
  const address = serverKey === null ? null : addressOfServerKey(serverKey);
  if (address === null) return { shard: null, reason: 'no-addresses', mixed: false, keyShards: [] };
  return { shard: address, usable: true, partly: false, mixed: false, keyShards: [address] };
}

function routeInBackend({ serverId, serverKey }: Label, backend: BackendDirectory) {
  const keyShards = serverKey === null ? NONE : shardsOfKey(serverKey, backend);
  const byId = backend.byId.get(serverId) ?? NONE;
  const mixed = keyShards.size > 0 && byId.size > 0 && ![...keyShards].some((shard) => byId.has(shard));
  return { shards: keyShards.size > 0 ? narrowed(keyShards, byId) : byId, keyShards, mixed };
}

/** Decides by the id between the addresses of a name, if the id means exactly one of them. */
function narrowed(keyShards: ReadonlySet<string>, byId: ReadonlySet<string>): ReadonlySet<string> {
  if (keyShards.size < 2) return keyShards;
  const both = [...keyShards].filter((shard) => byId.has(shard));
  return both.length === 1 ? new Set(both) : keyShards;
}
