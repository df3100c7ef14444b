// What a run sees of a model mesh: views, grid and findings, made by the real analysis.

import { emptiedProxies } from '../../src/analysis/emptied.ts';
import { learnExpiries } from '../../src/analysis/expiry.ts';
import { listFindings } from '../../src/analysis/finding-list.ts';
import { linksOf } from '../../src/analysis/links.ts';
import { restartedProxies } from '../../src/analysis/restarted.ts';
import { createMeshContext, type RoutedGrid, routeGrid } from '../../src/analysis/routed-grid.ts';
import { countFindings } from '../../src/analysis/summary.ts';
import { judgeSuspects } from '../../src/analysis/suspects.ts';
import type { HealSettings } from '../../src/domain/plan.ts';
import type { ProxyView } from '../../src/domain/view.ts';
import { buildPlan, type PlanningFacts, type PlanningReport } from '../../src/plan/build-plan.ts';
import { createEntryGrid, type GridWriter } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { entryInPlace } from './entry-in-place.ts';
import { createModelMesh, type ModelEntry, type ModelMesh, type ModelServer, type ShardState } from './model-mesh.ts';
import { proxyView, troubledProxy } from './run-report.ts';

/**
 * Shards by their short names in pictures. `s10` is behind `s9` by number and before it by text.
 */
export const addresses: Readonly<Record<string, string>> = {
  s1: '10.0.0.1:443',
  s2: '10.0.0.2:443',
  s3: '10.0.0.3:443',
  s9: '10.0.0.9:443',
  s10: '10.0.0.10:443',
};

/** The usual ids: 11 for s1, 12 for s2. */
const idOf = (shard: string) => 10 + Number(shard.slice(1));

export function server(shard: string, changes: Partial<ModelServer> = {}): ModelServer {
  return { id: idOf(shard), name: shard, address: addresses[shard]!, state: 'up', ...changes };
}

/**
 * An entry of a picture: `s1` has id and key of s1, `s1/-` the id only, `s1/s2` the id of s1 and
 * the key of s2, `null` is none.
 */
export type Picture = Readonly<Record<string, string | null>>;

export interface DrawnMesh {
  readonly cut?: readonly (readonly [string, string])[];
  readonly srvkey?: 'addr' | 'name';
  /** The servers of a proxy where they are not s1 to s3 with the usual ids. */
  readonly servers?: Readonly<Record<string, readonly ModelServer[]>>;
  readonly states?: Readonly<Record<string, ShardState>>;
}

/** A mesh with one conference, `k`, held as the picture says. */
export function drawMesh(
  picture: Picture,
  { cut = [], srvkey = 'addr', servers = {}, states = {} }: DrawnMesh = {},
): ModelMesh {
  const usual = ['s1', 's2', 's3'].map((shard) => server(shard, { state: states[shard] ?? 'up' }));
  const proxies = Object.keys(picture).map((name) => ({ name, servers: servers[name] ?? usual }));
  const mesh = createModelMesh({ proxies, cut, srvkey });
  for (const [proxy, entry] of Object.entries(picture)) mesh.put(proxy, 'k', drawEntry(entry, mesh, proxy));
  return mesh;
}

export function drawEntry(text: string | null, mesh: ModelMesh, proxy: string): ModelEntry | null {
  if (text === null) return null;
  const [id = '', key = id] = text.split('/');
  const own = mesh.serversOf(proxy).find(({ address }) => address === addresses[id]);
  const serverId = /^-?\d+$/.test(id) ? Number(id) : (own?.id ?? idOf(id));
  const name = mesh.serversOf(proxy).find(({ address }) => address === addresses[key])?.name ?? key;
  return { serverId, serverKey: key === '-' ? null : mesh.srvkey === 'addr' ? (addresses[key] ?? key) : name };
}

export type ViewChanges = Readonly<Record<string, Partial<ProxyView>>>;

/** Each proxy as it would be read now. A change of `status` makes it one that could not be read. */
export function viewsOf(mesh: ModelMesh, changes: ViewChanges = {}): ProxyView[] {
  return mesh.names.map((name) => {
    if (changes[name]?.status === 'unreachable') return troubledProxy(name);
    const peers = mesh.names
      .filter((other) => other !== name)
      .map((other) => ({
        name: other,
        state: mesh.linked(name, other) ? ('up' as const) : ('down' as const),
        protocolErrors: 0,
      }));
    const servers = mesh.serversOf(name).map((each) => ({ backend: 'nodes', ...each }));
    return { ...proxyView(name, []), peers, servers, ...changes[name] };
  });
}

interface Look {
  readonly views: readonly ProxyView[];
  readonly grid: GridWriter;
  readonly look: RoutedGrid;
}

/** One look, with every entry's route. Entries all have as long to live. */
export function routesOf(
  mesh: ModelMesh,
  { changes = {}, expiresInMs = 298_000 }: { readonly changes?: ViewChanges; readonly expiresInMs?: number } = {},
): Look {
  const views = viewsOf(mesh, changes);
  const keys = createKeyTable(1);
  const grid = createEntryGrid({ keys, proxyCount: views.length, admitsNewKeys: true, keepsExpiries: true });
  for (const [proxy, { name, status }] of views.entries()) {
    const column = grid.column(proxy);
    if (status === 'unreachable') continue;
    for (const key of mesh.keys()) {
      const held = mesh.entry(name, key);
      if (held === null) continue;
      column.entry(entryInPlace({ key, expiresInMs, serverId: held.serverId, serverKey: held.serverKey ?? '-' }));
    }
  }
  return { views, grid, look: routeGrid(grid, createMeshContext(views)) };
}

/** One look, whose suspects all count as confirmed. */
export function lookAt(mesh: ModelMesh, changes: ViewChanges = {}): PlanningReport {
  const { views, grid, look } = routesOf(mesh, { changes });
  const kinds = judgeSuspects(look, grid, {
    expiryMarginMs: 0,
    keyLength: null,
    expiries: learnExpiries(look, 0),
    isSpread: false,
  });
  const emptied = emptiedProxies(views, restartedProxies(views));
  const causeEvidence = { linkBetween: linksOf(views), emptied };
  const findings = listFindings({
    look,
    grid,
    confirmed: kinds,
    keyLength: null,
    participantsOf: () => null,
    causeEvidence,
  });
  return {
    environment: 'stage',
    table: 'nodes',
    proxies: views,
    expected: null,
    locks: [],
    census: null,
    counts: countFindings(look.context, { conferences: grid.keys.count, findings, inFlight: 0 }),
    findings,
  };
}

/** Guards that refuse nothing: a test sets the one that it is about. */
export const settings: HealSettings = {
  consented: true,
  journal: '/nowhere',
  settleMs: 1_000,
  winner: ['majority', 'latest-access'],
  tie: 'lowest-address',
  minReporting: 0,
  maxConferences: 1_000,
  maxRatio: 1,
  maxRatioFloor: 0,
  maxParticipants: 500,
  maxMissing: 1_000,
  cooldown: { heals: 3, withinMs: 3_600_000 },
  dataPlane: null,
};

export function planningFacts(changes: Partial<HealSettings> = {}, facts: Partial<PlanningFacts> = {}): PlanningFacts {
  return {
    settings: { ...settings, ...changes },
    healsOf: () => 0,
    uncounted: null,
    isExpressible: () => true,
    runId: 'run-1',
    createdAt: '2026-11-21T10:00:00.000Z',
    validUntil: '2026-11-21T10:15:00.000Z',
    ...facts,
  };
}

export function planFor(mesh: ModelMesh, changes: ViewChanges = {}, facts: PlanningFacts = planningFacts()) {
  return buildPlan(lookAt(mesh, changes), facts).plan;
}
