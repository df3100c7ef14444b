// Which backends serve the table: only their servers are what an entry may lead to.

import { addressOfServerKey } from '../domain/address.ts';
import type { Label } from '../domain/entry.ts';
import { globPattern } from '../domain/glob.ts';
import type { Server } from '../domain/server.ts';
import type { ProxyView } from '../domain/view.ts';

/**
 * Sets `counts` on every server: whether its backend serves the table. With globs (`*` and `?`) the
 * backends that they match count. Without globs the entries decide: a backend counts if it has a
 * server with an entry's id and address (or name). HAProxy does not say which backends use a table
 * (2.6 to 3.4). Other backends list the same shards under other ids and without checks. A backend
 * that counts on most proxies counts on every proxy. If no entry matches any backend, every backend
 * counts.
 */
export function markServing(
  views: readonly ProxyView[],
  labelsOf: (proxy: number) => readonly Label[],
  globs: readonly string[] | null,
): readonly ProxyView[] {
  if (globs !== null) {
    const patterns = globs.map(globPattern);
    return views.map((view) => withCounts(view, (backend) => patterns.some((pattern) => pattern.test(backend))));
  }
  const matches = views.map((view, proxy) => matchesOf(view.servers, labelsOf(proxy)));
  const usual = namedByHalf(matches.map(({ proven }) => proven).filter((proven) => proven.size > 0));
  return views.map((view, proxy) => {
    const { proven, named } = matches[proxy]!;
    const known = new Set(view.servers.map(({ backend }) => backend));
    // A backend that counts on most proxies counts here too, even if this proxy has too few entries
    // to show it.
    const together = new Set([...proven, ...[...usual].filter((backend) => known.has(backend))]);
    const serving = [together, named].find((names) => names.size > 0);
    return withCounts(view, (backend) => serving === undefined || serving.has(backend));
  });
}

function withCounts(view: ProxyView, counts: (backend: string) => boolean): ProxyView {
  return { ...view, servers: view.servers.map((server) => ({ ...server, counts: counts(server.backend) })) };
}

/**
 * The backends that match one proxy's entries by id and key together, and, as weaker evidence, by
 * key or id alone.
 */
interface BackendMatches {
  readonly proven: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
}

function matchesOf(servers: readonly Server[], labels: readonly Label[]): BackendMatches {
  const pairs = new ShardsByBackend();
  const keys = new ShardsByBackend();
  const ids = new ShardsByBackend();
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

  /**
   * The addresses that a server key names. A name counts together with the entry's id: another
   * backend may give the name to another shard.
   */
  function addressesOf(serverKey: string, serverId: number): readonly string[] {
    const address = addressOfServerKey(serverKey);
    if (address !== null) return [address];
    const named = byName.get(serverKey) ?? [];
    const exact = named.filter(({ id }) => id === serverId);
    return (exact.length > 0 ? exact : named).flatMap((server) => (server.address === null ? [] : [server.address]));
  }

  if (pairs.names.length > 0) {
    // Ids may have changed since the entries were made, and then match the wrong backend by chance.
    // A backend that holds all shards of the matching one and more is the right one.
    const beyond = keys.names.filter((backend) => pairs.names.every((proven) => keys.holdsMore(backend, proven)));
    return { proven: new Set([...pairs.names, ...beyond]), named: new Set() };
  }
  const { names } = keys.names.length > 0 ? keys : ids;
  const shards = new ShardsByBackend();
  for (const { backend, address } of servers)
    if (address !== null && names.includes(backend)) shards.add(backend, address);
  // A backend that has only some of another backend's shards is left out: without matching ids
  // nothing supports it.
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

/** The shards that each backend holds, as far as entries show them. */
class ShardsByBackend {
  readonly #held = new Map<string, Set<string>>();

  get names(): readonly string[] {
    return [...this.#held.keys()];
  }

  add(backend: string, shard: string): void {
    const held = this.#held.get(backend);
    if (held) held.add(shard);
    else this.#held.set(backend, new Set([shard]));
  }

  /** Whether one backend holds all shards of the other, and more. */
  holdsMore(one: string, other: string): boolean {
    const [held, otherHeld] = [this.#held.get(one)!, this.#held.get(other)!];
    return held.size > otherHeld.size && [...otherHeld].every((shard) => held.has(shard));
  }

  isLargest(backend: string): boolean {
    return this.#held.has(backend) && !this.names.some((other) => this.holdsMore(other, backend));
  }
}

/**
 * The backends that at least half of the proxies name. One backend too many is safe: a shard must
 * be usable in all of them.
 */
function namedByHalf(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const set of sets) for (const name of set) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Set([...counts].filter(([, count]) => count * 2 >= sets.length).map(([name]) => name));
}
