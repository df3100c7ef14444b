// Which proxies and shards there are, where each was learnt, and what disagrees: the inventory as
// people read it.

import { type Catalogue, isWhole } from '../domain/discovery.ts';
import type { MeshFinding } from '../domain/finding.ts';
import { globPattern } from '../domain/glob.ts';
import { bareServerName } from '../domain/shard-name.ts';
import type { ProxyView } from '../domain/view.ts';
import { compareWithWanted } from './discovered.ts';
import { liveReleaseOf } from './release-choice.ts';

/** `learntFrom` are sentences' words: `the inventory`, `Consul at …`, `the peers of hap-a`. */
export interface KnownProxy {
  readonly name: string;
  readonly region: string | null;
  /** Whether the run could ask it; `null`: it is not one that the run asks. */
  readonly isRead: boolean | null;
  readonly live: string | null;
  readonly learntFrom: readonly string[];
  readonly disagrees: readonly string[];
}

export interface KnownShard {
  /** What people call it; `null` where no proxy and no source names it. */
  readonly name: string | null;
  readonly address: string;
  readonly serverIds: readonly number[];
  readonly release: string | null;
  readonly region: string | null;
  readonly learntFrom: readonly string[];
  readonly disagrees: readonly string[];
}

export interface KnownMesh {
  readonly proxies: readonly KnownProxy[];
  readonly shards: readonly KnownShard[];
  readonly findings: readonly MeshFinding[];
}

/** What a run knows of a mesh without its tables. `servers` of the views are empty where unread. */
export interface MeshSources {
  readonly views: readonly ProxyView[];
  /** Where the list of proxies comes from, for people. */
  readonly inventory: string;
  readonly catalogue: Catalogue | null;
  /** Globs of the backends that count, where the configuration says them. */
  readonly backends: readonly string[] | null;
}

export function describeMesh(sources: MeshSources): KnownMesh {
  const { first, others } = compareWithWanted(sources.views, sources.catalogue);
  return { proxies: describeProxies(sources), shards: describeShards(sources), findings: [...first, ...others] };
}

function describeProxies({ views, inventory, catalogue }: MeshSources): readonly KnownProxy[] {
  const wanted = new Map(catalogue?.proxies.map((proxy) => [proxy.name, proxy]));
  const listedBy = new Map<string, string[]>();
  for (const view of views)
    for (const { name } of view.peers) listedBy.set(name, [...(listedBy.get(name) ?? []), view.name]);
  const peersOf = (name: string) => (listedBy.has(name) ? [`the peers of ${listedBy.get(name)!.join(', ')}`] : []);
  const isAll = catalogue !== null && isWhole(catalogue, 'proxies');
  const asked = views.map((view): KnownProxy => {
    const called = view.localPeer ?? view.name;
    const its = wanted.get(called);
    const unlisting = views.filter(
      (other) =>
        other !== view && other.peersKnown && view.localPeer !== null && !listedBy.get(called)?.includes(other.name),
    );
    return {
      name: view.name,
      region: view.region ?? its?.region ?? null,
      isRead: view.status === 'ok',
      live: liveReleaseOf(view),
      learntFrom: [inventory, ...(its ? [catalogue!.source] : []), ...peersOf(called)],
      disagrees: [
        ...(isAll && its === undefined ? [`${catalogue.source} does not have it`] : []),
        ...(unlisting.length > 0 ? [`${unlisting.map(({ name }) => name).join(', ')} does not list it as a peer`] : []),
      ],
    };
  });
  const known = new Set(views.flatMap(({ name, localPeer }) => [name, localPeer ?? name]));
  const strangers = [...new Set([...wanted.keys(), ...listedBy.keys()])].filter((name) => !known.has(name)).sort();
  return [
    ...asked,
    ...strangers.map((name): KnownProxy => {
      const its = wanted.get(name);
      return {
        name,
        region: its?.region ?? null,
        isRead: null,
        live: null,
        learntFrom: [...(its ? [catalogue!.source] : []), ...peersOf(name)],
        disagrees: [`${inventory} does not have it`],
      };
    }),
  ];
}

function describeShards({ views, catalogue, backends }: MeshSources): readonly KnownShard[] {
  const counts = backendsThatCount(views, catalogue, backends);
  const told = views.filter(({ servers }) => servers.length > 0);
  const holders = new Map<
    string,
    { readonly proxies: Set<string>; readonly names: Set<string>; readonly ids: Set<number> }
  >();
  for (const view of told) {
    for (const server of view.servers) {
      if (server.address === null || !counts(server.backend)) continue;
      const held = holders.get(server.address) ?? { proxies: new Set(), names: new Set(), ids: new Set() };
      holders.set(server.address, held);
      held.proxies.add(view.name);
      held.names.add(bareServerName(server));
      held.ids.add(server.id);
    }
  }
  const wanted = new Map(catalogue?.shards.map((shard) => [shard.address, shard]));
  const isAll = catalogue !== null && isWhole(catalogue, 'shards');
  return [...new Set([...wanted.keys(), ...holders.keys()])]
    .map((address): KnownShard => {
      const its = wanted.get(address);
      const held = holders.get(address);
      const lacking = told.filter(({ name }) => !held?.proxies.has(name)).map(({ name }) => name);
      const ids = [...(held?.ids ?? [])].sort((one, other) => one - other);
      return {
        name: its?.name ?? (held?.names.size === 1 ? [...held.names][0]! : null),
        address,
        serverIds: ids,
        release: its?.release ?? null,
        region: its?.region ?? null,
        learntFrom: [...(its ? [catalogue!.source] : []), ...(held?.proxies ?? [])],
        disagrees: [
          ...(isAll && its === undefined ? [`${catalogue.source} does not have it`] : []),
          ...(lacking.length > 0
            ? [`${lacking.join(', ')} ${lacking.length === 1 ? 'has' : 'have'} no such server`]
            : []),
          ...(ids.length > 1 ? [`its ids are ${ids.join(', ')}`] : []),
          ...(its?.serverId && ids.length === 1 && ids[0] !== its.serverId
            ? [`its id ought to be ${its.serverId}`]
            : []),
        ],
      };
    })
    .sort((one, other) => ((one.name ?? one.address) < (other.name ?? other.address) ? -1 : 1));
}

/**
 * Without the tables nothing tells which backends serve them: those of the configuration's globs
 * count, else those of the catalogue's releases, else those that are called like a release, else
 * all.
 */
function backendsThatCount(
  views: readonly ProxyView[],
  catalogue: Catalogue | null,
  backends: readonly string[] | null,
): (backend: string) => boolean {
  if (backends !== null) {
    const patterns = backends.map(globPattern);
    return (backend) => patterns.some((pattern) => pattern.test(backend));
  }
  const releases = new Set(catalogue?.shards.flatMap(({ release }) => release ?? []));
  const isRelease = (backend: string) => releases.has(backend) || /^release-/.test(backend);
  const some = views.some(({ servers }) => servers.some(({ backend }) => isRelease(backend)));
  return some ? isRelease : () => true;
}
