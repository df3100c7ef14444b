// One side of a comparison: what was read, and what keeps it from being complete. Pure.

import { unreadPeers } from '../analysis/members.ts';
import type { RoutedGrid } from '../analysis/routed-grid.ts';
import type { ComparedSide, TakenAt } from '../domain/comparison.ts';
import type { ProxyView } from '../domain/view.ts';

/** One look at the mesh, or at its parts, and what is known of it. */
export interface Side {
  readonly look: RoutedGrid;
  /** The folders; empty for the live mesh. */
  readonly folders: readonly string[];
  /** `null`: not known. */
  readonly environment: string | null;
  readonly takenAt: TakenAt | null;
  /** How many proxies there must be; `null`: not known. */
  readonly expected: { readonly min: number; readonly max: number } | null;
  /** What says of the whole mesh that it must not be judged now, such as a lock. */
  readonly reservations: readonly string[];
}

/** `conferences` is how many the side holds. */
export function describeSide(side: Side, conferences: number): ComparedSide {
  const { folders, environment, takenAt, look } = side;
  const { views, evidence } = look.context;
  return {
    folders,
    environment,
    takenAt,
    proxies: views.length,
    proxiesReporting: evidence.filter((each) => each === 'full').length,
    conferences,
    gaps: [...gapsOf(side), ...(conferences === 0 ? [NOTHING_HELD] : [])],
  };
}

const NOTHING_HELD = 'no proxy that was read holds a conference';

/** What keeps a conference that is not seen from being gone. */
export function gapsOf({ look, expected, reservations }: Side): readonly string[] {
  const { views, serverless } = look.context;
  const gaps = [...reservations, ...views.flatMap(unreadWords)];
  const without = views.filter((_, proxy) => serverless[proxy]).map(({ name }) => name);
  if (without.length > 0) gaps.push(`the entries of ${without.join(', ')} name no server`);
  if (expected !== null && (views.length < expected.min || views.length > expected.max))
    gaps.push(`${views.length} proxies where ${rangeWords(expected)} are expected`);
  for (const { peer, connectedTo } of unreadPeers(views))
    gaps.push(`${peer} shares the table with ${connectedTo.join(', ')} and was not read`);
  if (views.length === 0) gaps.push('it has no proxy');
  return gaps;
}

function unreadWords({ name, status, trouble }: ProxyView): string[] {
  if (status === 'ok') return [];
  const why = trouble === null ? status : trouble.message;
  return [status === 'truncated' ? `${name} was read in part: ${why}` : `${name} was not read: ${why}`];
}

function rangeWords({ min, max }: { readonly min: number; readonly max: number }): string {
  return min === max ? `${min}` : `${min} to ${max}`;
}
