// The metrics of a run in Prometheus' text format, for a textfile collector: the same table as
// CloudWatch's. Pure.

import { type MetricName, metricDefinitions, metricsOf } from '../cloudwatch/metrics.ts';
import { type Metric, proxyMetricWords } from '../cloudwatch/proxy-metrics.ts';
import type { RunReport } from '../domain/run-report.ts';

/** When the last run ended, whatever came of it: rules watch its age. */
export const LAST_RUN = 'last_run_timestamp_seconds';

/** Whose metrics they are, and when the run ended. */
export interface Measured {
  readonly environment: string;
  readonly at: Readonly<Pick<Date, 'getTime'>>;
}

/** A series of a rule or a file: `splitbrain_` and the name that CloudWatch has too. */
export function seriesName(name: MetricName | typeof LAST_RUN): string {
  return `splitbrain_${name}`;
}

/** All metrics of a run that looked. */
export function renderRun(
  report: RunReport,
  options: { readonly durationMs: number; readonly perProxy: boolean },
  { environment, at }: Measured,
): string {
  const dimensions = { environment };
  const metrics = metricsOf(report, { dimensions, perProxy: options.perProxy }, options.durationMs);
  return render([...metrics, lastRun({ environment, at })]);
}

/**
 * What is known of a run that failed: that it failed, and when. The numbers of the run before are
 * gone, so that an old agreement does not look fresh.
 */
export function renderFailure({ environment, at }: Measured): string {
  const failed: Metric = { name: 'monitor_success', unit: 'Count', value: 0, dimensions: { environment } };
  return render([failed, lastRun({ environment, at })]);
}

function lastRun({ environment, at }: Measured): Metric {
  return { name: LAST_RUN, unit: 'Count', value: at.getTime() / 1000, dimensions: { environment } };
}

const words: ReadonlyMap<string, string> = new Map([
  ...metricDefinitions.map(({ name, description }) => [name, description] as const),
  ...Object.entries(proxyMetricWords),
  [LAST_RUN, 'when the last run ended, whatever came of it'],
]);

/**
 * Series of one name stand together, as the format wants it. Values that are no numbers are left
 * out.
 */
function render(metrics: readonly Metric[]): string {
  const byName = new Map<string, Metric[]>();
  for (const metric of metrics)
    if (Number.isFinite(metric.value)) byName.set(metric.name, [...(byName.get(metric.name) ?? []), metric]);
  return [...byName].map(([name, series]) => seriesLines(name, series)).join('');
}

function seriesLines(name: string, series: readonly Metric[]): string {
  const inMs = series[0]!.unit === 'Milliseconds' ? ', in milliseconds' : '';
  const help = `${words.get(name) ?? name}${inMs}`.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
  const lines = series.map(({ value, dimensions }) => `splitbrain_${name}{${labels(dimensions)}} ${value}\n`);
  return `# HELP splitbrain_${name} ${help}\n# TYPE splitbrain_${name} gauge\n${lines.join('')}`;
}

function labels(dimensions: Metric['dimensions']): string {
  return Object.entries(dimensions)
    .map(([name, value]) => `${name.toLowerCase()}="${labelValue(value)}"`)
    .join(',');
}

function labelValue(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
