// The look that every command begins with: reads the mesh, reads the suspects again, and makes the
// report.

import { compareWithWanted } from '../analysis/discovered.ts';
import { emptiedProxies } from '../analysis/emptied.ts';
import { learnExpiries } from '../analysis/expiry.ts';
import { findSuspects, withRows } from '../analysis/find-suspects.ts';
import { listFindings } from '../analysis/finding-list.ts';
import { linksOf } from '../analysis/links.ts';
import { lockNotes } from '../analysis/lock-notes.ts';
import { unreadPeers } from '../analysis/members.ts';
import { meshFindings } from '../analysis/mesh-findings.ts';
import { EXPIRY_SLACK_MS } from '../analysis/noise.ts';
import { notesOf } from '../analysis/notes.ts';
import { restartedProxies } from '../analysis/restarted.ts';
import { firstRows, type RoutedGrid, routeGrid } from '../analysis/routed-grid.ts';
import { spreadOver } from '../analysis/spread.ts';
import { countFindings, countMixedByDrift, summariseShards } from '../analysis/summary.ts';
import { judgeRun } from '../analysis/verdict.ts';
import { usualMaps } from '../domain/discovery.ts';
import type { Finding } from '../domain/finding.ts';
import { environmentLock } from '../domain/lock.ts';
import type { FindingList, RunReport } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';
import { nextLockCommand } from '../report/next-command.ts';
import type { MeshRun } from '../session/mesh.ts';
import type { ArchiveWriter } from '../snapshot/archive/writer.ts';
import { createEntryGrid } from '../snapshot/grid/entry-grid.ts';
import { createKeyTable, type KeyTable } from '../snapshot/grid/key-table.ts';
import { type Confirmed, confirmSuspects, seed } from './confirm-suspects.ts';
import { discoverWanted } from './discover-wanted.ts';
import { contextOf, readMesh } from './read-mesh.ts';
import type { TablesSeen, TakenCensus } from './take-census.ts';

/** The remaining lives of 25 proxies with 200,000 entries each. */
const SAVED_EXPIRY_BYTES = 20_000_000;

/** The types of tables whose keys HAProxy cuts at a length. */
const NAMED_TYPES: ReadonlySet<string> = new Set(['string', 'binary']);

/** What differs between looks. */
export interface LookOptions {
  /** Keeps the dumps. */
  readonly archive?: ArchiveWriter | null;
  /** Whether a census that finds people apart is taken again once clients had time to move. */
  readonly waits?: boolean;
  /** Looks at these keys alone. */
  readonly only?: OnlyKeys | null;
}

/**
 * Keys that a look is about, each once. The first `judged` of them are judged; the others only show
 * what ids mean on each proxy and how long its entries live.
 */
export interface OnlyKeys {
  readonly keys: readonly string[];
  readonly judged: number;
}

/** A look, and what it saw of each key. */
export interface Looked {
  readonly report: RunReport;
  /** The first look at every key that was judged. */
  readonly first: RoutedGrid;
  /** The last look at the suspects. */
  readonly confirmed: Confirmed;
  /** By address of the shard, or its name: the people of a conference; `null` without a census. */
  readonly participantsOf: (key: string) => Finding['participants'];
}

/**
 * Looks, looks again at the suspects, and reasons. Rejects only for a defect of this program or the
 * machine's fault (a full disk), and when the signal aborts.
 */
export async function look(run: MeshRun, options: LookOptions = {}): Promise<RunReport> {
  return (await lookAtKeys(run, options)).report;
}

/** As `look`, with the routes of every key that was judged. */
export async function lookAtKeys(
  run: MeshRun,
  { archive = null, waits = false, only = null }: LookOptions = {},
): Promise<Looked> {
  const { mesh, settings, context } = run;
  const startedAt = context.clock.now();
  if (mesh.kind === 'live') mesh.locks.renew();
  const keys = keysOf(only);
  const grid = createEntryGrid({
    keys,
    proxyCount: mesh.members.length,
    admitsNewKeys: only === null,
    // Nothing can be asked again of saved dumps but by reading them again: what is needed of
    // suspects is kept, unless it is too much.
    keepsExpiries: mesh.kind === 'saved',
    expiryBytes: SAVED_EXPIRY_BYTES,
  });
  // A snapshot holds what another one is compared with.
  const maps = settings.discovery?.maps ?? (archive === null ? null : usualMaps);
  const [views, discovered] = await Promise.all([readMesh(run, grid, { archive, maps }), discoverWanted(run)]);
  const spentMs = context.clock.now() - startedAt + (mesh.kind === 'saved' ? mesh.apartMs : 0);
  const keyLength = views.some(({ table }) => table !== null && !NAMED_TYPES.has(table.type))
    ? null
    : (settings.keyLength ?? knownKeyLength(views));

  const every = routeGrid(grid, contextOf(views, grid, settings));
  const expiries = learnExpiries(every, spentMs);
  const first = only === null ? every : firstRows(every, only.judged);
  const isSpread = spreadOver(views).length > 0;
  const found = findSuspects(first, { expiryMarginMs: spentMs + EXPIRY_SLACK_MS, keyLength, expiries, isSpread });
  const wanted = discovered?.catalogue?.shards ?? [];
  const census = await censusOf(run, { look: first, keys, keyLength, wanted, isPart: only !== null }, waits);
  const suspects =
    census === null ? found : withRows(found, census.suspects, (row) => census.verdictAt(first, row).kinds);
  context.log.info('nominated', { conferences: suspects.conferences, suspects: suspects.rows.length });

  const confirmed = await confirmSuspects(run, { grid, first, suspects, census, expiries, keyLength, isSpread });
  const lastContext = confirmed.look.context;
  const restarted = restartedProxies(lastContext.views);
  const emptied = emptiedProxies(lastContext.views, restarted);
  const participantsOf = census === null ? () => null : census.participantsOf;
  const findings = listFindings({
    ...confirmed,
    keyLength,
    participantsOf,
    causeEvidence: { linkBetween: linksOf(lastContext.views), emptied },
  });
  // After the looks, which find the locks on hosts.
  const locks = mesh.kind === 'live' ? mesh.locks.seen() : [];
  for (const { proxy, place, state } of locks) context.log.warn('lock-found', { proxy, place, state });
  const counts = countFindings(lastContext, {
    conferences: suspects.conferences,
    findings,
    inFlight: confirmed.inFlight,
  });
  const report: RunReport = {
    environment: settings.environment,
    table: settings.table,
    run: {
      ...context.run,
      startedAt: new Date(startedAt),
      finishedAt: new Date(context.clock.now()),
      looks: confirmed.looks,
      source: mesh.kind === 'saved' ? mesh.source : null,
    },
    ...judgeRun(counts, {
      expectedAtLeast: mesh.expected?.min ?? 0,
      unknownRoutes: suspects.unknownRoutes,
      unreadPeers: unreadPeers(lastContext.views).length,
      isLocked: environmentLock(locks) !== undefined,
    }),
    expected: mesh.expected,
    proxies: lastContext.views,
    shards: summariseShards(lastContext, suspects.conferencesOn, {
      participantsOn: census?.participantsOn ?? new Map(),
      wanted,
    }),
    counts,
    census: census?.summary(suspects.conferences, scatteredIn(findings)) ?? null,
    findings,
    meshFindings: meshFindings(lastContext, {
      mixedByDrift: countMixedByDrift(first),
      restarted,
      emptied,
      expiryDrift: expiries.findings(suspects.ended > 0),
      locks,
      ...(discovered && { discovered: compareWithWanted(lastContext.views, discovered.catalogue) }),
    }),
    locks,
    ...(discovered?.catalogue && { catalogue: discovered.catalogue }),
    notes: [
      ...lockNotes(locks, {
        proxies: lastContext.views,
        spellCommand: (...words) => nextLockCommand(context.run, ...words),
      }),
      ...mesh.notes,
      ...(census?.notes ?? []),
      ...(discovered?.notes ?? []),
      ...notesOf({
        views: lastContext.views,
        expected: mesh.expected,
        saved: mesh.kind === 'saved',
        unknownRoutes: suspects.unknownRoutes,
        keyLength,
      }),
    ],
    proposal: null,
    heal: null,
  };
  return { report, first, confirmed, participantsOf };
}

function keysOf(only: OnlyKeys | null): KeyTable {
  const keys = createKeyTable(seed());
  for (const key of only?.keys ?? []) {
    const bytes = Buffer.from(key, 'latin1');
    keys.add(bytes, 0, bytes.length);
  }
  return keys;
}

function scatteredIn(findings: FindingList): readonly Finding[] {
  const tally = findings.tallies.find(({ kind }) => kind === 'scattered');
  return tally === undefined ? [] : findings.first(tally, tally.count);
}

/** The census is loaded only where the configuration has one. */
async function censusOf(run: MeshRun, tables: TablesSeen, waits: boolean): Promise<TakenCensus | null> {
  if (run.settings.census === null) return null;
  const { takeCensus } = await import('./take-census.ts');
  return takeCensus(run, tables, waits);
}

function knownKeyLength(views: readonly ProxyView[]): number | null {
  const known = views.flatMap(({ table }) => (table?.keyLength ? [table.keyLength] : []));
  return known.length === 0 ? null : Math.min(...known);
}
