// The wanted alarms: within CloudWatch's limits, on metrics that are sent, only one of them paging,
// each saying what to do.

import { describe, expect, test } from 'vitest';
import { subjectOf } from '../../src/cloudwatch/alarm-names.ts';
import { wantedAlarms } from '../../src/cloudwatch/alarm-set.ts';
import { wantedDashboard } from '../../src/cloudwatch/dashboard.ts';
import { metricDefinitions } from '../../src/cloudwatch/metrics.ts';
import { ConfigError } from '../../src/errors.ts';
import { alarmSource, pager, tickets } from './alarm-settings.ts';

const wanted = wantedAlarms(alarmSource());
const metricAlarms = wanted.flatMap((alarm) => (alarm.kind === 'metric' ? [alarm.input] : []));
const composites = wanted.flatMap((alarm) => (alarm.kind === 'composite' ? [alarm.input] : []));
const named = (subject: string) => metricAlarms.find(({ AlarmName }) => AlarmName === `Split Brain prod ${subject}`)!;
const sent = new Set<string>(metricDefinitions.map(({ name }) => name));

describe('every alarm', () => {
  test.each(wanted.map(({ name, input }) => [name, input] as const))(
    '%s: named after prefix and environment, and says what to do',
    (name, input) => {
      expect(name).toMatch(/^Split Brain prod [a-z ]+$/);
      expect(input.AlarmDescription).toMatch(/ Do: .{20}/);
      expect(input.AlarmDescription!.length).toBeLessThanOrEqual(1024);
    },
  );

  test('metric alarms watch only metrics that are sent, by the dimension that they are sent with', () => {
    const dimensions = [{ Name: 'Environment', Value: 'prod' }];
    const watched = metricAlarms.flatMap(({ Metrics, Namespace, MetricName, Dimensions, Period, Unit }) =>
      Metrics === undefined
        ? [{ metric: { Namespace, MetricName, Dimensions }, period: Period, unit: Unit }]
        : Metrics.flatMap(({ MetricStat }) =>
            MetricStat === undefined
              ? []
              : [{ metric: MetricStat.Metric, period: MetricStat.Period, unit: MetricStat.Unit }],
          ),
    );
    for (const { metric, period, unit } of watched) {
      expect(metric).toEqual({ Namespace: 'HAProxy', MetricName: expect.any(String), Dimensions: dimensions });
      expect(sent).toContain(metric?.MetricName);
      expect([period, unit]).toEqual([300, undefined]);
    }
    expect(watched).toHaveLength(metricAlarms.length + 2);
  });

  test('an alarm of several metrics returns one of its queries, which names the others', () => {
    const withMath = metricAlarms.flatMap(({ Metrics }) => (Metrics === undefined ? [] : [Metrics]));
    expect(withMath).toHaveLength(3);
    for (const queries of withMath) {
      const returned = queries.filter(({ ReturnData }) => ReturnData);
      expect(returned).toHaveLength(1);
      for (const { Id, ReturnData } of queries) {
        expect(Id).toMatch(/^[a-z]\w*$/);
        if (!ReturnData) expect(returned[0]!.Expression).toContain(Id);
      }
    }
  });

  test('the period is the schedule of the configuration', () => {
    const slow = wantedAlarms(alarmSource('prod', { periodSeconds: 600 }));
    expect(JSON.stringify(slow)).not.toContain('"Period":300');
    expect(JSON.stringify(slow)).toContain('"Period":600');
  });
});

describe('silence', () => {
  test('of the job is what the heartbeat fires on, but not one empty period', () => {
    expect(named('monitor silent')).toMatchObject({
      TreatMissingData: 'breaching',
      DatapointsToAlarm: 2,
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
    });
  });

  test('keeps the state of every other alarm, except that no heal is no failed heal', () => {
    const others = metricAlarms.filter(({ AlarmName }) => !AlarmName!.endsWith('monitor silent'));
    const treatments = others.map(({ AlarmName, TreatMissingData }) => [AlarmName!.slice(17), TreatMissingData]);
    expect(treatments).toEqual([
      ['split', 'ignore'],
      ['many split', 'ignore'],
      ['mixed', 'ignore'],
      ['missing', 'ignore'],
      ['heals failing', 'notBreaching'],
      ['mesh not judged', 'ignore'],
      ['proxies unreachable', 'ignore'],
      ['peer links down', 'ignore'],
      ['lists apart', 'ignore'],
      ['scattered', 'ignore'],
      ['misplaced', 'ignore'],
      ['rooms without entry', 'ignore'],
      ['ambiguous', 'ignore'],
      ['not whole', 'ignore'],
    ]);
  });
});

test('lists that differ make a ticket after an hour, and page nobody', () => {
  const alarm = metricAlarms.find(({ AlarmName }) => AlarmName === 'Split Brain prod lists apart');
  expect(alarm).toMatchObject({ EvaluationPeriods: 12, DatapointsToAlarm: 12, Threshold: 0 });
  expect(composites[0]).toMatchObject({ AlarmRule: expect.not.stringContaining('lists apart') });
});

test('the thresholds that Baron alarms on', () => {
  expect(named('many split')).toMatchObject({ Threshold: 2, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
  expect(named('ambiguous')).toMatchObject({ Threshold: 4, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
  expect(named('rooms without entry')).toMatchObject({ Threshold: 10, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
  expect(named('scattered')).toMatchObject({ Threshold: 2, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
  expect(named('misplaced')).toMatchObject({ Threshold: 1, EvaluationPeriods: 1, DatapointsToAlarm: 1 });
});

describe('the page', () => {
  test('is the only alarm with the paging actions, and the last to be put', () => {
    expect(wanted.at(-1)).toMatchObject({ kind: 'composite', name: 'Split Brain prod page' });
    expect(composites).toHaveLength(1);
    expect(composites[0]!.AlarmActions).toEqual([pager]);
    for (const alarm of metricAlarms) expect(alarm.AlarmActions).toEqual([tickets]);
  });

  test('goes on with split, failing heals, a blind monitor or a silent one, and people apart', () => {
    expect(composites[0]!.AlarmRule).toBe(
      'ALARM("Split Brain prod split") OR ALARM("Split Brain prod many split") OR ALARM("Split Brain prod heals failing") OR ALARM("Split Brain prod mesh not judged") OR ALARM("Split Brain prod monitor silent") OR ALARM("Split Brain prod scattered") OR ALARM("Split Brain prod not whole")',
    );
  });
});

describe('names', () => {
  const scope = { prefix: 'Split Brain', environment: 'prod' };

  test.each([
    ['Split Brain prod split', 'split'],
    ['Split Brain prod page', 'page'],
    ['Split Brain prod', null],
    ['Split Brain prod eu split', null],
    ['Split Brain prod Split', null],
    ['split-brain-prod', null],
    ['Split Brain stage split', null],
  ])('%s -> %s', (name, subject) => {
    expect(subjectOf(scope, name)).toBe(subject);
  });

  test.each(['bühne', 'a"b', 'a\\b', 'a'.repeat(200)])('an environment %s cannot name alarms', (environment) => {
    expect(() => wantedAlarms(alarmSource(environment))).toThrow(ConfigError);
  });
});

describe('the dashboard', () => {
  const arns = new Map(wanted.map(({ name }) => [name, `arn:${name}`]));
  const { name, body } = wantedDashboard(alarmSource('prod eu'), 'us-east-1', new Map());

  test('has a name that CloudWatch takes', () => {
    expect(name).toBe('Split-Brain-prod-eu');
  });

  test('shows only metrics that are sent, and no widget over another', () => {
    const { widgets } = body as { widgets: { x: number; y: number; properties: { metrics: string[][] } }[] };
    const shown = widgets.flatMap(({ properties }) => properties.metrics);
    expect(shown.length).toBeGreaterThan(10);
    for (const [namespace, metric, ...dimensions] of shown) {
      expect([namespace, dimensions]).toEqual(['HAProxy', ['Environment', 'prod eu']]);
      expect(sent).toContain(metric);
    }
    expect(new Set(widgets.map(({ x, y }) => `${x} ${y}`)).size).toBe(widgets.length);
  });

  test('shows the alarms that exist, and no other', () => {
    const known = JSON.stringify(wantedDashboard(alarmSource(), 'us-east-1', arns).body);
    expect(known).toContain('"arn:Split Brain prod page"');
    expect(JSON.stringify(body)).not.toContain('arn:');
  });
});
