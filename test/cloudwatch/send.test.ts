// Putting metrics with the real SDK against the stand-in: what arrives, and what AWS's faults
// become.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openCloudWatch } from '../../src/cloudwatch/client.ts';
import { metricsOf } from '../../src/cloudwatch/metrics.ts';
import type { Metric } from '../../src/cloudwatch/proxy-metrics.ts';
import { putMetrics, renderMetrics, type SendOptions, type SendOutcome } from '../../src/cloudwatch/send.ts';
import { type CloudWatchServer, denied, startCloudWatch, throttled } from '../support/cloudwatch-server.ts';
import { runReport } from '../support/run-report.ts';
import { stubAws } from './aws-environment.ts';

const dimensions = { Environment: 'stage-8x8' };
const at = new Date('2026-11-21T10:00:03.400Z');
const metric = (value: number, name = 'split_brain_rooms'): Metric => ({ name, unit: 'Count', value, dimensions });

let server: CloudWatchServer;
let cloudWatch: CloudWatch;

beforeEach(async () => {
  server = await startCloudWatch();
  stubAws(server.url);
  cloudWatch = await openCloudWatch({ region: null });
});

afterEach(async () => {
  cloudWatch.destroy();
  vi.unstubAllEnvs();
  await server.close();
});

function put(metrics: readonly Metric[], options: Partial<SendOptions> = {}): Promise<SendOutcome> {
  const signal = new AbortController().signal;
  return putMetrics(cloudWatch, metrics, { namespace: 'HAProxy', at, signal, ...options });
}

describe('what arrives', () => {
  test('namespace, name, unit, value, time and dimension of every metric of a run', async () => {
    const metrics = metricsOf(runReport(), { dimensions, perProxy: false }, 3400);
    expect(await put(metrics)).toEqual({ sent: true, metrics: metrics.length });
    expect(server.calls.map(({ op }) => op)).toEqual(['PutMetricData']);
    expect(server.calls[0]!.body).toEqual({
      Namespace: 'HAProxy',
      MetricData: metrics.map(({ name, unit, value }) => ({
        MetricName: name,
        Unit: unit,
        Value: value,
        Timestamp: at.getTime() / 1000,
        Dimensions: [{ Name: 'Environment', Value: 'stage-8x8' }],
      })),
    });
  });

  test('numbers that are none stay here', async () => {
    const values = [Number.NaN, 1, Number.POSITIVE_INFINITY];
    expect(await put(values.map((value) => metric(value)))).toEqual({ sent: true, metrics: 1 });
    expect(server.calls[0]!.body.MetricData).toMatchObject([{ Value: 1 }]);
  });

  test('many metrics go in batches, compressed or not, each once', async () => {
    const many = Array.from({ length: 1100 }, (_, i) => metric(i, `m${i}`));
    expect(await put(many)).toEqual({ sent: true, metrics: 1100 });
    const batches = server.calls.map(({ body }) => body.MetricData as { MetricName: string }[]);
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 100]);
    expect(batches.flat().map(({ MetricName }) => MetricName)).toEqual(many.map(({ name }) => name));
  });

  test('nothing to send is no call', async () => {
    expect(await put([])).toEqual({ sent: true, metrics: 0 });
    expect(server.calls).toEqual([]);
  });
});

describe('faults', () => {
  test('throttled once -> sent at the second try', async () => {
    server.fault = ({ nth }) => (nth === 0 ? throttled : null);
    expect(await put([metric(1)])).toEqual({ sent: true, metrics: 1 });
    expect(server.calls).toHaveLength(2);
  });

  test('throttled always -> not sent, and that is a value', async () => {
    server.fault = () => throttled;
    expect(await put([metric(1)])).toEqual({
      sent: false,
      because: 'the metrics were not sent: Throttling: stand-in: as the test demands',
    });
    expect(server.calls).toHaveLength(3);
  });

  test('denied -> not sent, not tried again', async () => {
    server.fault = () => denied;
    expect(await put([metric(1)])).toMatchObject({ sent: false, because: expect.stringContaining('AccessDenied') });
    expect(server.calls).toHaveLength(1);
  });

  test('a batch that fails -> the answer says how many went before', async () => {
    server.fault = ({ nth }) => (nth === 0 ? null : denied);
    const many = Array.from({ length: 600 }, (_, i) => metric(i, `m${i}`));
    expect(await put(many)).toMatchObject({
      sent: false,
      because: expect.stringMatching(/^the metrics were not sent after 500 of 600 metrics: /),
    });
  });

  test.each(['silent', 'stalls'] as const)(
    'an answer that is %s -> not sent, when the deadline has passed',
    async (kind) => {
      server.fault = () => ({ kind });
      expect(await put([metric(1)], { deadlineMs: 200 })).toEqual({
        sent: false,
        because: 'the metrics were not sent: CloudWatch did not answer within 200 ms',
      });
    },
  );

  test.each(['xml', 'html'] as const)('an answer of %s -> not sent, and the endpoint is suspected', async (kind) => {
    server.fault = () => ({ kind });
    expect(await put([metric(1)])).toEqual({
      sent: false,
      because:
        'the metrics were not sent: what answered is not CloudWatch, or its answer was cut short: check the endpoint and any HTTP proxy before it',
    });
  });

  test('half an answer, always -> not sent, after three tries', async () => {
    server.fault = () => ({ kind: 'half' });
    expect(await put([metric(1)])).toMatchObject({ sent: false, because: expect.stringContaining('ECONNRESET') });
    expect(server.calls).toHaveLength(3);
  });

  test('nobody listens -> not sent, with the reason', async () => {
    await server.close();
    expect(await put([metric(1)])).toMatchObject({ sent: false, because: expect.stringContaining('ECONNREFUSED') });
  });

  test('interrupted -> not sent, and no call begun', async () => {
    expect(await put([metric(1)], { signal: AbortSignal.abort() })).toEqual({
      sent: false,
      because: 'the metrics were not sent: the run was interrupted',
    });
    expect(server.calls).toEqual([]);
  });
});

test('--metrics print shows what would be sent, one metric a line', () => {
  const metrics = [
    metric(2),
    metric(Number.NaN, 'never'),
    { ...metric(3400, 'monitor_duration'), unit: 'Milliseconds' as const },
  ];
  expect(renderMetrics(metrics, 'HAProxy').split('\n')).toEqual([
    'HAProxy  split_brain_rooms     2 Count  Environment=stage-8x8',
    'HAProxy  monitor_duration   3400 Milliseconds  Environment=stage-8x8',
    '',
  ]);
});
