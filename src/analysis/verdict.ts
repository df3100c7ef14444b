// The verdict of a run and its exit code.

import { exitCodes } from '../domain/exit-codes.ts';
import { disagreementKinds } from '../domain/finding.ts';
import type { Counts, Verdict } from '../domain/run-report.ts';

/**
 * Whether the view was complete: every expected proxy was read in full, no connected peer was left
 * out, every route is known, and nobody changes things meanwhile.
 */
export interface Coverage {
  readonly expectedAtLeast: number;
  readonly unknownRoutes: number;
  /** Peers that are connected and were not read. */
  readonly unreadPeers: number;
  /** Whether somebody has locked the environment, to work on it. */
  readonly isLocked: boolean;
}

/**
 * A disagreement that was seen holds however little else was seen. Without one, an incomplete view
 * is not agreement.
 */
export function judgeRun(
  counts: Counts,
  coverage: Coverage,
): { readonly verdict: Verdict; readonly view: 'complete' | 'incomplete'; readonly exitCode: number } {
  const incomplete =
    counts.proxiesReporting < Math.max(counts.proxies, coverage.expectedAtLeast) ||
    counts.proxies === 0 ||
    coverage.unknownRoutes > 0 ||
    coverage.unreadPeers > 0 ||
    coverage.isLocked;
  const disagreement = disagreementKinds.some((kind) => counts.byKind[kind] > 0);
  return {
    view: incomplete ? 'incomplete' : 'complete',
    verdict: disagreement ? 'split' : incomplete ? 'incomplete' : 'agree',
    exitCode: incomplete ? exitCodes.incomplete : disagreement ? exitCodes.disagreement : exitCodes.agree,
  };
}
