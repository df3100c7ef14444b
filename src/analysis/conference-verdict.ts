// The verdict on one conference, from what a look confirmed and from the routes that it saw last.

import { exitCodes } from '../domain/exit-codes.ts';
import type { ConferenceVerdict, ExplainedLink, ExplainedRoute } from '../domain/explanation.ts';
import { type FindingKind, isDisagreement } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';
import { linksOf } from './links.ts';

export interface SeenConference {
  readonly routes: readonly ExplainedRoute[];
  /** The kinds that every look showed. */
  readonly kinds: readonly FindingKind[];
  /** Whether some look showed a disagreement, and not every look did. */
  readonly isChanging: boolean;
  readonly view: 'complete' | 'incomplete';
}

/** `agree` is said only where the routes themselves show it. */
export function judgeConference({ routes, kinds, isChanging, view }: SeenConference): ConferenceVerdict {
  if (kinds.some(isDisagreement)) return 'apart';
  if (isChanging) return 'changing';
  if (view === 'incomplete') return 'incomplete';
  if (routes.every(({ entry }) => entry === null)) return 'unknown';
  if (kinds.includes('orphaned')) return 'orphaned';
  const shards = new Set(routes.map(({ next }) => (next.does === 'followed' ? next.shard : null)));
  if (shards.size === 1 && !shards.has(null)) return 'agree';
  // Only an entry that is absent can be excused.
  const isAbsent = ({ next }: ExplainedRoute) => next.does === 'placed-anew' && next.why === 'absent';
  const holding = new Set(
    routes.flatMap((route) => (isAbsent(route) ? [] : [route.next.does === 'followed' ? route.next.shard : null])),
  );
  return holding.size === 1 && !holding.has(null) ? 'excused' : 'changing';
}

/** The exit code of each verdict; a disagreement in an incomplete view is 3, as in a report. */
export function exitCodeOf(verdict: ConferenceVerdict, view: 'complete' | 'incomplete'): number {
  if (view === 'incomplete') return exitCodes.incomplete;
  switch (verdict) {
    case 'apart':
      return exitCodes.disagreement;
    case 'changing':
    case 'incomplete':
      return exitCodes.incomplete;
    case 'agree':
    case 'excused':
    case 'orphaned':
    case 'unknown':
      return exitCodes.agree;
  }
}

/**
 * The links between proxies that do not lead the conference alike. Nothing where they agree: other
 * links say nothing of it.
 */
export function linksApart(views: readonly ProxyView[], routes: readonly ExplainedRoute[]): readonly ExplainedLink[] {
  const linkBetween = linksOf(views);
  const leads = routes.map(({ next }) => (next.does === 'unknown' ? null : `${next.does} ${next.shard}`));
  const links: ExplainedLink[] = [];
  for (const one of routes.keys())
    for (let other = one + 1; other < routes.length; other++) {
      if (leads[one] === null || leads[other] === null || leads[one] === leads[other]) continue;
      links.push({ one: routes[one]!.proxy, other: routes[other]!.proxy, state: linkBetween(one, other) });
    }
  return links;
}
