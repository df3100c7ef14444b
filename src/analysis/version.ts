// Which versions of HAProxy are known: their formats, and what they do with an entry.

import type { ProxyView } from '../domain/view.ts';

/**
 * From here on what the program says of HAProxy was seen; earlier ones follow entries by other
 * rules (2.2, 2.4.0: ids before names).
 */
const OLDEST = [2, 4] as const;

/**
 * A proxy that told its version, and one that is older than what is known, or no version at all.
 */
export function isVersionUnknown({ haproxy }: ProxyView): boolean {
  if (haproxy === null) return false;
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(haproxy) ?? [];
  if (major === undefined) return true;
  return Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
}
