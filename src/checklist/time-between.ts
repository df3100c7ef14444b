// How much time lies between two looks, by the clock of those who looked and by the proxies' own.
// Pure.

import type { TakenAt } from '../domain/comparison.ts';
import type { ProxyView } from '../domain/view.ts';
import type { ProxyPair } from './proxy-changes.ts';

/** In milliseconds, from any proxy's reading at BEFORE to any proxy's reading at AFTER. */
export interface TimeBetween {
  readonly least: number;
  readonly most: number;
}

/** HAProxy tells its uptime in whole seconds, and both readings take a moment. */
const UPTIME_TOLERANCE_MS = 2_000;

/**
 * The time that processes which ran on tell by their uptimes; `null` where there is none. It is
 * right whatever the clocks of the machines say.
 */
export function timeByUptimes(
  pairs: readonly ProxyPair[],
  before: readonly ProxyView[],
  after: readonly ProxyView[],
): TimeBetween | null {
  const times = pairs.flatMap((pair) => {
    if (pair.fate !== 'same' && pair.fate !== 'renamed') return [];
    const [up, upLater] = [before[pair.before]!.uptimeSeconds, after[pair.after]!.uptimeSeconds];
    return up === null || upLater === null ? [] : [(upLater - up) * 1000];
  });
  return times.length === 0
    ? null
    : { least: Math.min(...times) - UPTIME_TOLERANCE_MS, most: Math.max(...times) + UPTIME_TOLERANCE_MS };
}

/** The time by the clocks of those who looked; `null` where a side does not say when it looked. */
export function timeByClocks(before: TakenAt | null, after: TakenAt | null): TimeBetween | null {
  if (before === null || after === null) return null;
  return { least: after.startedAtMs - before.finishedAtMs, most: after.finishedAtMs - before.startedAtMs };
}

/**
 * The time to judge by. Where the two do not fit together the clocks are wrong, and the uptimes
 * count.
 */
export function timeBetween(
  clocks: TimeBetween | null,
  uptimes: TimeBetween | null,
): { readonly time: TimeBetween | null; readonly clocksDiffer: boolean } {
  if (clocks === null || uptimes === null) return { time: clocks ?? uptimes, clocksDiffer: false };
  const clocksDiffer = uptimes.most < clocks.least || uptimes.least > clocks.most;
  return { time: clocksDiffer ? uptimes : clocks, clocksDiffer };
}
