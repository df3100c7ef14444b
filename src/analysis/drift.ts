// Servers that differ between the proxies: one id for two shards, different lists, different
// states.

import type { MeshFinding } from '../domain/finding.ts';
import { acceptsSticky } from '../domain/server.ts';
import type { ProxyView } from '../domain/view.ts';
import type { MeshContext } from './routed-grid.ts';
import { isUsable } from './server-directory.ts';

/** The proxies whose servers are known, with their positions. */
function proxiesWithServers(context: MeshContext): readonly { readonly view: ProxyView; readonly proxy: number }[] {
  return context.views
    .map((view, proxy) => ({ view, proxy }))
    .filter(({ proxy }) => context.directories[proxy]!.addresses.size > 0);
}

/**
 * One finding for each id that two proxies use for different shards: in one backend, or, where
 * their backends are named differently, in all of them, or so that one proxy has the other's shard
 * under other ids only (which makes entries with a key look mixed there). An id that means two
 * shards in two backends of one proxy is no drift by itself.
 */
export function idDrift(context: MeshContext, mixedByDrift: number): readonly MeshFinding[] {
  const proxies = proxiesWithServers(context);
  const ids = [...new Set(proxies.flatMap(({ proxy }) => [...context.directories[proxy]!.byId.keys()]))].sort(
    (a, b) => a - b,
  );
  const explained =
    mixedByDrift > 0
      ? `; with other ids that drift it explains ${mixedByDrift} conferences whose key and id name different shards`
      : '';
  const apart = idsApart(proxies);
  return ids.flatMap((id) => {
    const meanings = groupNames(
      proxies.flatMap(({ view, proxy }) => meaningOf(context, proxy, id).map((shard) => [shard, view.name] as const)),
    );
    if (!apart.has(id) && !drifts(context, proxies, id)) return [];
    return [
      {
        kind: 'id-drift' as const,
        proxy: null,
        peer: null,
        because: `server id ${id} is ${listGroups(meanings)}${explained}`,
      },
    ];
  });
}

function meaningOf(context: MeshContext, proxy: number, id: number): readonly string[] {
  return [...(context.directories[proxy]!.byId.get(id) ?? [])].sort();
}

/** The ids that one backend's name gives to two shards. */
function idsApart(proxies: readonly { readonly view: ProxyView }[]): ReadonlySet<number> {
  const apart = new Set<number>();
  const byBackend = new Map<string, Map<number, string>>();
  for (const { view } of proxies) {
    for (const { backend, id, address, counts } of view.servers) {
      if (address === null || counts === false) continue;
      const addresses = byBackend.get(backend) ?? new Map<number, string>();
      byBackend.set(backend, addresses);
      if ((addresses.get(id) ?? address) !== address) apart.add(id);
      addresses.set(id, address);
    }
  }
  return apart;
}

function drifts(context: MeshContext, proxies: readonly { readonly proxy: number }[], id: number): boolean {
  const users = proxies
    .map(({ proxy }) => ({ shards: meaningOf(context, proxy, id), known: context.directories[proxy]!.addresses }))
    .filter(({ shards }) => shards.length > 0);
  return users.some((one) =>
    users.some(
      (other) =>
        !one.shards.some((shard) => other.shards.includes(shard)) ||
        one.shards.some((shard) => !other.shards.includes(shard) && other.known.has(shard)),
    ),
  );
}

/**
 * One finding for each shard that some proxies have as a server and others do not; without those
 * that are compared with discovery.
 */
export function serverDrift(
  context: MeshContext,
  isCompared: (address: string) => boolean = () => false,
): readonly MeshFinding[] {
  const proxies = proxiesWithServers(context);
  const addresses = [...new Set(proxies.flatMap(({ proxy }) => [...context.directories[proxy]!.addresses]))].sort();
  const missing = addresses.flatMap((address) => {
    if (isCompared(address)) return [];
    const without = proxies
      .filter(({ proxy }) => !context.directories[proxy]!.addresses.has(address))
      .map(({ view }) => view.name);
    return without.length === 0
      ? []
      : [
          {
            kind: 'server-drift' as const,
            proxy: without.length === 1 ? without[0]! : null,
            peer: null,
            because: `${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no server ${address}`,
          },
        ];
  });
  return [...missing, ...nameDrift(proxies.map(({ view }) => view))];
}

/**
 * One finding for each server name that means different shards on two proxies. Under `srvkey name`
 * such tables look alike and route differently.
 */
function nameDrift(views: readonly ProxyView[]): readonly MeshFinding[] {
  const byName = new Map<string, (readonly [string, string])[]>();
  for (const view of views) {
    for (const { backend, name, address, counts } of view.servers) {
      if (address === null || counts === false) continue;
      const server = `${backend}/${name}`;
      const meanings = byName.get(server);
      if (meanings) meanings.push([address, view.name]);
      else byName.set(server, [[address, view.name]]);
    }
  }
  return [...byName].flatMap(([server, meanings]) => {
    const groups = groupNames(meanings);
    return groups.size < 2
      ? []
      : [
          {
            kind: 'server-drift' as const,
            proxy: null,
            peer: null,
            because: `server ${server} is ${listGroups(groups)}`,
          },
        ];
  });
}

/**
 * One finding for each shard that takes requests on some proxies, or in some backends of one, and
 * not in others.
 */
export function stateDrift(context: MeshContext): readonly MeshFinding[] {
  return [...driftBetweenBackends(context), ...driftBetweenProxies(context)];
}

function driftBetweenBackends(context: MeshContext): readonly MeshFinding[] {
  return proxiesWithServers(context).flatMap(({ view, proxy }) => {
    const { addresses, backends } = context.directories[proxy]!;
    return [...addresses].sort().flatMap((address) => {
      const states = backends.flatMap((backend) => {
        const state = backend.stateOf(address);
        return state === null ? [] : [[state, backend.name] as const];
      });
      if (new Set(states.map(([state]) => acceptsSticky(state))).size < 2) return [];
      const because = `on ${view.name} ${address} is ${listGroups(groupNames(states), 'in')}`;
      return [{ kind: 'state-drift' as const, proxy: view.name, peer: null, because }];
    });
  });
}

/**
 * One finding for each shard that is up although its agent or check reports that it cannot be
 * reached.
 */
export function doubtfulShards(context: MeshContext): readonly MeshFinding[] {
  const addresses = [
    ...new Set(proxiesWithServers(context).flatMap(({ proxy }) => [...context.directories[proxy]!.addresses])),
  ].sort();
  return addresses.flatMap((address) => {
    const doubts = proxiesWithServers(context).flatMap(({ view, proxy }) => {
      const doubt = context.directories[proxy]!.doubtOf(address);
      return doubt === null ? [] : [[doubt, view.name] as const];
    });
    if (doubts.length === 0) return [];
    const because = `${address} is up, and cannot be reached by its ${listGroups(groupNames(doubts))}: requests to it may fail`;
    return [
      { kind: 'shard-doubtful' as const, proxy: doubts.length === 1 ? doubts[0]![1] : null, peer: null, because },
    ];
  });
}

function driftBetweenProxies(context: MeshContext): readonly MeshFinding[] {
  return [...new Set(proxiesWithServers(context).flatMap(({ proxy }) => [...context.directories[proxy]!.addresses]))]
    .sort()
    .flatMap((address) => {
      const having = proxiesWithServers(context).filter(({ proxy }) =>
        context.directories[proxy]!.addresses.has(address),
      );
      const usable = having.filter(({ proxy }) => isUsable(context.directories[proxy]!, address));
      if (usable.length === 0 || usable.length === having.length) return [];
      const states = groupNames(
        having.map(({ view, proxy }) => [context.directories[proxy]!.stateOf(address)!, view.name] as const),
      );
      return [
        { kind: 'state-drift' as const, proxy: null, peer: null, because: `${address} is ${listGroups(states)}` },
      ];
    });
}

function groupNames(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [value, name] of pairs)
    groups.set(value, [...(groups.get(value) ?? []).filter((known) => known !== name), name]);
  return groups;
}

function listGroups(groups: ReadonlyMap<string, readonly string[]>, where = 'on'): string {
  return [...groups].map(([value, names]) => `${value} ${where} ${names.join(', ')}`).join('; ');
}
