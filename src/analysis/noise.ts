// When an absent entry proves nothing: it may be on its way, or just gone.

/**
 * How long an update may take to reach every proxy of a worldwide mesh. On loopback HAProxy 2.6 to 3.4 needs 0.4 to 7.5 ms; the rest is
 * the longest line on earth.
 */
export const PROPAGATION_BOUND_MS = 250;

/** Proxies do not expire an entry in the same instant: its clock starts when the update arrives, and timers run in ticks. */
export const EXPIRY_SLACK_MS = 2_000;

/** Whether every holder's entry ends within the margin, so that a proxy without it may simply have been first. */
export function aboutToExpire(maxExpiresInMs: number, marginMs: number): boolean {
  return maxExpiresInMs <= marginMs;
}

/**
 * Whether even the oldest touch of the key's entries may be younger than the propagation bound: they have as long to live as the freshest
 * entry of the table. Only for a look that cannot be repeated, and no proof there: the freshest may be old itself.
 */
export function mayBeYoung(minExpiresInMs: number, freshestMs: number | null): boolean {
  return freshestMs !== null && freshestMs - minExpiresInMs < PROPAGATION_BOUND_MS;
}
