// What one proxy's server ids, names and addresses mean there. An entry becomes a route by these.

import { addressOfServerKey } from '../domain/address.ts';
import { acceptsSticky, type Server, type ServerState } from '../domain/server.ts';

/**
 * What ids and names mean. Each can mean several addresses: a proxy may list one id or name twice.
 */
interface Meanings {
  readonly addresses: ReadonlySet<string>;
  readonly byId: ReadonlyMap<number, ReadonlySet<string>>;
  readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * One backend of the proxy that serves the table. A request enters by one of them and follows its
 * entry there.
 */
export interface BackendDirectory extends Meanings {
  readonly name: string;
  /** The best state that any server with this address has in the backend. */
  stateOf(address: string): ServerState | null;
}

/**
 * All backends of the proxy that serve the table; ids, names and addresses are those of all of them
 * together.
 */
export interface ServerDirectory extends Meanings {
  readonly backends: readonly BackendDirectory[];
  /**
   * Whether the proxy has servers and the backend of none of them serves the table. Then it is not
   * known where an entry leads.
   */
  readonly hasOnlyOtherServers: boolean;
  /** The worst state that the shard has in a backend that has it; `null`: no backend has it. */
  stateOf(address: string): ServerState | null;
  /**
   * Whether an entry that leads to this shard is followed in every backend: each has it, and may
   * use it.
   */
  isServed(address: string): boolean;
  /** What the agent or check of a server that is up reports against the shard; `null`: nothing. */
  doubtOf(address: string): string | null;
  /** The lowest id that means this shard, and nothing else, in every backend. */
  idOf(address: string): number | null;
}

const STATE_ORDER: readonly ServerState[] = ['up', 'drain', 'down', 'maint'];

/** Leaves out servers whose backend does not serve the table. */
export function createServerDirectory(servers: readonly Server[]): ServerDirectory {
  const byBackend = new Map<string, Server[]>();
  for (const server of servers) {
    if (server.address === null || server.counts === false) continue;
    const known = byBackend.get(server.backend);
    if (known) known.push(server);
    else byBackend.set(server.backend, [server]);
  }
  const backends = [...byBackend].map(([name, members]) => createBackend(name, members));
  const doubts = new Map(
    [...byBackend.values()]
      .flat()
      .flatMap(({ address, doubt }) => (doubt === undefined ? [] : [[address!, doubt] as const])),
  );
  const together = meaningsOf([...byBackend.values()].flat());
  let ids: ReadonlyMap<string, number> | null = null;
  return {
    backends,
    hasOnlyOtherServers: backends.length === 0 && servers.some(({ address }) => address !== null),
    ...together,
    stateOf: (address) => worst(backends.map((backend) => backend.stateOf(address))),
    isServed: (address) =>
      backends.length > 0 &&
      backends.every((backend) => {
        const state = backend.stateOf(address);
        return state !== null && acceptsSticky(state);
      }),
    doubtOf: (address) => doubts.get(address) ?? null,
    idOf(address) {
      ids ??= idsOf(together, backends);
      return ids.get(address) ?? null;
    },
  };
}

/** By shard the lowest id that means it, and nothing else, in every backend. */
function idsOf(together: Meanings, backends: readonly Meanings[]): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const [id, addresses] of together.byId) {
    const [address] = addresses;
    const isEverywhere = addresses.size === 1 && backends.every(({ byId }) => byId.has(id));
    if (isEverywhere && id < (ids.get(address!) ?? Number.POSITIVE_INFINITY)) ids.set(address!, id);
  }
  return ids;
}

function createBackend(name: string, servers: readonly Server[]): BackendDirectory {
  const states = new Map<string, ServerState>();
  for (const { address, state } of servers) {
    const known = states.get(address!);
    if (known === undefined || STATE_ORDER.indexOf(state) < STATE_ORDER.indexOf(known)) states.set(address!, state);
  }
  return { name, ...meaningsOf(servers), stateOf: (address) => states.get(address) ?? null };
}

function meaningsOf(servers: readonly Server[]): Meanings {
  const addresses = new Set<string>();
  const byId = new Map<number, Set<string>>();
  const byName = new Map<string, Set<string>>();
  for (const { id, name, address } of servers) {
    if (address === null) continue;
    addresses.add(address);
    addTo(byId, id, address);
    addTo(byName, name, address);
  }
  return { addresses, byId, byName };
}

function worst(states: readonly (ServerState | null)[]): ServerState | null {
  const known = states.flatMap((state) => (state === null ? [] : [STATE_ORDER.indexOf(state)]));
  return known.length === 0 ? null : STATE_ORDER[Math.max(...known)]!;
}

function addTo<K>(map: Map<K, Set<string>>, key: K, address: string): void {
  const addresses = map.get(key);
  if (addresses) addresses.add(address);
  else map.set(key, new Set([address]));
}

/** What a server key names among these servers: an address, or else a name. */
export function shardsOfKey(serverKey: string, { addresses, byName }: Meanings): ReadonlySet<string> {
  const address = addressOfServerKey(serverKey);
  if (address !== null && addresses.has(address)) return new Set([address]);
  return byName.get(serverKey) ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * Whether an entry that leads to this shard is followed on that proxy, in every backend that has
 * the shard.
 */
export function isUsable(directory: ServerDirectory, address: string): boolean {
  const state = directory.stateOf(address);
  return state !== null && acceptsSticky(state);
}
