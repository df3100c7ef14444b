// The stories: what a command does, from the inventory to the report. The only file that knows every room.

import { randomInt } from 'node:crypto';
import { markServing } from './analysis/backends.ts';
import { DISAGREEMENT } from './analysis/classify.ts';
import { emptiedProxies } from './analysis/emptied.ts';
import { type Expiries, learnExpiries } from './analysis/expiry.ts';
import { listFindings } from './analysis/finding-list.ts';
import { linksOf } from './analysis/links.ts';
import { unreadPeers, withoutIgnored } from './analysis/members.ts';
import { meshFindings } from './analysis/mesh-findings.ts';
import { EXPIRY_SLACK_MS } from './analysis/noise.ts';
import { type Nomination, nominate } from './analysis/nominate.ts';
import { notesOf } from './analysis/notes.ts';
import { restartedProxies } from './analysis/restarted.ts';
import { DUPLICATE, type RoutedGrid, routeGrid, senseAgain, senseMesh } from './analysis/routed-grid.ts';
import { countFindings, countMixedByDrift, summariseShards } from './analysis/summary.ts';
import { judgeSuspects } from './analysis/suspects.ts';
import { judgeRun } from './analysis/verdict.ts';
import type { Clock } from './clock.ts';
import { lookAgain } from './confirm/look-again.ts';
import { persist, type SuspectLook } from './confirm/persist.ts';
import type { Inventory } from './domain/proxy.ts';
import type { RunReport } from './domain/run-report.ts';
import type { Settings } from './domain/settings.ts';
import type { ProxyView } from './domain/view.ts';
import type { Log } from './log.ts';
import type { Progress } from './progress.ts';
import { createTableReader } from './runtime-api/table-reader.ts';
import type { ArchiveWriter } from './snapshot/archive-writer.ts';
import { collect, type Member } from './snapshot/collect.ts';
import { createEntryGrid, type GridWriter } from './snapshot/entry-grid.ts';
import { excerptOf } from './snapshot/excerpt.ts';
import { createKeyTable, type KeyTable } from './snapshot/key-table.ts';
import { countOnce } from './snapshot/one-process.ts';
import { openTransport } from './transport/open.ts';

/** The remaining lives of 25 proxies with 200,000 entries each. */
const SAVED_EXPIRY_BYTES = 20_000_000;

/** The types of tables whose keys HAProxy cuts at a length. */
const NAMED_TYPES: ReadonlySet<string> = new Set(['string', 'binary']);

/** What a run takes from the process it runs in. */
export interface Edge {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly progress: Progress;
  readonly run: { readonly id: string; readonly command: string; readonly version: string };
}

/** The mesh of a run. `source` is the folder of saved dumps, `null` for live proxies. */
export interface Mesh {
  readonly members: readonly Member[];
  readonly expected: Inventory['expected'];
  readonly source: string | null;
}

/** Live proxies as members of a mesh; nothing is opened before it is asked. */
export function openMesh(inventory: Inventory, settings: Settings): Mesh {
  const { compress, timeoutMs } = settings.collect;
  const members = inventory.proxies.map((target) => ({
    target,
    reader: createTableReader(openTransport(target, settings.ssh, compress), settings.table, timeoutMs),
  }));
  return { members, expected: inventory.expected, source: null };
}

export async function closeMesh(mesh: Mesh): Promise<void> {
  await Promise.all(mesh.members.map(({ reader }) => reader.close()));
}

/** Look, look again, reason. Rejects only for what is nobody's fault but ours, and when the signal aborts. */
export async function look(
  mesh: Mesh,
  settings: Settings,
  edge: Edge,
  archive: ArchiveWriter | null,
): Promise<RunReport> {
  const startedAt = edge.clock.now();
  const grid = createEntryGrid({
    keys: createKeyTable(seed()),
    proxyCount: mesh.members.length,
    admitsNewKeys: true,
    // Nothing can be asked again of saved dumps but by reading them again: what is needed of suspects is kept, unless it is too much.
    keepsExpiries: mesh.source !== null,
    expiryBytes: SAVED_EXPIRY_BYTES,
  });
  const views = await firstLook(mesh, grid, settings, edge, archive);
  const spentMs = edge.clock.now() - startedAt;
  const keyLength = views.some(({ table }) => table !== null && !NAMED_TYPES.has(table.type))
    ? null
    : (settings.keyLength ?? knownKeyLength(views));

  const sense = senseMesh(markServing(views, (proxy) => grid.labelsOf(proxy), settings.backends));
  const first = routeGrid(grid, sense);
  const expiries = learnExpiries(first, spentMs);
  const nomination = nominate(first, { expiryMarginMs: spentMs + EXPIRY_SLACK_MS, keyLength, expiries });
  edge.log.info('nominated', { conferences: nomination.conferences, suspects: nomination.rows.length });

  const confirmed = await confirm(mesh, grid, { first, nomination, expiries, keyLength }, settings, edge);
  const lastSense = confirmed.look.sense;
  const restarted = restartedProxies(lastSense.views);
  const emptied = emptiedProxies(lastSense.views, restarted);
  const findings = listFindings({
    ...confirmed,
    keyLength,
    around: { linkBetween: linksOf(lastSense.views), emptied, freshestMs: confirmed.freshestMs },
  });
  const counts = countFindings(lastSense, nomination.conferences, findings, confirmed.inFlight);
  return {
    environment: settings.environment,
    table: settings.table,
    run: {
      ...edge.run,
      startedAt: new Date(startedAt),
      finishedAt: new Date(edge.clock.now()),
      looks: confirmed.looks,
      source: mesh.source,
    },
    ...judgeRun(counts, {
      expectedAtLeast: mesh.expected?.min ?? 0,
      unknownRoutes: nomination.unknownRoutes,
      unreadPeers: unreadPeers(lastSense.views).length,
    }),
    expected: mesh.expected,
    proxies: lastSense.views,
    shards: summariseShards(lastSense, nomination.conferencesOn),
    counts,
    findings,
    meshFindings: meshFindings(lastSense, {
      mixedByDrift: countMixedByDrift(first),
      restarted,
      emptied,
      expiryDrift: expiries.findings(nomination.ended > 0),
    }),
    notes: notesOf({
      views: lastSense.views,
      expected: mesh.expected,
      saved: mesh.source !== null,
      unknownRoutes: nomination.unknownRoutes,
      keyLength,
    }),
    proposal: null,
    heal: null,
  };
}

async function firstLook(
  mesh: Mesh,
  grid: GridWriter,
  settings: Settings,
  edge: Edge,
  archive: ArchiveWriter | null,
): Promise<readonly ProxyView[]> {
  const views = await collect(mesh.members, grid, {
    table: settings.table,
    concurrency: settings.collect.concurrency,
    // Nobody is served from saved dumps.
    perRegion: mesh.source === null ? settings.collect.perRegion : Number.POSITIVE_INFINITY,
    keyLength: settings.keyLength,
    clock: edge.clock,
    signal: edge.signal,
    keeper: archive,
    onProgress: (progress) => edge.progress.update({ stage: 'collect', ...progress }),
  });
  for (const { name, status, trouble, table, collect: cost } of views) {
    edge.log.info('proxy-read', { proxy: name, status, code: trouble?.code, entries: table?.entries ?? 0, ...cost });
  }
  return withoutIgnored(countOnce(views), settings.proxies.ignorePeers);
}

/** What the first look showed, and what was learnt from it. */
interface FirstLook {
  readonly first: RoutedGrid;
  readonly nomination: Nomination;
  readonly expiries: Expiries;
  readonly keyLength: number | null;
}

interface Confirmed {
  readonly look: RoutedGrid;
  readonly grid: GridWriter;
  readonly confirmed: readonly number[];
  readonly inFlight: number;
  readonly looks: number;
  readonly freshestMs: number | null;
}

/**
 * Every further look is at the suspects only, after the settle time. Where there is one look only (saved dumps, a snapshot), the
 * suspects' entries are taken from the first look, or read once more where it could not keep them in full.
 */
async function confirm(
  mesh: Mesh,
  firstGrid: GridWriter,
  { first, nomination, expiries, keyLength }: FirstLook,
  settings: Settings,
  edge: Edge,
): Promise<Confirmed> {
  const single = mesh.source !== null;
  const firstViews = first.sense.views;
  const keys = suspectKeys(first, nomination);
  const looks: SuspectLook[] = single
    ? []
    : [{ look: first, rowOf: (suspect) => nomination.rows[suspect]!, kinds: nomination.kinds }];
  const freshestMs = single ? Math.max(0, ...firstViews.map(({ table }) => table?.maxExpiresInMs ?? 0)) : null;
  const disagreement = nomination.kinds.some((kinds) => (kinds & DISAGREEMENT) !== 0);
  let views = firstViews;
  let grid = createEntryGrid({ keys, proxyCount: mesh.members.length, admitsNewKeys: false, keepsExpiries: true });
  let last = routeGrid(grid, first.sense);
  for (let round = 1; round < (single ? 2 : settings.confirm.reads) && keys.count > 0; round++) {
    // Nothing settles in saved dumps, and what is no disagreement need not settle.
    if (!single && disagreement) {
      edge.progress.update({ stage: 'confirm', done: 0, total: mesh.members.length, bytes: 0 });
      await edge.clock.sleep(settings.confirm.settleMs, edge.signal);
    }
    const startedAt = edge.clock.now();
    const again = firstGrid.keepsExpiries
      ? { grid: excerptOf(firstGrid, nomination.rows, keys), views }
      : await lookAgain(mesh.members, views, keys, {
          concurrency: settings.collect.concurrency,
          perRegion: settings.collect.perRegion,
          byDump: proxiesShowingTwice(first, nomination),
          signal: edge.signal,
          onProxy: (done, total) => edge.progress.update({ stage: 'confirm', done, total, bytes: 0 }),
        });
    views = again.views;
    grid = again.grid;
    last = routeGrid(grid, senseAgain(first.sense, views));
    const rules = { expiryMarginMs: edge.clock.now() - startedAt + EXPIRY_SLACK_MS, keyLength, expiries };
    looks.push({ look: last, rowOf: (suspect) => suspect, kinds: judgeSuspects(last, grid, rules) });
  }
  const { confirmed, inFlight } = persist(looks);
  edge.log.info('confirmed', {
    suspects: keys.count,
    inFlight,
    looks: single ? 1 : Math.max(1, looks.length),
  });
  return {
    look: last,
    grid,
    confirmed,
    inFlight,
    looks: single ? 1 : Math.max(1, looks.length),
    freshestMs,
  };
}

/** `show table T key K` shows one of an entry's duplicates: only a dump shows both. */
function proxiesShowingTwice(look: RoutedGrid, { rows }: Nomination): ReadonlySet<number> {
  const proxies = look.sense.views.map((_, proxy) => proxy);
  return new Set(proxies.filter((proxy) => rows.some((row) => look.shardAt(row, proxy) === DUPLICATE)));
}

function suspectKeys(first: RoutedGrid, nomination: Nomination): KeyTable {
  const keys = createKeyTable(seed());
  for (const row of nomination.rows) {
    const key = Buffer.from(first.grid.keys.keyAt(row), 'latin1');
    keys.add(key, 0, key.length);
  }
  return keys;
}

/** Names of conferences come from users, who must not know how they hash. */
function seed(): number {
  return randomInt(2 ** 31);
}

function knownKeyLength(views: readonly ProxyView[]): number | null {
  const known = views.flatMap(({ table }) => (table?.keyLength ? [table.keyLength] : []));
  return known.length === 0 ? null : Math.min(...known);
}
