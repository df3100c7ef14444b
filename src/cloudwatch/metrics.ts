// The metrics of a run: one table of definitions. Datapoints, alarms and the table in docs are made
// from it. Pure.

import { isSilent } from '../domain/census.ts';
import { type CountsByKind, disagreementKinds, type FindingKind, type MeshFindingKind } from '../domain/finding.ts';
import { environmentLock } from '../domain/lock.ts';
import type { HealOutcome } from '../domain/plan.ts';
import { remainingAfter } from '../domain/remaining.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { MetricsSettings } from '../domain/settings.ts';
import { kindMetrics } from './kind-metrics.ts';
import { type Metric, type MetricUnit, proxyMetrics } from './proxy-metrics.ts';

/** A run, and what its metrics are computed from. */
interface MeasuredRun {
  readonly report: RunReport;
  readonly remaining: CountsByKind;
  /** The whole run, the heal included; milliseconds. */
  readonly durationMs: number;
}

interface MetricDefinition {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly description: string;
  readonly measure: (run: MeasuredRun) => number;
}

/** Counts the conferences of one kind. */
function remainingOf<Kind extends FindingKind>(kind: Kind) {
  const { name, description }: (typeof kindMetrics)[Kind] = kindMetrics[kind];
  return { name, description, unit: 'Count', measure: ({ remaining }: MeasuredRun) => remaining[kind] } as const;
}

/**
 * The definitions. The first six have the names and meanings of Jitsi's check_haproxy_status.py, so
 * that existing alarms and dashboards go on working. There, `stick_table_error` is 1 where the
 * comparison found anything or had no table, but not where single tables were missing. Its fixes
 * are those that it wrote down, carried out or not. It counts a conference once per proxy; this
 * program counts it once per mesh. After a heal, rooms are those that remain, so that the alarm
 * clears by itself.
 */
export const metricDefinitions = [
  {
    name: 'stick_table_error',
    unit: 'Count',
    description:
      '1 where conferences are split, missing, mixed, duplicated, misplaced or scattered at the end of the run, or no proxy could be read; else 0',
    measure: ({ report, remaining }) =>
      report.counts.proxiesReporting === 0 || disagreementKinds.some((kind) => remaining[kind] > 0) ? 1 : 0,
  },
  remainingOf('missing'),
  remainingOf('split'),
  {
    name: 'stick_table_fixes_missing',
    unit: 'Count',
    description: 'conferences with missing entries that the plan of the run fills in, carried out or not',
    measure: ({ report }) => planned(report, (kind) => kind === 'missing'),
  },
  {
    name: 'stick_table_fixes_split_brain',
    unit: 'Count',
    description: 'split and mixed conferences that the plan of the run brings to one shard, carried out or not',
    measure: ({ report }) => planned(report, (kind) => kind === 'split' || kind === 'mixed'),
  },
  {
    name: 'monitor_hosts',
    unit: 'Count',
    description: 'proxies whose table was read in full',
    measure: ({ report }) => report.counts.proxiesReporting,
  },
  {
    name: 'proxies_expected',
    unit: 'Count',
    description: 'proxies that there must be: those of the inventory, or `proxies.expect` where that is more',
    measure: ({ report }) => expectedProxies(report),
  },
  {
    name: 'proxies_unreachable',
    unit: 'Count',
    description: 'expected proxies that were not read in full, for whatever reason but a lock of the fleet',
    measure: ({ report }) =>
      Math.max(0, expectedProxies(report) - report.counts.proxiesReporting - lockedProxies(report)),
  },
  {
    name: 'proxies_locked',
    unit: 'Count',
    description: 'proxies that somebody has locked: all of them where the environment is locked',
    measure: ({ report }) =>
      environmentLock(report.locks) === undefined ? lockedProxies(report) : expectedProxies(report),
  },
  {
    name: 'peer_links_down',
    unit: 'Count',
    description: 'peer links that are not established, or that one end does not list',
    measure: ({ report }) => report.meshFindings.filter(({ kind }) => brokenLinks.has(kind)).length,
  },
  {
    name: 'servers_drifted',
    unit: 'Count',
    description: 'findings of server lists that differ, between proxies or from what discovery knows',
    measure: ({ report }) => report.meshFindings.filter(({ kind }) => kind === 'server-drift').length,
  },
  {
    name: 'maps_drifted',
    unit: 'Count',
    description: 'findings of maps of live release or tenant pins that differ; 0 without discovery',
    measure: ({ report }) => report.meshFindings.filter(({ kind }) => kind === 'map-drift').length,
  },
  remainingOf('mixed'),
  remainingOf('orphaned'),
  remainingOf('ambiguous'),
  remainingOf('duplicated'),
  remainingOf('misplaced'),
  remainingOf('scattered'),
  {
    name: 'participants_apart',
    unit: 'Count',
    description:
      'participants of scattered conferences who are not where most of their conference are; 0 without a census',
    measure: ({ report }) => report.census?.participantsApart ?? 0,
  },
  {
    name: 'rooms_without_entry',
    unit: 'Count',
    description: 'rooms of shards that no proxy has an entry for; a few are normal; 0 without a census',
    measure: ({ report }) => report.census?.roomsWithoutEntry ?? 0,
  },
  {
    name: 'not_whole_rooms',
    unit: 'Count',
    description:
      'conferences that were healed and whose people are still apart after the time that clients need; 0 without a census',
    measure: ({ report }) => report.census?.moved.filter(({ state }) => state === 'not-whole').length ?? 0,
  },
  {
    name: 'heals_refused',
    unit: 'Count',
    description:
      'refusals of a heal that was asked for: conferences, or 1 for the whole run; 0 where none was asked for, or the mesh was locked',
    // Heals that failed are among the refusals too.
    measure: ({ report: { heal } }) =>
      heal === null || isKeptOut(heal) ? 0 : Math.max(0, heal.refusals.length - heal.failed),
  },
  {
    name: 'heals_failed',
    unit: 'Count',
    description: 'conferences that were healed and did not stay so',
    measure: ({ report }) => report.heal?.failed ?? 0,
  },
  {
    name: 'conferences',
    unit: 'Count',
    description: 'conferences that any proxy knows',
    measure: ({ report }) => report.counts.conferences,
  },
  {
    name: 'monitor_duration',
    unit: 'Milliseconds',
    description: 'how long the run took, its heal included',
    measure: ({ durationMs }) => durationMs,
  },
  {
    name: 'monitor_success',
    unit: 'Count',
    description:
      '1 where the mesh could be judged (it agrees, or it certainly does not), else 0; absent: the job is silent',
    measure: ({ report }) => (report.verdict === 'incomplete' ? 0 : 1),
  },
] as const satisfies readonly MetricDefinition[];

/** The name of a metric. */
export type MetricName = (typeof metricDefinitions)[number]['name'];

/** What a census alone can tell. */
const ofCensus: ReadonlySet<MetricName> = new Set([
  'misplaced_rooms',
  'scattered_rooms',
  'participants_apart',
  'rooms_without_entry',
  'not_whole_rooms',
]);

const brokenLinks: ReadonlySet<MeshFindingKind> = new Set(['peer-down', 'peer-deaf', 'peer-unknown']);

function planned(report: RunReport, counts: (kind: string) => boolean): number {
  return report.proposal?.plan.conferences.filter(({ kind }) => counts(kind)).length ?? 0;
}

function expectedProxies({ expected, counts }: RunReport): number {
  return Math.max(expected?.min ?? 0, counts.proxies);
}

/** Whether another run heals, or people maintain the proxies: then nobody needs to act. */
function isKeptOut({ refusals }: HealOutcome): boolean {
  return refusals.some(({ reason, key }) => reason === 'locked' && key === null);
}

function lockedProxies({ proxies }: RunReport): number {
  return proxies.filter(({ status }) => status === 'locked').length;
}

/**
 * Every metric of the table, zeros too: an alarm returns to OK by data, not by silence. A census
 * that no shard answered has none: a zero would say that all people are together. Values that are
 * not numbers are dropped when metrics are sent.
 */
export function metricsOf(
  report: RunReport,
  settings: Pick<MetricsSettings, 'dimensions' | 'perProxy'>,
  durationMs: number,
): readonly Metric[] {
  const run: MeasuredRun = { report, remaining: remainingAfter(report), durationMs };
  const isUnknown = report.census !== null && isSilent(report.census);
  const known = metricDefinitions.filter(({ name }) => !isUnknown || !ofCensus.has(name));
  const ofMesh = known.map(({ name, unit, measure }) => ({
    name,
    unit,
    value: measure(run),
    dimensions: settings.dimensions,
  }));
  return settings.perProxy ? [...ofMesh, ...proxyMetrics(report, settings.dimensions)] : ofMesh;
}

/** The table of docs/alarms-and-jenkins.md in Markdown. */
export function renderMetricsTable(): string {
  const rows = metricDefinitions.map(({ name, unit, description }) => `| \`${name}\` | ${unit} | ${description} |`);
  return `${['| metric | unit | what it counts |', '|---|---|---|', ...rows].join('\n')}\n`;
}
