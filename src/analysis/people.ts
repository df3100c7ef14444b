// What the census says of a conference whose routes are known: its people sit on several shards, or
// on another one than its entries lead to. Pure.

import { DUPLICATED, type Kinds, kindsAt, MISPLACED, SCATTERED, SPLIT } from './classify.ts';
import { ABSENT, ORPHANED, type RoutedGrid } from './routed-grid.ts';

/** The people of one conference on one shard of the mesh. */
export interface People {
  /** The shard's number in the mesh. */
  readonly shard: number;
  /** Zero where its room is there and all are in breakout rooms, or the last one is leaving. */
  readonly participants: number;
  /** Epoch milliseconds since when they are known to be there; `null` where nothing proves it. */
  readonly sinceMs: number | null;
}

export interface CensusFacts {
  /** Whether the shard with this number answered the census: else it may have people too. */
  readonly hasAnswered: (shard: number) => boolean;
  /** Clients had the time to move for what has been so since this moment; epoch milliseconds. */
  readonly settledSinceMs: number;
}

/** `kinds` are those that clients had time to mend; `pending` says that others may follow. */
export interface CensusVerdict {
  readonly kinds: Kinds;
  readonly pending: boolean;
}

const NOTHING: CensusVerdict = { kinds: 0, pending: false };
const PENDING: CensusVerdict = { kinds: 0, pending: true };

/**
 * Scattered: people on two shards or more, whatever the tables say. Misplaced: every followed entry
 * leads to one shard, which answered and has no room of the conference, and its people sit on
 * another. A shard that did not answer can overturn the second, never the first.
 */
export function censusVerdict(
  look: RoutedGrid,
  row: number,
  { people, facts }: { readonly people: readonly People[]; readonly facts: CensusFacts },
): CensusVerdict {
  const populated = people.filter(({ participants }) => participants > 0);
  const settled = populated.filter(
    ({ sinceMs }) => (sinceMs ?? Number.POSITIVE_INFINITY) <= facts.settledSinceMs,
  ).length;
  if (populated.length > 1) return settled > 1 ? { kinds: SCATTERED, pending: false } : PENDING;
  if (populated.length === 0) return NOTHING;
  const route = onlyRoute(look, row);
  if (route === null || !facts.hasAnswered(route) || people.some(({ shard }) => shard === route)) return NOTHING;
  return settled > 0 ? { kinds: MISPLACED, pending: false } : PENDING;
}

/** The one shard that the followed entries lead to; `null` where they lead apart or nowhere. */
function onlyRoute(look: RoutedGrid, row: number): number | null {
  if ((kindsAt(look, row) & (SPLIT | DUPLICATED)) !== 0) return null;
  let route: number | null = null;
  for (const [proxy, evidence] of look.context.evidence.entries()) {
    if (evidence === 'none' || (look.marksAt(row, proxy) & ORPHANED) !== 0) continue;
    const shard = look.shardAt(row, proxy);
    if (shard === ABSENT) continue;
    // A route that is not known may lead to where the people are.
    if (shard < 0) return null;
    route = shard;
  }
  return route;
}
