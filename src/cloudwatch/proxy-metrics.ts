// One datapoint, and the metrics of each proxy. Pure.

import type { RunReport } from '../domain/run-report.ts';

export type MetricUnit = 'Count' | 'Milliseconds';

/** One datapoint. It never holds the name of a conference. */
export interface Metric {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The metrics that each proxy has, where `metrics.perProxy` asks for them. */
export const proxyMetricWords = {
  proxy_entries: 'entries of the table of one proxy',
  proxy_dump_duration: 'how long reading the table of one proxy took',
} as const;

/** Metrics of each proxy. One that was not read has none: a zero would mean an empty table. */
export function proxyMetrics({ proxies }: RunReport, dimensions: Metric['dimensions']): readonly Metric[] {
  return proxies.flatMap(({ name, status, table, collect }) => {
    if (status !== 'ok' || table === null) return [];
    const metric = (what: keyof typeof proxyMetricWords, unit: MetricUnit, value: number): Metric => ({
      name: what,
      unit,
      value,
      dimensions: { ...dimensions, Proxy: name },
    });
    return [
      metric('proxy_entries', 'Count', table.entries),
      metric('proxy_dump_duration', 'Milliseconds', collect.milliseconds),
    ];
  });
}
