// How the values of the `metrics` and `alarms` sections are read: plain value in, meaning or
// problem out.

import type { Problem } from '../input/complaint.ts';
import { parseDuration } from '../input/duration.ts';

/**
 * The name of an AWS region. It is checked here, so that a misspelt one is reported before AWS is
 * asked.
 */
export function readRegion(value: unknown): string | Problem {
  return typeof value === 'string' && /^[a-z0-9-]{1,63}$/.test(value)
    ? value
    : { problem: 'expected the name of a region, as in us-west-2' };
}

/** The namespace of the metrics, as CloudWatch allows it. */
export function readNamespace(value: unknown): string | Problem {
  return typeof value === 'string' && /^[A-Za-z0-9._/#][A-Za-z0-9._/#:-]{0,254}$/.test(value)
    ? value
    : { problem: 'expected the namespace of the metrics: letters, digits and . _ / # - only' };
}

/** The prefix of alarms' names. The rule of a composite alarm quotes those names. */
export function readAlarmPrefix(value: unknown): string | Problem {
  return typeof value === 'string' && /^[!#-[\]-~](?:[ !#-[\]-~]{0,98}[!#-[\]-~])?$/.test(value)
    ? value
    : { problem: 'expected the beginning of the alarms\' names: at most 100 ASCII letters, without " and \\' };
}

/** Milliseconds. CloudWatch takes whole minutes, and at most a day for three periods. */
export function readAlarmPeriod(value: unknown): number | Problem {
  const milliseconds = parseDuration(value);
  if (typeof milliseconds !== 'number') return milliseconds;
  return milliseconds % 60_000 === 0 && milliseconds >= 60_000 && milliseconds <= 8 * 3_600_000
    ? milliseconds
    : { problem: 'expected whole minutes, from 1m to 8h: the time between two scheduled runs' };
}
