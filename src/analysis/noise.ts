// When an absent entry proves nothing: it may be on its way, or just gone.

/**
 * How long an update may take to reach every proxy of a worldwide mesh. On loopback HAProxy 2.6 to 3.4 needs 0.4 to 7.5 ms; the rest is
 * the longest line on earth.
 */
export const PROPAGATION_BOUND_MS = 250;

/** Proxies do not expire an entry in the same instant: its clock starts when the update arrives, and timers run in ticks. */
export const EXPIRY_SLACK_MS = 2_000;

/** The table's `expire` can be told from its entries only while some are fresh; expiries in use are whole multiples of this. */
const EXPIRE_STEP_MS = 30_000;
const FRESHNESS_MS = 1_000;

/** Whether every holder's entry ends within the margin, so that a proxy without it may simply have been first. */
export function aboutToExpire(maxExpiresInMs: number, marginMs: number): boolean {
  return maxExpiresInMs <= marginMs;
}

/**
 * The table's `expire` in milliseconds as its freshest entry shows it, or `null` where no entry is fresh enough to tell: then
 * nothing can be called young, and an absence stays a finding.
 */
export function expireOf(maxExpiresInMs: number): number | null {
  const rounded = Math.ceil(maxExpiresInMs / EXPIRE_STEP_MS) * EXPIRE_STEP_MS;
  return maxExpiresInMs > 0 && rounded - maxExpiresInMs < FRESHNESS_MS ? rounded : null;
}

/**
 * Whether even the oldest touch of the key's entries is younger than the propagation bound. Only for a look that cannot be repeated: with a
 * second look, an entry that was there in both has proven its age.
 */
export function tooYoung(minExpiresInMs: number, expireMs: number | null): boolean {
  return expireMs !== null && expireMs - minExpiresInMs < PROPAGATION_BOUND_MS;
}
