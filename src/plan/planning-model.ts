// What a plan stands on: the proxies that reported, what their servers mean, who hears whom.

import { linkBetween } from '../analysis/links.ts';
import { routeOf } from '../analysis/route.ts';
import { createServerDirectory, type ServerDirectory } from '../analysis/server-directory.ts';
import type { Label } from '../domain/entry.ts';
import type { EntryState } from '../domain/plan.ts';
import type { Server } from '../domain/server.ts';
import type { ProxyView } from '../domain/view.ts';

export interface PlanningModel {
  /**
   * The names of the proxies that were read in full, sorted: the order of an inventory must not
   * decide what is done.
   */
  readonly proxies: readonly string[];
  readonly directories: ReadonlyMap<string, ServerDirectory>;
  /** `string`, `integer`, ...; `null` where no proxy was read, or they differ. */
  readonly tableType: string | null;
  /** The proxies that hear at once what this one writes. */
  linkedPeers(proxy: string): readonly string[];
  /** Those, and the proxies that will hear it once their link is back. */
  peersOf(proxy: string): readonly string[];
  /**
   * The peers that hear this one too and were not read in full: what a write makes of their entries
   * is not known.
   */
  unreadPeers(proxy: string): readonly string[];
  /**
   * The shard that an entry would lead to on a proxy: by its key, by its id; `null`: nowhere that
   * is known.
   */
  shardOf(entry: EntryState, proxy: string): string | null;
  /**
   * The lowest id by which a proxy calls this shard and nothing else, in every backend that serves
   * the table.
   */
  idOf(shard: string, proxy: string): number | null;
}

/** From whom and to whom nothing travels, though the link is called up. */
export type SilentLink = readonly [from: string, to: string];

export function createPlanningModel(views: readonly ProxyView[], deaf: readonly SilentLink[] = []): PlanningModel {
  const reporting = views
    .filter(({ status }) => status === 'ok')
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const isDeaf = (one: string, other: string) => deaf.some(([from, to]) => from === one && to === other);
  const directories = new Map(reporting.map((view) => [view.name, createServerDirectory(view.servers)]));
  const heard = new Map(
    reporting.map((view) => [
      view.name,
      reporting
        .filter((other) => other !== view && linkBetween(view, other) === 'up' && !isDeaf(view.name, other.name))
        .map(({ name }) => name),
    ]),
  );
  const peers = new Map(
    reporting.map((view) => [
      view.name,
      reporting.filter((other) => other !== view && linkBetween(view, other) !== 'unlisted').map(({ name }) => name),
    ]),
  );
  const read = new Set(reporting.map(({ localPeer }) => localPeer));
  const unread = new Map(
    reporting.map(({ name, peers }) => [
      name,
      peers.filter((peer) => peer.state === 'up' && !read.has(peer.name)).map((peer) => peer.name),
    ]),
  );
  const types = new Set(reporting.flatMap(({ table }) => (table === null ? [] : [table.type])));
  const routers = new Map([...directories].map(([name, directory]) => [name, routerOf(directory)]));
  return {
    proxies: reporting.map(({ name }) => name),
    directories,
    tableType: types.size === 1 ? [...types][0]! : null,
    linkedPeers: (proxy) => heard.get(proxy) ?? [],
    peersOf: (proxy) => peers.get(proxy) ?? [],
    unreadPeers: (proxy) => unread.get(proxy) ?? [],
    shardOf: (entry, proxy) => (entry === null ? null : routers.get(proxy)!(entry)),
    idOf: (shard, proxy) => directories.get(proxy)!.idOf(shard),
  };
}

/**
 * The views with the servers as they are told now. A backend that served the table when they were
 * read does so still.
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

/** Remembers its answers: many entries of a proxy say the same. */
function routerOf(directory: ServerDirectory): (entry: Label) => string | null {
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
