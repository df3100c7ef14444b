// When an absent entry proves nothing: it may have ended already.

/**
 * Proxies do not expire an entry in the same instant: its clock starts when the update arrives, and
 * timers run in ticks.
 */
export const EXPIRY_SLACK_MS = 2_000;

/**
 * Whether every holder's entry ends within the margin, so that a proxy without it may simply have
 * been first.
 */
export function aboutToExpire(maxExpiresInMs: number, marginMs: number): boolean {
  return maxExpiresInMs <= marginMs;
}
