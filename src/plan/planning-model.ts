// The mesh as the planner sees it: the proxies that were read in full, what their entries mean, and
// which peers receive their messages.

import { linkBetween } from '../analysis/links.ts';
import { routeOf } from '../analysis/route.ts';
import { createServerDirectory, type ServerDirectory } from '../analysis/server-directory.ts';
import type { Label } from '../domain/entry.ts';
import type { EntryState } from '../domain/plan.ts';
import type { Server } from '../domain/server.ts';
import type { ProxyView } from '../domain/view.ts';

/** The mesh at one look; proxies are known by their names. */
export interface PlanningModel {
  /**
   * The names of the proxies that were read in full, sorted: the order of an inventory must not
   * decide what is written.
   */
  readonly proxies: readonly string[];
  readonly directories: ReadonlyMap<string, ServerDirectory>;
  /** `string`, `integer`, ...; `null` where no proxy was read, or they differ. */
  readonly tableType: string | null;
  /** The peers that receive this proxy's messages for this table at once: the link is up. */
  linkedPeers(proxy: string): readonly string[];
  /** All proxies that are its peers: the linked ones, and those whose link may come back. */
  peersOf(proxy: string): readonly string[];
  /**
   * Names of linked peers that were not read in full: what a write makes of their entries is not
   * known.
   */
  unreadPeers(proxy: string): readonly string[];
  /**
   * The address of the shard to which the entry leads on a proxy, by its key, else by its id.
   * `null`: no entry, or no known shard.
   */
  shardOf(entry: EntryState, proxy: string): string | null;
  /**
   * The lowest server id that means this shard and no other on the proxy, in every backend that
   * serves the table; `null` if there is none.
   */
  idOf(shard: string, proxy: string): number | null;
}

/** A link that is reported up, and over which a message of a touch did not arrive. */
export interface DeafLink {
  readonly from: string;
  readonly to: string;
}

/** Made of the views that are complete; no message passes a link of `deafLinks`. */
export function createPlanningModel(views: readonly ProxyView[], deafLinks: readonly DeafLink[] = []): PlanningModel {
  const complete = views.filter(({ status }) => status === 'ok').sort((one, other) => (one.name < other.name ? -1 : 1));
  const byName = <T>(valueIn: (view: ProxyView) => T) => new Map(complete.map((view) => [view.name, valueIn(view)]));
  const isDeaf = (one: string, other: string) => deafLinks.some(({ from, to }) => from === one && to === other);
  const othersWhere = (view: ProxyView, isPeer: (other: ProxyView) => boolean) =>
    complete.filter((other) => other !== view && isPeer(other)).map(({ name }) => name);
  const linked = byName((view) =>
    othersWhere(view, (other) => linkBetween(view, other) === 'up' && !isDeaf(view.name, other.name)),
  );
  const peers = byName((view) => othersWhere(view, (other) => linkBetween(view, other) !== 'unlisted'));
  const read = new Set(complete.map(({ localPeer }) => localPeer));
  const unread = byName((view) =>
    view.peers.filter(({ name, state }) => state === 'up' && !read.has(name)).map(({ name }) => name),
  );
  const types = new Set(complete.flatMap(({ table }) => (table === null ? [] : [table.type])));
  const directories = byName(({ servers }) => createServerDirectory(servers));
  const routers = new Map([...directories].map(([name, directory]) => [name, createRouter(directory)]));
  return {
    proxies: complete.map(({ name }) => name),
    directories,
    tableType: types.size === 1 ? [...types][0]! : null,
    linkedPeers: (proxy) => linked.get(proxy) ?? [],
    peersOf: (proxy) => peers.get(proxy) ?? [],
    unreadPeers: (proxy) => unread.get(proxy) ?? [],
    shardOf: (entry, proxy) => (entry === null ? null : routers.get(proxy)!(entry)),
    idOf: (shard, proxy) => directories.get(proxy)!.idOf(shard),
  };
}

/**
 * The views with the servers that the proxies have now. A backend that served the table when the
 * views were read still does.
 */
export function withServers(
  views: readonly ProxyView[],
  servers: ReadonlyMap<string, readonly Server[]>,
): readonly ProxyView[] {
  return views.map((view) => {
    const now = servers.get(view.name);
    if (now === undefined) return view;
    const counting = new Map(view.servers.map(({ backend, counts }) => [backend, counts ?? true]));
    return { ...view, servers: now.map((server) => ({ ...server, counts: counting.get(server.backend) ?? false })) };
  });
}

/** Finds the shard of an entry. Keeps the answers, since many entries of a proxy are alike. */
function createRouter(directory: ServerDirectory): (entry: Label) => string | null {
  const byKey = new Map<string | null, Map<number, string | null>>();
  return ({ serverId, serverKey }) => {
    const known = byKey.get(serverKey) ?? new Map<number, string | null>();
    byKey.set(serverKey, known);
    let shard = known.get(serverId);
    if (shard === undefined) {
      shard = routeOf({ serverId, serverKey }, directory).shard;
      known.set(serverId, shard);
    }
    return shard;
  };
}
