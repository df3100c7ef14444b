// Two sides of a comparison as pictures: which proxy leads which conference where, for how long it
// still does, and what is known of the proxies.

import { createMeshContext, routeGrid } from '../../src/analysis/routed-grid.ts';
import { type Compared, compareLooks } from '../../src/checklist/compare.ts';
import { pairProxies } from '../../src/checklist/proxy-changes.ts';
import type { Side } from '../../src/checklist/side.ts';
import { unfitToCompare } from '../../src/checklist/unfit.ts';
import type { ChangeKind, MeshComparison } from '../../src/domain/comparison.ts';
import { createEntryGrid } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable, type KeyTable } from '../../src/snapshot/grid/key-table.ts';
import { entryInPlace } from '../support/entry-in-place.ts';
import { type DrawnMesh, drawEntry, drawMesh, type Picture, type ViewChanges, viewsOf } from '../support/model-look.ts';

/** Conferences by key; how long entries live, by key or all alike. */
export interface DrawnSide extends Partial<Omit<Side, 'look'>> {
  readonly conferences: Readonly<Record<string, Picture>>;
  readonly lives?: number | Readonly<Record<string, number>>;
  /** Default p1 and p2, with links to each other. */
  readonly proxies?: readonly string[];
  readonly views?: ViewChanges;
  readonly mesh?: DrawnMesh;
  /** Names of the proxies in another order. */
  readonly order?: (names: readonly string[]) => readonly string[];
}

export const MINUTE = 60_000;
/** Usual times: BEFORE took a second, and AFTER comes a minute later. */
export const times = (afterMs = MINUTE) => ({
  before: { startedAtMs: 0, finishedAtMs: 1_000 },
  after: { startedAtMs: afterMs, finishedAtMs: afterMs + 1_000 },
});

export function sideOf(drawn: DrawnSide, keys: KeyTable, takenAt: Side['takenAt']): Side {
  const { conferences, lives = 298_000, views: changes = {}, mesh: drawing = {}, order = (names) => names } = drawn;
  const { proxies = ['p1', 'p2'] } = drawn;
  const mesh = drawMesh(Object.fromEntries(proxies.map((name) => [name, null])), drawing);
  for (const [key, picture] of Object.entries(conferences))
    for (const [proxy, entry] of Object.entries(picture)) mesh.put(proxy, key, drawEntry(entry, mesh, proxy));
  const uptimeSeconds = 864_000 + (takenAt?.startedAtMs ?? 0) / 1000;
  const drawnViews = viewsOf(mesh, changes).map((view) => ({
    ...view,
    ...(view.uptimeSeconds !== null && { uptimeSeconds, ...changes[view.name] }),
  }));
  const views = order(drawnViews.map(({ name }) => name)).map((name) => drawnViews.find((each) => each.name === name)!);
  const grid = createEntryGrid({ keys, proxyCount: views.length, admitsNewKeys: true, keepsExpiries: true });
  const counted = views.map((view, proxy) => {
    const column = grid.column(proxy);
    const held = mesh.keys().filter((key) => view.status !== 'unreachable' && mesh.entry(view.name, key) !== null);
    const lifeOf = (key: string) => (typeof lives === 'number' ? lives : (lives[key] ?? 298_000));
    for (const key of held) {
      const { serverId, serverKey } = mesh.entry(view.name, key)!;
      column.entry(entryInPlace({ key, expiresInMs: lifeOf(key), serverId, serverKey: serverKey ?? '-' }));
    }
    const maxExpiresInMs = Math.max(0, ...held.map(lifeOf));
    return view.table === null ? view : { ...view, table: { ...view.table, entries: held.length, maxExpiresInMs } };
  });
  return {
    look: routeGrid(grid, createMeshContext(counted)),
    folders: ['dumps'],
    environment: 'stage',
    takenAt,
    expected: null,
    reservations: [],
    ...definedOf(drawn),
  };
}

function definedOf({ folders, environment, takenAt, expected }: DrawnSide): Partial<Side> {
  return {
    ...(folders && { folders }),
    ...(environment !== undefined && { environment }),
    ...(takenAt !== undefined && { takenAt }),
    ...(expected !== undefined && { expected }),
  };
}

export function bothSides(before: DrawnSide, after: DrawnSide, afterMs?: number) {
  const keys = createKeyTable(1);
  const usual = times(afterMs);
  return { before: sideOf(before, keys, usual.before), after: sideOf(after, keys, usual.after) };
}

export function compareDrawn(before: DrawnSide, after: DrawnSide, afterMs?: number): MeshComparison {
  return comparedSides(bothSides(before, after, afterMs)).comparison;
}

export function comparedSides(sides: { readonly before: Side; readonly after: Side }): Compared {
  return compareLooks({ environment: 'stage', table: 'nodes', ...sides, later: null, notes: [] });
}

export function complaintsOf(before: DrawnSide, after: DrawnSide, afterMs?: number): readonly string[] {
  const { before: was, after: is } = bothSides(before, after, afterMs);
  return unfitToCompare(was, is, pairProxies(was.look.context.views, is.look.context.views));
}

/** The changes in short: `moved k: s1 -> s2`. */
export function inShort({ changes }: MeshComparison): readonly string[] {
  const short = (address: string) => address.replace(/^10\.0\.0\.(\d+):443$/, 's$1');
  return [...changes].map(({ kind, key, before, after, because }) => {
    const shards = `${before.map(short).join('|')} -> ${after.map(short).join('|')}`;
    return `${kind} ${key}: ${because ?? shards}`;
  });
}

/** The counts that are not zero. */
export function countsOf({ counts }: MeshComparison): Partial<Record<ChangeKind | 'kept', number>> {
  const { before: _before, after: _after, ...kinds } = counts;
  return Object.fromEntries(Object.entries(kinds).filter(([, count]) => count > 0));
}
