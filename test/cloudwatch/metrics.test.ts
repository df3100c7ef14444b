// The metrics of a run: every name always, zeros too, no conference, and what remains after a heal.

import { describe, expect, test } from 'vitest';
import { metricDefinitions, metricsOf, renderMetricsTable } from '../../src/cloudwatch/metrics.ts';
import type { Metric } from '../../src/cloudwatch/proxy-metrics.ts';
import type { ShardCensus } from '../../src/domain/census.ts';
import type { HealOutcome, PlannedConference, Refusal } from '../../src/domain/plan.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { seenLock } from '../support/no-locks.ts';
import { situations } from '../support/report-situations.ts';
import {
  finding,
  findingList,
  mesh,
  meshFinding,
  proxyView,
  runReport,
  split,
  troubledProxy,
} from '../support/run-report.ts';

const settings = { dimensions: { Environment: 'stage-8x8' }, perProxy: false };

function numbersOf(report: RunReport, durationMs = 3400): Record<string, number> {
  return Object.fromEntries(metricsOf(report, settings, durationMs).map(({ name, value }) => [name, value]));
}

/** A heal of these conferences, `refusals` included. */
function healed(report: RunReport, planned: readonly PlannedConference[], outcome: Partial<HealOutcome>): RunReport {
  const heal = {
    planned: planned.length,
    applied: 0,
    verified: 0,
    failed: 0,
    settledThemselves: 0,
    ended: 0,
    interrupted: false,
    refusals: [],
    journal: null,
    ...outcome,
  };
  const plan = {
    schema: 'splitbrain/plan/1' as const,
    environment: report.environment,
    table: report.table,
    runId: report.run.id,
    createdAt: '',
    validUntil: '',
    refused: null,
    conferences: planned,
    refusals: [],
  };
  return { ...report, proposal: { plan, decisions: new Map() }, heal };
}

function plannedOf(kind: PlannedConference['kind'], key: string): PlannedConference {
  return {
    key,
    conference: key,
    kind,
    winner: '10.0.0.8:443',
    policy: 'majority',
    because: '',
    before: {},
    target: {},
    steps: [],
  };
}

const refusal = (reason: Refusal['reason'], key: string | null): Refusal => ({ reason, key, because: '' });

describe('every run', () => {
  test.each(Object.entries(situations))('%s: every metric once, finite, with the environment alone', (_name, make) => {
    const metrics = metricsOf(make(), settings, 1);
    expect(metrics.map(({ name }) => name)).toEqual(metricDefinitions.map(({ name }) => name));
    expect(metrics.every(({ value }) => Number.isFinite(value) && value >= 0)).toBe(true);
    expect(new Set(metrics.map(({ dimensions }) => JSON.stringify(dimensions)))).toEqual(
      new Set(['{"Environment":"stage-8x8"}']),
    );
  });

  test('a mesh that agrees sends zeros', () => {
    expect(numbersOf(runReport())).toEqual({
      stick_table_error: 0,
      missing_rooms: 0,
      split_brain_rooms: 0,
      stick_table_fixes_missing: 0,
      stick_table_fixes_split_brain: 0,
      monitor_hosts: 3,
      proxies_expected: 3,
      proxies_unreachable: 0,
      proxies_locked: 0,
      peer_links_down: 0,
      servers_drifted: 0,
      maps_drifted: 0,
      mixed_rooms: 0,
      orphaned_rooms: 0,
      ambiguous_keys: 0,
      duplicated_keys: 0,
      misplaced_rooms: 0,
      scattered_rooms: 0,
      participants_apart: 0,
      rooms_without_entry: 0,
      not_whole_rooms: 0,
      heals_refused: 0,
      heals_failed: 0,
      conferences: 1234,
      monitor_duration: 3400,
      monitor_success: 1,
    });
  });

  test('conferences are counted once each, whatever the number of proxies, and never named', () => {
    const report = runReport({
      proxies: mesh(['hap-a', 'hap-b', 'hap-c', 'hap-d']),
      findings: findingList([split('secret-1'), split('secret-2'), finding('missing', 'secret-3')]),
    });
    expect(numbersOf(report)).toMatchObject({ split_brain_rooms: 2, missing_rooms: 1, stick_table_error: 1 });
    expect(JSON.stringify(metricsOf(report, { ...settings, perProxy: true }, 1))).not.toContain('secret');
  });
});

describe('what could be seen', () => {
  test('{a: read, b: unreachable, 3 expected} -> 2 unreachable, not judged, no stick table error', () => {
    const report = runReport({
      proxies: [proxyView('hap-a', []), troubledProxy('hap-b')],
      expected: { min: 3, max: 4 },
    });
    expect(numbersOf(report)).toMatchObject({
      monitor_hosts: 1,
      proxies_expected: 3,
      proxies_unreachable: 2,
      monitor_success: 0,
      stick_table_error: 0,
    });
  });

  test('{a: read, b: locked} -> none unreachable, not judged', () => {
    const report = runReport({ proxies: [proxyView('hap-a', []), troubledProxy('hap-b', { status: 'locked' })] });
    const unseen = { proxies_unreachable: 0, proxies_locked: 1, monitor_hosts: 1, monitor_success: 0 };
    expect(numbersOf(report)).toMatchObject(unseen);
  });

  test('{a, b, c: read} and the environment is locked -> all are locked, and nothing is judged', () => {
    const report = runReport({ locks: [seenLock()], verdict: 'incomplete' });
    const frozen = { proxies_unreachable: 0, proxies_locked: 3, monitor_hosts: 3, monitor_success: 0 };
    expect(numbersOf(report)).toMatchObject(frozen);
    expect(numbersOf({ ...report, locks: [seenLock({ state: 'expired' })] })).toMatchObject({ proxies_locked: 0 });
  });

  test('{no proxy read} -> stick table error, as when there was no table to compare', () => {
    const report = runReport({ proxies: [troubledProxy('hap-a')], counts: { conferences: 0 } });
    expect(numbersOf(report)).toMatchObject({ stick_table_error: 1, monitor_hosts: 0, monitor_success: 0 });
  });

  test('links that are down or not listed are counted, other mesh findings are not', () => {
    const report = runReport({
      meshFindings: [
        meshFinding('peer-down', 'hap-a', 'hap-b', ''),
        meshFinding('peer-unknown', 'hap-a', 'hap-c', ''),
        meshFinding('version-skew', 'hap-c', null, ''),
      ],
    });
    expect(numbersOf(report)).toMatchObject({ peer_links_down: 2 });
  });
});

describe('after a heal', () => {
  const findings = findingList([split('s1'), split('s2'), finding('missing', 'm'), finding('mixed', 's1')]);
  const planned = [plannedOf('split', 's1'), plannedOf('split', 's2'), plannedOf('missing', 'm')];

  test('everything held -> zeros, and the fixes as planned', () => {
    const report = healed(runReport({ findings }), planned, { applied: 3, verified: 3 });
    expect(numbersOf(report)).toMatchObject({
      stick_table_error: 0,
      split_brain_rooms: 0,
      missing_rooms: 0,
      mixed_rooms: 0,
      stick_table_fixes_split_brain: 2,
      stick_table_fixes_missing: 1,
      heals_refused: 0,
      heals_failed: 0,
    });
  });

  test('one did not hold, one was refused by a guard -> they remain', () => {
    const refusals = [refusal('not-held', 's2'), refusal('cooldown', 'm')];
    const report = healed(runReport({ findings }), planned.slice(0, 2), {
      applied: 2,
      verified: 1,
      failed: 1,
      refusals,
    });
    expect(numbersOf(report)).toMatchObject({
      stick_table_error: 1,
      split_brain_rooms: 1,
      missing_rooms: 1,
      mixed_rooms: 0,
      heals_refused: 1,
      heals_failed: 1,
    });
  });

  test('a whole run refused counts once, and everything remains', () => {
    const report = healed(runReport({ findings }), [], { refusals: [refusal('coverage', null)] });
    expect(numbersOf(report)).toMatchObject({ split_brain_rooms: 2, missing_rooms: 1, heals_refused: 1 });
  });

  test('a plan that nobody carried out heals nothing', () => {
    const report = { ...healed(runReport({ findings }), planned, {}), heal: null };
    expect(numbersOf(report)).toMatchObject({ split_brain_rooms: 2, stick_table_fixes_split_brain: 2 });
  });
});

test('a census that no shard answered sends none of its numbers, one that some did sends them all', () => {
  const ofCensus = [
    'misplaced_rooms',
    'scattered_rooms',
    'participants_apart',
    'rooms_without_entry',
    'not_whole_rooms',
  ];
  const sent = (...shards: readonly ShardCensus['status'][]) => {
    const sums = { rooms: 0, participants: 0, roomsWithoutEntry: 0, entriesWithoutRoom: 0, participantsApart: 0 };
    const counted = {
      address: null,
      trouble: null,
      reportedAt: null,
      rooms: 0,
      participants: 0,
      leaked: 0,
      foreign: 0,
    };
    const census = {
      takenAtMs: 0,
      shards: shards.map((status, n) => ({ name: `s${n}`, status, ...counted })),
      gaps: [],
      isWhole: false,
      apart: [],
      moved: [],
      ...sums,
    };
    return Object.keys(numbersOf(runReport({ census })));
  };
  const all: readonly string[] = metricDefinitions.map(({ name }) => name);
  expect(sent('unanswered', 'stale')).toEqual(all.filter((name) => !ofCensus.includes(name)));
  expect(sent('unanswered', 'ok')).toEqual(all);
});

describe('the second set', () => {
  const ofProxy = (metrics: readonly Metric[]) => metrics.filter(({ dimensions }) => 'Proxy' in dimensions);
  const report = runReport({ proxies: [proxyView('hap-a', []), troubledProxy('hap-b')] });

  test('goes out only where it is asked for', () => {
    expect(ofProxy(metricsOf(report, settings, 1))).toEqual([]);
  });

  test('has entries and milliseconds of every proxy that was read', () => {
    const dimensions = { Environment: 'stage-8x8', Proxy: 'hap-a' };
    expect(ofProxy(metricsOf(report, { ...settings, perProxy: true }, 1))).toEqual([
      { name: 'proxy_entries', unit: 'Count', value: 1234, dimensions },
      { name: 'proxy_dump_duration', unit: 'Milliseconds', value: 35, dimensions },
    ]);
  });
});

test('the table for the docs has one row a metric', () => {
  const rows = renderMetricsTable().trimEnd().split('\n').slice(2);
  expect(rows.map((row) => /^\| `(\w+)` \| (Count|Milliseconds) \| [^|]+ \|$/.exec(row)?.[1])).toEqual(
    metricDefinitions.map(({ name }) => name),
  );
});
