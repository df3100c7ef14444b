// Whether a report is of now: its time, against the time that is given. It asks no clock.

import type { CensusReading, CensusTrouble } from '../domain/census.ts';

/**
 * Half of the minute between two reports. A shard whose clock is further ahead may write old
 * reports that look new.
 */
const MOST_AHEAD_MS = 30_000;

/** `new Date().toISOString()`, and what other languages write for the same. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;

/** Consul takes no larger value and keeps the old one; beyond this a report is close to it. */
const NEARLY_TOO_LARGE = 300_000;

export interface Report {
  readonly shard: string;
  /** The report's `time`, as it was read. */
  readonly time: unknown;
  readonly bytes: number;
}

/** `reportedAt` is known wherever the time can be read, however old it is. */
export interface Freshness {
  readonly reportedAt: Date | null;
  readonly trouble: CensusTrouble | null;
}

export function freshnessOf({ shard, time, bytes }: Report, nowMs: number, maxAgeMs: number): Freshness {
  const ms = typeof time === 'string' && ISO_TIME.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(ms)) {
    return {
      reportedAt: null,
      trouble: {
        code: 'no-time',
        message: `The report of ${shard} has ${time === undefined ? 'no time' : 'a time that cannot be read'}, so that its age is unknown.`,
        remedy: 'Look at the version of its signal-sidecar: it writes `time` in ISO 8601.',
      },
    };
  }
  const reportedAt = new Date(ms);
  const ageMs = nowMs - ms;
  if (ageMs > maxAgeMs) return { reportedAt, trouble: old(shard, ageMs, { maxAgeMs, bytes }) };
  if (ageMs < -MOST_AHEAD_MS) {
    return {
      reportedAt,
      trouble: {
        code: 'ahead',
        message: `The report of ${shard} is ${seconds(-ageMs)} ahead of this machine's clock, so that its age is unknown.`,
        remedy: 'Check the clocks (NTP) of that shard and of this machine.',
      },
    };
  }
  return { reportedAt, trouble: null };
}

/**
 * The moment up to which the census knows where people were: that of the oldest report that
 * counts. One report that two censuses read is evidence of one moment only.
 */
export function knownUntilMs({ shards }: CensusReading, nowMs: number): number {
  return shards.reduce(
    (oldest, { status, reportedAt }) =>
      status === 'ok' && reportedAt !== null ? Math.min(oldest, reportedAt.getTime()) : oldest,
    nowMs,
  );
}

function old(
  shard: string,
  ageMs: number,
  { maxAgeMs, bytes }: { readonly maxAgeMs: number; readonly bytes: number },
): CensusTrouble {
  const message = `The report of ${shard} is ${seconds(ageMs)} old; census.maxAge is ${seconds(maxAgeMs)}.`;
  return {
    code: 'old',
    message,
    remedy:
      bytes > NEARLY_TOO_LARGE
        ? `It has ${bytes} bytes: Consul refuses values over 512 KB and keeps the old one. Raise kv_max_value_size there, or use census.sidecar.`
        : 'Look whether its signal-sidecar runs and reaches Consul; a shard that was removed leaves its key behind.',
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
