// The wanted alarms, as CloudWatch takes them. Pure.

import type { PutCompositeAlarmInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { Settings } from '../domain/settings.ts';
import { type AlarmDefinition, type AlarmRule, alarmDefinitions, PAGE_SAYS } from './alarm-definitions.ts';
import { alarmName, alarmSubjects, checkScope, ENVIRONMENT_TAG, OWNER, OWNER_TAG } from './alarm-names.ts';
import type { MetricName } from './metrics.ts';

/** An alarm as it would be sent. Every field is set, so that a change by hand is visible. */
export type WantedAlarm =
  | { readonly kind: 'metric'; readonly name: string; readonly input: PutMetricAlarmInput }
  | { readonly kind: 'composite'; readonly name: string; readonly input: PutCompositeAlarmInput };

/** The settings that alarms are made from. */
export type AlarmSource = Pick<Settings, 'environment' | 'metrics' | 'alarms'>;

/**
 * The wanted alarms. The composite comes last, because its rule names the others. Throws
 * ConfigError where names would be invalid.
 */
export function wantedAlarms(source: AlarmSource): readonly WantedAlarm[] {
  const { prefix, actions } = source.alarms;
  const scope = { prefix, environment: source.environment };
  checkScope(scope);
  const subjects = alarmSubjects.filter((subject) => subject !== 'page');
  const paging = subjects.filter((subject) => alarmDefinitions[subject].pages);
  const page = alarmName(scope, 'page');
  return [
    ...subjects.map((subject) => metricAlarm(alarmName(scope, subject), alarmDefinitions[subject], source)),
    {
      kind: 'composite',
      name: page,
      input: {
        AlarmName: page,
        AlarmDescription: PAGE_SAYS,
        AlarmRule: paging.map((subject) => `ALARM("${alarmName(scope, subject)}")`).join(' OR '),
        ActionsEnabled: true,
        AlarmActions: [...actions],
        // The page closes by itself.
        OKActions: [...actions],
        InsufficientDataActions: [],
      },
    },
  ];
}

/** The tags of every alarm of this program in one environment. */
export function wantedTags(environment: string): Readonly<Record<string, string>> {
  return { [OWNER_TAG]: OWNER, [ENVIRONMENT_TAG]: environment };
}

function metricAlarm(name: string, { rule, of, missing, says }: AlarmDefinition, source: AlarmSource): WantedAlarm {
  const [datapoints, periods] = 'seconds' in of ? allPeriods(of.seconds, source) : of;
  return {
    kind: 'metric',
    name,
    input: {
      AlarmName: name,
      AlarmDescription: says,
      ActionsEnabled: true,
      AlarmActions: [...source.alarms.notify],
      OKActions: [],
      InsufficientDataActions: [],
      EvaluationPeriods: periods,
      DatapointsToAlarm: datapoints,
      TreatMissingData: missing,
      ...watched(rule, source),
    },
  };
}

/** At least one; a period may be longer than the time. */
function allPeriods(seconds: number, { alarms }: AlarmSource): readonly [datapoints: number, periods: number] {
  const periods = Math.max(1, Math.ceil(seconds / alarms.periodSeconds));
  return [periods, periods];
}

/** No unit is set: with one, CloudWatch would see only datapoints of that unit. */
function watched(rule: AlarmRule, source: AlarmSource): Partial<PutMetricAlarmInput> {
  const { namespace, dimensions } = source.metrics;
  const ofMetric = (MetricName: MetricName) => ({
    Namespace: namespace,
    MetricName,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  });
  const query = (Id: string, metric: MetricName, Stat: string) => ({
    Id,
    MetricStat: { Metric: ofMetric(metric), Period: source.alarms.periodSeconds, Stat },
    ReturnData: false,
  });
  const single = { Statistic: 'Maximum' as const, Period: source.alarms.periodSeconds };
  switch (rule.kind) {
    case 'any':
      return {
        ...ofMetric(rule.metric),
        ...single,
        Threshold: rule.above ?? 0,
        ComparisonOperator: 'GreaterThanThreshold',
      };
    case 'never-one':
      return { ...ofMetric(rule.metric), ...single, Threshold: 1, ComparisonOperator: 'LessThanThreshold' };
    case 'any-of': {
      const terms = rule.metrics.map((metric) => query(metric, metric, 'Maximum'));
      const total = { Id: 'total', Label: 'total', Expression: rule.metrics.join(' + '), ReturnData: true };
      return { Metrics: [...terms, total], Threshold: 0, ComparisonOperator: 'GreaterThanThreshold' };
    }
    case 'silent': {
      // FILL turns gaps into zeros, which count at once. Without any datapoint it returns nothing,
      // and `breaching` applies.
      const runs = { Id: 'runs', Label: 'runs', Expression: `FILL(${rule.metric}, 0)`, ReturnData: true };
      return {
        Metrics: [query(rule.metric, rule.metric, 'SampleCount'), runs],
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
      };
    }
  }
}
