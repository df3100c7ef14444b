// A model of HAProxy's stick tables and peers (2.6 to 3.4, srvkey addr or name): what set, clear
// and requests do to entries, and which peers receive them. It shares no code with src, so that it
// can judge what a heal would do.

export type ShardState = 'up' | 'drain' | 'down' | 'maint';

/** A shard as a server of one proxy. */
export interface ModelServer {
  readonly id: number;
  readonly name: string;
  readonly address: string;
  readonly state: ShardState;
}

export interface ModelEntry {
  readonly serverId: number;
  readonly serverKey: string | null;
}

export interface ModelSetup {
  readonly proxies: readonly { readonly name: string; readonly servers: readonly ModelServer[] }[];
  /** Pairs of proxies without a peer link; all others have one. */
  readonly cut: readonly (readonly [string, string])[];
  readonly srvkey: 'addr' | 'name';
}

export interface ModelMesh extends ModelSetup {
  readonly names: readonly string[];
  serversOf(proxy: string): readonly ModelServer[];
  linked(one: string, other: string): boolean;
  /** A link that comes back carries what each end wrote itself, one end first. */
  setLink(one: string, other: string, up: boolean): void;
  setState(proxy: string, address: string, state: ShardState): void;
  /** A reload with another configuration; the table comes back from the old process. */
  setServers(proxy: string, own: readonly ModelServer[]): void;
  keys(): readonly string[];
  entry(proxy: string, key: string): ModelEntry | null;
  /** Puts an entry there, or removes it, without a message to peers. */
  put(proxy: string, key: string, entry: ModelEntry | null): void;
  /** `set table T key K data.server_id N`. */
  set(proxy: string, key: string, serverId: number): void;
  /** `clear table T key K`. */
  clear(proxy: string, key: string): void;
  /**
   * The shard that the next request is sent to by its entry; `null` where the request
   * would be balanced.
   */
  route(proxy: string, key: string): string | null;
  /** The response of a shard arrives: entry and key are stored, and sent to the peers. */
  store(proxy: string, key: string, address: string): void;
  /** A whole request; the shard that served it, `null` where none is usable. */
  request(proxy: string, key: string): string | null;
  /** From here on messages wait for `deliver`. */
  holdMessages(): void;
  deliver(): void;
}

export function createModelMesh(setup: ModelSetup): ModelMesh {
  const names = setup.proxies.map(({ name }) => name);
  const servers = new Map(setup.proxies.map((proxy) => [proxy.name, proxy.servers]));
  const tables = new Map(names.map((name) => [name, new Map<string, ModelEntry>()]));
  const cut = new Set(setup.cut.map(([one, other]) => linkName(one, other)));
  /** The entries that each proxy wrote itself: a link carries those when it comes back. */
  const written = new Map(names.map((name) => [name, new Set<string>()]));
  let waiting: (() => void)[] | null = null;

  const linked = (one: string, other: string) => one !== other && !cut.has(linkName(one, other));
  const entry = (proxy: string, key: string) => tables.get(proxy)!.get(key) ?? null;

  /**
   * To directly linked peers only: a proxy does not pass on what it receives. A message without a
   * key leaves the receiver's key.
   */
  function tellPeers(from: string, key: string, peers = names.filter((name) => linked(from, name))): void {
    const { serverId, serverKey } = entry(from, key)!;
    written.get(from)!.add(key);
    for (const peer of peers) {
      const receive = () => {
        written.get(peer)!.delete(key);
        tables.get(peer)!.set(key, { serverId, serverKey: serverKey ?? entry(peer, key)?.serverKey ?? null });
      };
      if (waiting === null) receive();
      else waiting.push(receive);
    }
  }

  function serverOf(proxy: string, held: ModelEntry): ModelServer | undefined {
    const own = servers.get(proxy)!;
    const called = setup.srvkey === 'addr' ? 'address' : 'name';
    return own.find((server) => server[called] === held.serverKey) ?? own.find(({ id }) => id === held.serverId);
  }

  const mesh: ModelMesh = {
    ...setup,
    names,
    linked,
    entry,
    serversOf: (proxy) => servers.get(proxy)!,
    setLink(one, other, up) {
      if (!up) cut.add(linkName(one, other));
      if (!up || !cut.delete(linkName(one, other))) return;
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const)
        for (const key of written.get(from)!) if (entry(from, key) !== null) tellPeers(from, key, [to]);
    },
    keys: () => [...new Set(names.flatMap((name) => [...tables.get(name)!.keys()]))].sort(),
    put(proxy, key, held) {
      written.get(proxy)!.add(key);
      if (held === null) tables.get(proxy)!.delete(key);
      else tables.get(proxy)!.set(key, held);
    },
    set(proxy, key, serverId) {
      tables.get(proxy)!.set(key, { serverId, serverKey: entry(proxy, key)?.serverKey ?? null });
      tellPeers(proxy, key);
    },
    setState(proxy, address, state) {
      const own = servers.get(proxy)!;
      servers.set(
        proxy,
        own.map((server) => (server.address === address ? { ...server, state } : server)),
      );
    },
    setServers: (proxy, own) => void servers.set(proxy, own),
    clear: (proxy, key) => void tables.get(proxy)!.delete(key),
    route(proxy, key) {
      const held = entry(proxy, key);
      return held === null ? null : (serverOf(proxy, held)?.address ?? null);
    },
    store(proxy, key, address) {
      const { id, name } = servers.get(proxy)!.find((server) => server.address === address)!;
      tables.get(proxy)!.set(key, { serverId: id, serverKey: setup.srvkey === 'addr' ? address : name });
      tellPeers(proxy, key);
    },
    request(proxy, key) {
      const held = entry(proxy, key);
      const sticky = held === null ? undefined : serverOf(proxy, held);
      const server =
        sticky && (sticky.state === 'up' || sticky.state === 'drain')
          ? sticky
          : servers.get(proxy)!.find(({ state }) => state === 'up');
      if (!server) return null;
      mesh.store(proxy, key, server.address);
      return server.address;
    },
    holdMessages() {
      waiting = [];
    },
    deliver() {
      const due = waiting ?? [];
      waiting = null;
      for (const receive of due) receive();
    },
  };
  return mesh;
}

function linkName(one: string, other: string): string {
  return [one, other].sort().join(' ');
}
