// Words that the comparisons with discovery share.

import type { ProxyView } from '../domain/view.ts';

/** Names in a sentence: a proxy may lack every shard. */
const SHOWN = 5;

/** The first few, and how many more. */
export function fewOf(names: readonly string[]): string {
  const rest = names.length - SHOWN;
  return rest > 0 ? `${names.slice(0, SHOWN).join(', ')} and ${rest} more` : names.join(', ');
}

/** Since when the proxy is as it is: servers change by a reload, which starts a new process. */
export function loadedAgo({ uptimeSeconds }: ProxyView): string {
  if (uptimeSeconds === null) return 'when it loaded its configuration is not known';
  if (uptimeSeconds < 120) return `it loaded its configuration ${Math.floor(uptimeSeconds)} s ago`;
  if (uptimeSeconds < 7200) return `it loaded its configuration ${Math.floor(uptimeSeconds / 60)} min ago`;
  return `it loaded its configuration ${Math.floor(uptimeSeconds / 3600)} h ago`;
}
