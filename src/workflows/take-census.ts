// The census of a look: read, joined with the tables, and remembered for the next look.

import type { RoutedGrid } from '../analysis/routed-grid.ts';
import type { CensusContext } from '../census/census-context.ts';
import { readCensusState, writeCensusState } from '../census/census-state.ts';
import { knownUntilMs } from '../census/freshness.ts';
import { type CensusMoment, type JoinedCensus, joinCensus } from '../census/joined-census.ts';
import { openKeptAnswers } from '../census/kept-answers.ts';
import { addMoves, openMoves } from '../census/moves.ts';
import { readCensus } from '../census/read-census.ts';
import { roomRule } from '../census/room-key.ts';
import { createRoomTable, type RoomTable } from '../census/room-table.ts';
import type { CensusReading, CensusSettings, CensusShard } from '../domain/census.ts';
import type { WantedShard } from '../domain/discovery.ts';
import { healedKeys } from '../domain/remaining.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { Server } from '../domain/server.ts';
import { shardName } from '../domain/shard-name.ts';
import type { ProxyView } from '../domain/view.ts';
import { recentHeals } from '../heal/recent-heals.ts';
import { openCensusWay } from '../session/census-way.ts';
import type { MeshRun } from '../session/mesh.ts';
import { createKeyTable, type KeyTable } from '../snapshot/grid/key-table.ts';
import { seed } from './confirm-suspects.ts';

/** Signal-sidecars write their reports to Consul once a minute (docs/jitsi-facts.md, "Census"). */
const REPORT_PERIOD_MS = 60_000;
/** How soon a census that still has old reports is taken again. */
const NEXT_REPORTS_MS = 5_000;

/** The first look, which the census is taken beside. */
export interface TablesSeen {
  readonly look: RoutedGrid;
  readonly keys: KeyTable;
  readonly keyLength: number | null;
  /** The shards that discovery knows: it knows their metadata, and those that no proxy has. */
  readonly wanted: readonly WantedShard[];
  /** The look is about some keys alone: other rooms are left out, and nothing is remembered. */
  readonly isPart: boolean;
}

export interface TakenCensus extends JoinedCensus {
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/**
 * `null` where nobody asks for one: without a `census` section, and for saved dumps, whose people
 * have moved on. With `waits` a census that finds conferences apart for less than clients need to
 * move is taken again after that time.
 */
export async function takeCensus(run: MeshRun, tables: TablesSeen, waits: boolean): Promise<TakenCensus | null> {
  const { mesh, settings, context } = run;
  if (settings.census === null || mesh.kind === 'saved') return null;
  const place = { folder: settings.heal.journal, environment: settings.environment, table: settings.table };
  const state = readCensusState(place);
  const asked = { run, census: settings.census, tables };
  const moves = state?.moved ?? [];
  let taken = await takeOnce(asked, { earlier: state, moves });
  if (waits && taken.joined.pending > 0) {
    context.log.info('census-waits', { conferences: taken.joined.pending, milliseconds: settings.census.settleMs });
    context.progress.update({ stage: 'census', done: 0, total: taken.reading.shards.length, bytes: 0 });
    taken = await takeLater(asked, taken, moves);
  }
  const { joined, reading, nowMs } = taken;
  // Part of the conferences cannot stand for all that earlier looks saw.
  if (tables.isPart) return { ...joined, notes: reading.notes };
  const problem = writeCensusState(place, { atMs: nowMs, apart: joined.sightings, moved: openMoves(joined.moved) });
  return { ...joined, notes: [...reading.notes, ...notesOf(problem)] };
}

/** Notes which conferences a heal has brought to a shard, for the censuses that follow. */
export function rememberMoves({ settings, context }: MeshRun, report: RunReport): void {
  if (report.proposal === null || report.census === null) return;
  const healed = healedKeys(report);
  const atMs = context.clock.now();
  const moves = report.proposal.plan.conferences.flatMap(({ key, kind, winner, participantsMoved }) =>
    winner !== null && kind !== 'pin' && kind !== 'fill' && healed.has(key) && participantsMoved !== 0
      ? [{ key, winner, atMs }]
      : [],
  );
  if (moves.length === 0) return;
  const place = { folder: settings.heal.journal, environment: settings.environment, table: settings.table };
  const state = readCensusState(place) ?? { atMs, apart: {}, moved: [] };
  const problem = writeCensusState(place, { ...state, moved: addMoves(state.moved, moves) });
  if (problem !== null) context.log.warn('census-state-unwritable', { because: problem });
}

interface Asked {
  readonly run: MeshRun;
  readonly census: CensusSettings;
  readonly tables: TablesSeen;
}

/** What earlier runs left. */
type Remembered = Pick<CensusMoment, 'earlier' | 'moves'>;

interface Taken {
  readonly joined: JoinedCensus;
  readonly reading: CensusReading;
  readonly nowMs: number;
  /** The moment up to which the reports know where people were. */
  readonly untilMs: number;
}

/** Takes the census again once every report is younger than the settle time after the first. */
async function takeLater(asked: Asked, first: Taken, moves: Remembered['moves']): Promise<Taken> {
  const { clock, signal } = asked.run.context;
  const earlier = { atMs: first.nowMs, apart: first.joined.sightings };
  const settledAtMs = first.nowMs + asked.census.settleMs;
  await clock.sleep(asked.census.settleMs, signal);
  for (;;) {
    const taken = await takeOnce(asked, { earlier, moves });
    if (taken.untilMs >= settledAtMs || taken.nowMs >= settledAtMs + REPORT_PERIOD_MS) return taken;
    await clock.sleep(NEXT_REPORTS_MS, signal);
  }
}

async function takeOnce({ run, census, tables }: Asked, remembered: Remembered): Promise<Taken> {
  const { settings, context } = run;
  const rule = roomRule(`conference.${census.domain}`, census.keyPattern);
  const rooms: RoomTable = createRoomTable({
    known: tables.keys,
    strangers: createKeyTable(seed()),
    rule,
    onlyRows: tables.isPart ? tables.look.grid.keys.count : null,
  });
  const shards = shardsOf(tables.look.context.views, tables.wanted);
  const reading = await readOver(run, census, { shards, sink: rooms });
  const nowMs = context.clock.now();
  const untilMs = knownUntilMs(reading, nowMs);
  const healed = recentHeals(
    { folder: settings.heal.journal, environment: settings.environment },
    settings.table,
    new Date(untilMs - census.settleMs),
  );
  const wasMoved = (key: string) => 'healsOf' in healed && healed.healsOf(key) > 0;
  const joined = joinCensus(rooms, reading, {
    ...tables,
    nowMs,
    untilMs,
    settleMs: census.settleMs,
    ...remembered,
    wasMoved,
  });
  for (const { name, status, trouble, rooms: count, participants } of reading.shards)
    context.log.info('shard-census', { shard: name, status, code: trouble?.code, rooms: count, participants });
  return { joined, reading, nowMs, untilMs };
}

async function readOver(
  { mesh, settings, context }: MeshRun,
  census: CensusSettings,
  wanted: Pick<CensusContext, 'shards' | 'sink'>,
): Promise<CensusReading> {
  const way = openCensusWay(settings, census, mesh);
  try {
    const { clock, signal } = context;
    const kept = openKeptAnswers({
      folder: settings.heal.journal,
      environment: settings.environment,
      maxAgeMs: census.maxAgeMs,
      now: () => clock.now(),
    });
    return await readCensus(census, { ...wanted, dialTo: way.dialTo, kept, now: () => clock.now(), signal });
  } finally {
    await way.close();
  }
}

/**
 * The shards that discovery knows, and those that the proxies have as servers. A server that is
 * called like the former is where a proxy that lags still has it: the shard has moved.
 */
function shardsOf(views: readonly ProxyView[], wanted: readonly WantedShard[]): readonly CensusShard[] {
  const byAddress = new Map<string, CensusShard>(
    wanted.map(({ name, address, region, meta }) => [address, { name, address, region, meta }]),
  );
  const known = new Set(wanted.map(({ name }) => name));
  const servers = new Map<string, Server[]>();
  const regions = new Map<string, string | null>();
  for (const view of views)
    for (const server of view.servers) {
      if (server.address === null || byAddress.has(server.address)) continue;
      servers.set(server.address, [...(servers.get(server.address) ?? []), server]);
      if (server.counts !== false && !regions.has(server.address)) regions.set(server.address, view.region);
    }
  for (const [address, region] of regions) {
    const name = shardName(servers.get(address)!);
    if (name === null || !known.has(name)) byAddress.set(address, { name, address, region, meta: {} });
  }
  return [...byAddress.values()];
}

function notesOf(problem: string | null): readonly string[] {
  if (problem === null) return [];
  return [
    `What the census saw could not be kept for the next run (${problem}): it will not know since when conferences are apart.`,
  ];
}
