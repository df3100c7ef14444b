// Which backends serve the table: only their servers are what an entry may lead to.

import type { Label } from '../domain/entry.ts';
import type { Server } from '../domain/server.ts';
import type { ProxyView } from '../domain/view.ts';
import { addressOfServerKey } from './server-directory.ts';

/**
 * The views with `counts` said of every server. With globs (`*` and `?`) the backends that they name count. Without, those that the
 * table's own entries tell of: a server placed an entry if its id and address (or name) are the entry's. HAProxy does not
 * say which backends use a table (2.6 to 3.4), and others list the same shards under other ids and without checks.
 * A proxy is taken to be configured as most others are, beside what its own entries tell; where nobody's
 * do, every backend counts.
 */
export function markServing(
  views: readonly ProxyView[],
  labelsOf: (proxy: number) => readonly Label[],
  globs: readonly string[] | null,
): readonly ProxyView[] {
  if (globs !== null) {
    const patterns = globs.map(patternOf);
    return views.map((view) => withCounts(view, (backend) => patterns.some((pattern) => pattern.test(backend))));
  }
  const testimonies = views.map((view, proxy) => testimonyOf(view.servers, labelsOf(proxy)));
  const usual = mostNamed(testimonies.map(({ proven }) => proven).filter((proven) => proven.size > 0));
  return views.map((view, proxy) => {
    const { proven, named } = testimonies[proxy]!;
    const known = new Set(view.servers.map(({ backend }) => backend));
    // What most others' entries prove holds here too: a backend that lacks the shards of these few entries serves the table all the same.
    const together = new Set([...proven, ...[...usual].filter((backend) => known.has(backend))]);
    const serving = [together, named].find((names) => names.size > 0);
    return withCounts(view, (backend) => serving === undefined || serving.has(backend));
  });
}

function withCounts(view: ProxyView, counts: (backend: string) => boolean): ProxyView {
  return { ...view, servers: view.servers.map((server) => ({ ...server, counts: counts(server.backend) })) };
}

/** What one proxy's entries tell: the backends that hold their pairs of id and key, and, weaker, their keys or ids. */
interface Testimony {
  readonly proven: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
}

function testimonyOf(servers: readonly Server[], labels: readonly Label[]): Testimony {
  const pairs = new Covers();
  const keys = new Covers();
  const ids = new Covers();
  const byAddress = groupBy(servers, ({ address }) => address);
  const byName = groupBy(servers, ({ name }) => name);
  const byId = groupBy(servers, ({ id }) => id);
  for (const { serverId, serverKey } of labels) {
    const addresses = serverKey === null ? [] : addressesOf(serverKey, serverId).filter((each) => byAddress.has(each));
    // HAProxy goes by the id where there is no key, or none that names a server.
    if (addresses.length === 0) for (const { backend } of byId.get(serverId) ?? []) ids.add(backend, String(serverId));
    for (const address of addresses) {
      for (const { backend, id } of byAddress.get(address) ?? []) {
        keys.add(backend, address);
        if (id === serverId) pairs.add(backend, address);
      }
    }
  }

  /** A name is a shard's where its id is the entry's too: another backend may call the same shard otherwise. */
  function addressesOf(serverKey: string, serverId: number): readonly string[] {
    const address = addressOfServerKey(serverKey);
    if (address !== null) return [address];
    const named = byName.get(serverKey) ?? [];
    const exact = named.filter(({ id }) => id === serverId);
    return (exact.length > 0 ? exact : named).flatMap((server) => (server.address === null ? [] : [server.address]));
  }

  if (pairs.names.length > 0) {
    // Ids that were given anew since the entries were made fit another backend by chance: one that names all its shards and more tells so.
    const beyond = keys.names.filter((backend) => pairs.names.every((proven) => keys.holdsMore(backend, proven)));
    return { proven: new Set([...pairs.names, ...beyond]), named: new Set() };
  }
  const { names } = keys.names.length > 0 ? keys : ids;
  const shards = new Covers();
  for (const { backend, address } of servers)
    if (address !== null && names.includes(backend)) shards.add(backend, address);
  // Where ids prove nothing, a backend of one shard beside one of all says nothing either.
  return { proven: new Set(), named: new Set(names.filter((backend) => shards.isLargest(backend))) };
}

function groupBy<K>(servers: readonly Server[], keyOf: (server: Server) => K): ReadonlyMap<K, readonly Server[]> {
  const groups = new Map<K, Server[]>();
  for (const server of servers) {
    const group = groups.get(keyOf(server));
    if (group) group.push(server);
    else groups.set(keyOf(server), [server]);
  }
  return groups;
}

/** By backend, a set of shards. */
class Covers {
  readonly #held = new Map<string, Set<string>>();

  get names(): readonly string[] {
    return [...this.#held.keys()];
  }

  add(backend: string, shard: string): void {
    const held = this.#held.get(backend);
    if (held) held.add(shard);
    else this.#held.set(backend, new Set([shard]));
  }

  /** Whether one backend has all that the other does, and more. */
  holdsMore(one: string, other: string): boolean {
    const [mine, its] = [this.#held.get(one)!, this.#held.get(other)!];
    return mine.size > its.size && [...its].every((shard) => mine.has(shard));
  }

  isLargest(backend: string): boolean {
    return this.#held.has(backend) && !this.names.some((other) => this.holdsMore(other, backend));
  }
}

/** The backends that at least half of the proxies name: of two that differ both may be right, and a backend more can only lessen what is usable. */
function mostNamed(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const set of sets) for (const name of set) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count * 2 >= sets.length).map(([name]) => name));
}

function patternOf(glob: string): RegExp {
  const literal = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
