// Sends the metrics of a run, or shows what would be sent.

import type { CloudWatch, MetricDatum } from '@aws-sdk/client-cloudwatch';
import { askAws, isAwsTrouble } from './client.ts';
import type { Metric } from './proxy-metrics.ts';

/** Whether they were sent; `because` is one sentence for the log and the summary. */
export type SendOutcome =
  | { readonly sent: true; readonly metrics: number }
  | { readonly sent: false; readonly because: string };

/** Where they go, and of when they are. */
export interface SendOptions {
  readonly namespace: string;
  /** The time of the look. */
  readonly at: Date;
  readonly signal: AbortSignal;
  /** Milliseconds for all batches and tries; 15 s by default. */
  readonly deadlineMs?: number;
}

/**
 * Metrics per call. PutMetricData takes 1,000, and 1 MB before compression; one metric takes less
 * than 2 KB.
 */
const BATCH = 500;
const DEADLINE_MS = 15_000;

/**
 * Sends metrics. Never rejects for a fault of AWS: the look is valid without its metrics, and the
 * heartbeat's alarm reports their absence.
 */
export async function putMetrics(
  cloudWatch: CloudWatch,
  metrics: readonly Metric[],
  { namespace, at, signal, deadlineMs = DEADLINE_MS }: SendOptions,
): Promise<SendOutcome> {
  const sendable = metrics.filter(isSendable);
  let sent = 0;
  const answer = await askAws(
    async (options) => {
      for (; sent < sendable.length; sent = Math.min(sent + BATCH, sendable.length)) {
        const batch = sendable.slice(sent, sent + BATCH).map((metric) => datum(metric, at));
        await cloudWatch.putMetricData({ Namespace: namespace, MetricData: batch }, options);
      }
      return {};
    },
    { deadlineMs, signal },
  );
  if (!isAwsTrouble(answer)) return { sent: true, metrics: sent };
  const partly = sent > 0 ? ` after ${sent} of ${sendable.length} metrics` : '';
  return { sent: false, because: `the metrics were not sent${partly}: ${answer.because}` };
}

/** The SDK sends NaN as the text "NaN" (3.1162), and the service would refuse the whole batch. */
function isSendable({ value }: Metric): boolean {
  return Number.isFinite(value);
}

function datum({ name, unit, value, dimensions }: Metric, at: Date): MetricDatum {
  return {
    MetricName: name,
    Unit: unit,
    Value: value,
    Timestamp: at,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  };
}

/** What would be sent, one metric a line: `HAProxy split_brain_rooms 2 Count Environment=prod`. */
export function renderMetrics(metrics: readonly Metric[], namespace: string): string {
  const sendable = metrics.filter(isSendable);
  const names = Math.max(0, ...sendable.map(({ name }) => name.length));
  const values = Math.max(0, ...sendable.map(({ value }) => String(value).length));
  const lines = sendable.map(({ name, unit, value, dimensions }) => {
    const of = Object.entries(dimensions).map(([dimension, text]) => `${dimension}=${text}`);
    return `${namespace}  ${name.padEnd(names)}  ${String(value).padStart(values)} ${unit}  ${of.join(' ')}\n`;
  });
  return lines.join('');
}
