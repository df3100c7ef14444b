// Prometheus' own judge: the text of every situation, the rules, and when each rule fires.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { makeScratch } from '../../lab/scratch.ts';
import { alarmDefinitions } from '../../src/cloudwatch/alarm-definitions.ts';
import type { AlarmSubject as Subject } from '../../src/cloudwatch/alarm-names.ts';
import { renderFailure, renderRun } from '../../src/prometheus/metrics-text.ts';
import { promtool, promtoolLacking } from '../support/promtool.ts';
import { situations } from '../support/report-situations.ts';

const rules = fileURLToPath(new URL('../../jobs/prometheus-rules.yaml', import.meta.url));
const measured = { environment: 'stage-8x8', at: new Date() };

type AlarmSubject = Exclude<Subject, 'page'>;

/** Values a minute, from minute 0 on, in promtool's notation. */
type Series = Readonly<Record<string, string>>;

/** A job that runs every five minutes, for an hour: each value is scraped five times. */
const runsWell = Array.from({ length: 60 }, (_, minute) => Math.floor(minute / 5) * 300).join(' ');
const alive: Series = { last_run_timestamp_seconds: runsWell, monitor_success: '1x60' };

describe.skipIf(promtoolLacking() !== null)('promtool', () => {
  test.each(Object.entries(situations))('check metrics: %s', (_name, make) => {
    const text = renderRun(make(), { durationMs: 3400, perProxy: true }, measured);
    expect(promtool(['check', 'metrics'], text)).toEqual({ exitCode: 0, said: '' });
  });

  test('check metrics: a failed run', () => {
    expect(promtool(['check', 'metrics'], renderFailure(measured))).toEqual({ exitCode: 0, said: '' });
  });

  test('check metrics sees what is wrong', () => {
    expect(promtool(['check', 'metrics'], 'splitbrain_x{a="b} 1\n').exitCode).not.toBe(0);
  });

  test('check rules', () => {
    const { exitCode, said } = promtool(['check', 'rules', '--lint=all', '--lint-fatal', rules]);
    expect([exitCode, said]).toEqual([0, expect.stringContaining('SUCCESS: 15 rules found')]);
  });

  /** Minutes at which the alarm is on, and at which it is not yet or no longer. */
  test.each<
    [AlarmSubject, Series, { readonly on: readonly number[]; readonly off: readonly number[]; readonly value: string }]
  >([
    ['split', { split_brain_rooms: '0x4 1x20 0x10' }, { on: [15, 20], off: [4, 14, 30], value: '1' }],
    ['many split', { split_brain_rooms: '0x4 3x20' }, { on: [8, 20], off: [7], value: '3' }],
    ['many split', { split_brain_rooms: '2x60' }, { on: [], off: [30], value: '' }],
    ['mixed', { mixed_rooms: '1x60' }, { on: [10], off: [9], value: '1' }],
    ['missing', { missing_rooms: '7x60' }, { on: [15], off: [14], value: '7' }],
    ['heals failing', { heals_failed: '0x9 1x9', heals_refused: '0x9 2x9' }, { on: [10], off: [9], value: '3' }],
    ['mesh not judged', { monitor_success: '1x4 0x55' }, { on: [20], off: [19], value: '0' }],
    ['monitor silent', { last_run_timestamp_seconds: '0x60' }, { on: [16], off: [15], value: '960' }],
    ['monitor silent', { last_run_timestamp_seconds: runsWell }, { on: [], off: [5, 30, 59], value: '' }],
    ['proxies unreachable', { proxies_unreachable: '1x60' }, { on: [15], off: [14], value: '1' }],
    ['peer links down', { peer_links_down: '2x60' }, { on: [15], off: [14], value: '2' }],
    ['lists apart', { servers_drifted: '1x90', maps_drifted: '0x90' }, { on: [60], off: [59], value: '1' }],
    ['scattered', { scattered_rooms: '3x60' }, { on: [3], off: [2], value: '3' }],
    ['scattered', { scattered_rooms: '2x60' }, { on: [], off: [30], value: '' }],
    ['misplaced', { misplaced_rooms: '2x60' }, { on: [5], off: [4], value: '2' }],
    ['misplaced', { misplaced_rooms: '1x60' }, { on: [], off: [30], value: '' }],
    ['rooms without entry', { rooms_without_entry: '11x60' }, { on: [5], off: [4], value: '11' }],
    ['rooms without entry', { rooms_without_entry: '10x60' }, { on: [], off: [30], value: '' }],
    ['ambiguous', { ambiguous_keys: '5x60' }, { on: [5], off: [4], value: '5' }],
    ['ambiguous', { ambiguous_keys: '4x60' }, { on: [], off: [30], value: '' }],
    ['not whole', { not_whole_rooms: '0x9 1x9' }, { on: [10], off: [9], value: '1' }],
  ])('test rules: %s %j', (subject, series, { on, off, value }) => {
    const fires = alarm(subject, { environment: 'prod' }, value);
    expect(
      judge(subject, { ...alive, ...series }, [
        ...on.map((at) => [at, [fires]] as const),
        ...off.map((at) => [at, []] as const),
      ]),
    ).toEqual(passed);
  });

  test('test rules: the series of a job that died with its host are missed for a day', () => {
    const fires = (value: string) => [alarm('monitor silent', { environment: 'prod' }, value)];
    const gone = { last_run_timestamp_seconds: '0x5 stale' };
    expect(judge('monitor silent', gone, [[30, [...fires('1800'), alarm('monitor silent', {}, '1')]]])).toEqual(passed);
  });

  test('test rules: a job that never ran is missed too', () => {
    expect(judge('monitor silent', {}, [[1, [alarm('monitor silent', {}, '1')]]])).toEqual(passed);
  });

  test('test rules sees a rule that does not fire', () => {
    expect(judge('split', alive, [[30, [alarm('split', { environment: 'prod' }, '1')]]]).exitCode).not.toBe(0);
  });
});

const passed = { exitCode: 0, said: expect.stringContaining('SUCCESS') };

function alarm(subject: AlarmSubject, labels: Readonly<Record<string, string>>, value: string): unknown {
  const { pages, says } = alarmDefinitions[subject];
  return {
    exp_labels: { ...labels, severity: pages ? 'page' : 'ticket' },
    exp_annotations: { summary: `${labels.environment ?? ''}: ${subject} (${value})`, description: says },
  };
}

function judge(
  subject: AlarmSubject,
  series: Series,
  moments: readonly (readonly [minute: number, alerts: readonly unknown[]])[],
) {
  const scratch = makeScratch();
  try {
    const file = scratch.file(
      'rules-test.yaml',
      stringify({
        rule_files: [rules],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: Object.entries(series).map(([name, values]) => ({
              series: `splitbrain_${name}{environment="prod"}`,
              values,
            })),
            alert_rule_test: moments.map(([minute, alerts]) => ({
              eval_time: `${minute}m`,
              alertname: `Split Brain ${subject}`,
              exp_alerts: alerts,
            })),
          },
        ],
      }),
    );
    return promtool(['test', 'rules', join(file)]);
  } finally {
    scratch.clear();
  }
}
