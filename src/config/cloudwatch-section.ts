// What goes to CloudWatch, from the `metrics` and `alarms` sections.

import type { AlarmSettings, MetricsSettings } from '../domain/settings.ts';
import type { AlarmsSection, MetricsSection } from './schema.ts';

const DEFAULT_NAMESPACE = 'HAProxy';
const DEFAULT_PREFIX = 'Split Brain';
/**
 * Milliseconds: Jitsi's schedule. An alarm with a shorter period would find most of its periods
 * empty.
 */
const DEFAULT_PERIOD_MS = 300_000;

/** Without a `metrics` section nothing is sent; `--metrics print` still shows the names. */
export function readCloudWatch(
  metrics: MetricsSection | undefined,
  alarms: AlarmsSection | undefined,
  environment: string,
): { readonly metrics: MetricsSettings; readonly alarms: AlarmSettings } {
  return {
    metrics: {
      configured: metrics !== undefined,
      namespace: metrics?.namespace ?? DEFAULT_NAMESPACE,
      region: metrics?.region ?? null,
      dimensions: metrics?.dimensions ?? { Environment: environment },
      perProxy: metrics?.perProxy ?? false,
    },
    alarms: {
      configured: alarms !== undefined,
      prefix: alarms?.prefix ?? DEFAULT_PREFIX,
      periodSeconds: (alarms?.period ?? DEFAULT_PERIOD_MS) / 1000,
      actions: alarms?.actions ?? [],
      notify: alarms?.notify ?? [],
    },
  };
}
