// A look at the mesh with every cell resolved to a route. The work is done once for each label, not
// for each entry: a proxy has few labels and many entries.

import type { EntryGrid } from '../domain/entry.ts';
import type { NotFollowed } from '../domain/finding.ts';
import type { ProxyStatus } from '../domain/proxy.ts';
import { acceptsSticky } from '../domain/server.ts';
import type { ProxyView } from '../domain/view.ts';
import { type LabelRoute, routeOf } from './route.ts';
import { createServerDirectory, type ServerDirectory } from './server-directory.ts';

/**
 * Instead of a shard's number: the proxy has no entry / the entry leads to no server there / where
 * it leads is not known / the dump shows two entries that lead apart.
 */
export const ABSENT = -1;
export const NOWHERE = -2;
export const UNKNOWN = -3;
export const DUPLICATE = -4;

const NUMBERS = { 'no-server': NOWHERE, ambiguous: UNKNOWN, 'no-addresses': UNKNOWN, duplicated: DUPLICATE } as const;

/** Marks of a cell. */
export const MIXED = 1;
/**
 * Key and id name different shards, but another proxy uses that id for the key's shard: ids differ
 * between the proxies, and no command changed the entry.
 */
export const MIXED_BY_DRIFT = 2;
export const ORPHANED = 4;
/** Not followed in some backends of the proxy, and followed in others. */
export const PARTLY = 8;

/** How much a proxy's column proves: everything, only what it holds, or nothing. */
export type Evidence = 'full' | 'partial' | 'none';

/**
 * The proxies of a run as the analysis needs them, in the order of the grid's columns; `shards`
 * grows as labels name new ones.
 */
export interface MeshContext {
  readonly views: readonly ProxyView[];
  readonly evidence: readonly Evidence[];
  /** By proxy: its table names no server, so it does not show where conferences go. */
  readonly serverless: readonly boolean[];
  readonly directories: readonly ServerDirectory[];
  readonly shards: string[];
}

export interface RoutedGrid {
  readonly grid: EntryGrid;
  readonly context: MeshContext;
  /** A shard's number in `context.shards`, or ABSENT, NOWHERE, UNKNOWN. */
  shardAt(row: number, proxy: number): number;
  marksAt(row: number, proxy: number): number;
  /** By label number: the shard where it is one and there is no mark, else -1. */
  plainShardsOf(proxy: number): Int32Array;
  /** By label number: the marks. */
  marksOf(proxy: number): Uint8Array;
  /** How the label of a cell was resolved; `null` for an absent entry. */
  routeAt(row: number, proxy: number): LabelRoute | null;
}

export function createMeshContext(
  views: readonly ProxyView[],
  serverless: readonly boolean[] = views.map(() => false),
): MeshContext {
  const directories = views.map((view) => createServerDirectory(view.servers));
  const shards = [...new Set(directories.flatMap((directory) => [...directory.addresses]))].sort();
  return { views, evidence: evidenceIn(views, serverless), serverless, directories, shards };
}

/**
 * The same mesh after another look: what each proxy proves may be less, what the shards' numbers
 * mean stays.
 */
export function withNewViews(context: MeshContext, views: readonly ProxyView[]): MeshContext {
  return { ...context, views, evidence: evidenceIn(views, context.serverless) };
}

function evidenceIn(views: readonly ProxyView[], serverless: readonly boolean[]): readonly Evidence[] {
  return views.map(({ status }, proxy) => (serverless[proxy] ? 'none' : evidenceOf(status)));
}

export function evidenceOf(status: ProxyStatus): Evidence {
  switch (status) {
    case 'ok':
      return 'full';
    case 'truncated':
      return 'partial';
    case 'unreachable':
    case 'denied':
    case 'locked':
    case 'no-table':
      return 'none';
  }
}

export function routeGrid(grid: EntryGrid, context: MeshContext): RoutedGrid {
  const numbers = new Map(context.shards.map((shard, number) => [shard, number]));
  const routes = context.directories.map((directory, proxy) =>
    grid.labelsOf(proxy).map((label) => routeOf(label, directory)),
  );
  const shardOf = routes.map((column) => Int32Array.from([ABSENT, ...column.map((route) => numberOf(route))]));
  const marksOf = routes.map((column, proxy) => {
    const ids = grid.labelsOf(proxy).map((label) => label.serverId);
    return Uint8Array.from([0, ...column.map((route, label) => marksOfRoute(route, ids[label]!, proxy))]);
  });

  function numberOf(route: LabelRoute): number {
    if (route.shard === null) return NUMBERS[route.reason];
    let number = numbers.get(route.shard);
    if (number === undefined) {
      number = context.shards.push(route.shard) - 1;
      numbers.set(route.shard, number);
    }
    return number;
  }

  function marksOfRoute(route: LabelRoute, serverId: number, proxy: number): number {
    const orphaned = route.shard === null ? route.reason === 'no-server' : !route.usable;
    const mixed = !route.mixed ? 0 : explainedByDrift(route, serverId, proxy) ? MIXED_BY_DRIFT : MIXED;
    const partly = route.shard !== null && route.partly;
    return mixed | (orphaned ? ORPHANED : 0) | (partly ? PARTLY : 0);
  }

  function explainedByDrift(route: LabelRoute, serverId: number, proxy: number): boolean {
    return context.directories.some(
      ({ byId }, other) => other !== proxy && route.keyShards.some((shard) => byId.get(serverId)?.has(shard)),
    );
  }

  return {
    grid,
    context,
    shardAt: (row, proxy) => shardOf[proxy]![grid.labelAt(row, proxy)]!,
    marksAt: (row, proxy) => marksOf[proxy]![grid.labelAt(row, proxy)]!,
    plainShardsOf: (proxy) =>
      shardOf[proxy]!.map((shard, label) => (shard < 0 || marksOf[proxy]![label] !== 0 ? -1 : shard)),
    marksOf: (proxy) => marksOf[proxy]!,
    routeAt: (row, proxy) => {
      const label = grid.labelAt(row, proxy);
      return label === 0 ? null : routes[proxy]![label - 1]!;
    },
  };
}

/** The same look as if its first `count` keys were all. */
export function firstRows(look: RoutedGrid, count: number): RoutedGrid {
  const { keyAt, byteLengthAt } = look.grid.keys;
  return { ...look, grid: { ...look.grid, keys: { count, keyAt, byteLengthAt } } };
}

/**
 * Why the entry of a cell is not followed on its proxy. `null` where it is followed, where there is
 * no entry, and where the route is not known.
 */
export function notFollowedAt(look: RoutedGrid, row: number, proxy: number): NotFollowed | null {
  const route = look.routeAt(row, proxy);
  if (route === null) return null;
  if (route.shard === null) return route.reason === 'no-server' ? 'no-server' : null;
  if (route.usable) return null;
  const state = look.context.directories[proxy]!.stateOf(route.shard)!;
  // Some backend that serves the table lacks the shard.
  return acceptsSticky(state) ? 'no-server' : state === 'down' ? 'down' : 'maint';
}
