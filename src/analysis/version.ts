// Which versions of HAProxy are known: their formats, and what they do with an entry.

import type { ProxyView } from '../domain/view.ts';

/**
 * Oldest version whose behaviour was observed. Earlier ones follow entries by other rules (2.2,
 * 2.4.0: ids before names).
 */
const OLDEST = [2, 4] as const;

/**
 * Whether the version that a proxy reported is older than the known ones, or not readable. A proxy
 * that reported none is not meant.
 */
export function isVersionUnknown({ haproxy }: ProxyView): boolean {
  if (haproxy === null) return false;
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(haproxy) ?? [];
  if (major === undefined) return true;
  return Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
}
