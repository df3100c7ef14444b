// Did the traffic move? Whether every proxy routes a conference where the plan wants it.

import type { EntryState, PlannedConference } from '../domain/plan.ts';
import type { PlanningModel } from '../plan/planning-model.ts';
import { rivalName } from '../plan/rival-name.ts';
import { harmOfTelling, isRight } from '../plan/steps.ts';
import type { EntriesNow } from './read-entries.ts';

export type ConferenceVerdict = { readonly held: true } | { readonly held: false; readonly because: string };

/**
 * A conference is held if every proxy answered and leads to its target. It is not held where an
 * entry's id names another shard than its key, unless the run puts back what was there before. It
 * is not held where the next request, or a link that comes back, would lead a proxy away.
 */
export function verdictOn(conference: PlannedConference, now: EntriesNow, model: PlanningModel): ConferenceVerdict {
  const differing = Object.entries(conference.target).flatMap(([proxy, shard]) => {
    const entries = now.get(proxy);
    if (!entries) return [`${proxy} did not answer`];
    const entry = entries.get(conference.key) ?? null;
    const seen = model.shardOf(entry, proxy);
    if (shard !== null && seen === shard && !model.directories.get(proxy)!.isServed(shard))
      return [`${proxy} does not send requests to ${shard} any more`];
    if (shard === null ? entry === null : seen === shard) {
      if (conference.winner === null || entry === null || isRight(entry, proxy, conference.winner, model)) return [];
      return [`${proxy} holds server_id=${entry.serverId} beside server_key=${entry.serverKey}`];
    }
    return [`${proxy} ${entry === null ? 'has no entry' : `routes to ${seen ?? 'no known shard'}`}`];
  });
  const because = differing.length > 0 ? differing.join(', ') : undoneBy(conference, now, model);
  return because === null ? { held: true } : { held: false, because };
}

/**
 * Why the next request, or a link that comes back, will lead a proxy away from the winner; `null`
 * if nothing will.
 */
function undoneBy(
  { key, target, winner, before }: PlannedConference,
  now: EntriesNow,
  model: PlanningModel,
): string | null {
  if (winner === null) return null;
  const entries = new Map(Object.keys(target).map((proxy) => [proxy, now.get(proxy)!.get(key) ?? null]));
  const words = [...Object.values(before), ...entries.values()];
  return rivalName(words, winner, model) ?? harmOfTelling(entries, winner, model)?.because ?? null;
}

/** What the proxies that answered hold for one key. */
export function entriesOf(key: string, now: EntriesNow): ReadonlyMap<string, EntryState> {
  return new Map([...now].map(([proxy, entries]) => [proxy, entries.get(key) ?? null]));
}
