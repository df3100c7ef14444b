// Which versions of HAProxy are known: their formats, and what they do with an entry.

import type { ProxyView } from '../domain/view.ts';

/**
 * Oldest version whose behaviour was observed. Earlier ones follow entries by other rules (2.2,
 * 2.4.0: ids before names).
 */
const OLDEST = [2, 4] as const;

/** From this version on no table holds a string key twice (commit 1824079fc). */
const NEVER_TWICE = [3, 3] as const;

/**
 * Whether the version that a proxy reported is older than the known ones, or not readable. A proxy
 * that reported none is not meant.
 */
export function isVersionUnknown({ haproxy }: ProxyView): boolean {
  if (haproxy === null) return false;
  return isBefore(haproxy, OLDEST);
}

/**
 * Whether its table may hold a key twice, so that an answer to the key alone shows one of the two.
 */
export function mayHoldTwice(haproxy: string | null): boolean {
  return haproxy === null || isBefore(haproxy, NEVER_TWICE);
}

/** True for what cannot be read too. */
function isBefore(haproxy: string, [major, minor]: readonly [number, number]): boolean {
  const [, itsMajor, itsMinor] = /^(\d+)\.(\d+)/.exec(haproxy) ?? [];
  return itsMajor === undefined || Number(itsMajor) < major || (Number(itsMajor) === major && Number(itsMinor) < minor);
}
