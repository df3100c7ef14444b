// The servers that each proxy has, against the shards that there ought to be.

import { type Catalogue, isWhole, type WantedShard } from '../domain/discovery.ts';
import type { MeshFinding } from '../domain/finding.ts';
import type { Server } from '../domain/server.ts';
import { bareServerName } from '../domain/shard-name.ts';
import type { ProxyView } from '../domain/view.ts';
import { fewOf, loadedAgo } from './wanted-words.ts';

/** What one proxy lacks, has too much of, or has otherwise. */
interface Differences {
  readonly backends: string[];
  readonly lacking: string[];
  readonly elsewhere: string[];
  readonly otherIds: string[];
  readonly surplus: string[];
}

/**
 * One finding for each proxy that is behind (or ahead of) the catalogue. Every shard is wanted in
 * the backend of every release that has an instance (`release-N`). Where the catalogue knows no
 * releases, the servers that serve the table are compared. Nothing is called too much unless all
 * wanted shards are known.
 */
export function wantedServers(views: readonly ProxyView[], catalogue: Catalogue): readonly MeshFinding[] {
  if (catalogue.shards.length === 0) return [];
  const byName = new Map<string, WantedShard[]>();
  for (const shard of catalogue.shards) byName.set(shard.name, [...(byName.get(shard.name) ?? []), shard]);
  const releases = [...new Set(catalogue.shards.flatMap(({ release }) => release ?? []))].sort();
  return views
    .filter(({ servers }) => servers.length > 0)
    .flatMap((view) => {
      const found = compare(view, { byName, releases, isWhole: isWhole(catalogue, 'shards') });
      const said = spell(found);
      if (said === '') return [];
      const because = `${view.name} ${said}, by ${catalogue.source}; ${loadedAgo(view)}`;
      return [{ kind: 'server-drift' as const, proxy: view.name, peer: null, because }];
    });
}

interface Wanted {
  readonly byName: ReadonlyMap<string, readonly WantedShard[]>;
  readonly releases: readonly string[];
  readonly isWhole: boolean;
}

function compare(view: ProxyView, wanted: Wanted): Differences {
  const found: Differences = { backends: [], lacking: [], elsewhere: [], otherIds: [], surplus: [] };
  const backends = backendsOf(view, wanted.releases);
  for (const [name, servers] of backends) if (servers.length === 0) found.backends.push(name);
  const there = backends.filter(([, servers]) => servers.length > 0);
  for (const [name, shards] of wanted.byName) compareShard({ name, shards, there }, found);
  const known = new Set([...wanted.byName.values()].flat().map(({ address }) => address));
  const strangers = there.flatMap(([, servers]) =>
    servers.filter(({ address }) => address !== null && !known.has(address)),
  );
  const moved = (server: Server) => wanted.byName.has(bareServerName(server));
  if (wanted.isWhole) {
    found.surplus.push(
      ...new Set(
        strangers.filter((server) => !moved(server)).map((server) => `${bareServerName(server)} (${server.address})`),
      ),
    );
  }
  return found;
}

type Backend = readonly [name: string, servers: readonly Server[]];

/**
 * Where no release is known, the servers that serve the table stand for one backend without a name.
 */
function backendsOf({ servers }: ProxyView, releases: readonly string[]): readonly Backend[] {
  if (releases.length === 0) return [['', servers.filter(({ counts }) => counts !== false)]];
  return releases.map((release) => [release, servers.filter(({ backend }) => backend === release)]);
}

interface ShardCase {
  readonly name: string;
  /** More than one where the catalogue has the shard twice: either will do. */
  readonly shards: readonly WantedShard[];
  readonly there: readonly Backend[];
}

function compareShard({ name, shards, there }: ShardCase, found: Differences): void {
  const addresses = shards.map(({ address }) => address);
  const { serverId } = shards[0]!;
  const lackedIn: string[] = [];
  const others = new Set<string>();
  const ids = new Set<number>();
  for (const [backend, servers] of there) {
    const same = servers.filter(({ address }) => address !== null && addresses.includes(address));
    const named = servers.find((server) => bareServerName(server) === name);
    if (same.length > 0) for (const { id } of same) ids.add(id);
    else if (named?.address) others.add(named.address);
    else lackedIn.push(backend);
  }
  const said = `${name} (${addresses.join(' or ')})`;
  if (lackedIn.length > 0) {
    const isEverywhere = lackedIn.length === there.length;
    found.lacking.push(isEverywhere ? said : `${said} in ${lackedIn.join(', ')}`);
  }
  if (others.size > 0)
    found.elsewhere.push(`${name} at ${[...others].join(', ')} instead of ${addresses.join(' or ')}`);
  const wrong = [...ids].filter((id) => serverId !== null && id !== serverId);
  if (wrong.length > 0) found.otherIds.push(`${name} under the id ${wrong.join(', ')} instead of ${serverId}`);
}

function spell({ backends, lacking, elsewhere, otherIds, surplus }: Differences): string {
  return [
    ...(backends.length > 0 ? [`has no backend ${fewOf(backends)}`] : []),
    ...(lacking.length > 0 ? [`lacks ${fewOf(lacking)}`] : []),
    ...(elsewhere.length > 0 ? [`has ${fewOf(elsewhere)}`] : []),
    ...(otherIds.length > 0 ? [`has ${fewOf(otherIds)}`] : []),
    ...(surplus.length > 0 ? [`still has ${fewOf(surplus)}`] : []),
  ].join('; ');
}
