// Did the traffic move? Whether every proxy routes a conference to where the plan wants it.

import type { EntryState, PlannedConference } from '../domain/plan.ts';
import type { PlanningModel } from '../plan/planning-model.ts';
import { rivalName } from '../plan/rival-name.ts';
import { harmOfResending, isRight, type ShardGoal } from '../plan/simulated-mesh.ts';
import type { EntriesNow } from './read-entries.ts';

/** `because` names each proxy that differs, or what would undo the heal. */
export type ConferenceVerdict = { readonly held: true } | { readonly held: false; readonly because: string };

/**
 * A conference is held if every proxy answered and leads to its target. It is not held where an
 * entry's id names another shard than its key, unless the run puts back what was there before. It
 * is not held where the next request, or a link that comes back, would lead a proxy away.
 */
export function verdictOn(conference: PlannedConference, now: EntriesNow, model: PlanningModel): ConferenceVerdict {
  const goal = goalOf(conference, now, model);
  const differing = Object.entries(conference.target).flatMap(([proxy, shard]) => {
    const entries = now.get(proxy);
    if (!entries) return [`${proxy} did not answer`];
    const entry = entries.get(conference.key) ?? null;
    const seen = model.shardOf(entry, proxy);
    if (shard !== null && seen === shard && !model.directories.get(proxy)!.isServed(shard))
      return [`${proxy} does not send requests to ${shard} any more`];
    if (shard === null ? entry === null : seen === shard) {
      if (goal === null || entry === null || isRight(proxy, goal)) return [];
      return [`${proxy} holds server_id=${entry.serverId} beside server_key=${entry.serverKey}`];
    }
    return [`${proxy} ${entry === null ? 'has no entry' : `routes to ${seen ?? 'no known shard'}`}`];
  });
  const undone = () => (goal === null ? null : undoneBy(goal, Object.values(conference.before)));
  const because = differing.length > 0 ? differing.join(', ') : undone();
  return because === null ? { held: true } : { held: false, because };
}

/** `null` where the conference has no winner, since it goes back to several shards. */
function goalOf({ key, target, winner }: PlannedConference, now: EntriesNow, model: PlanningModel): ShardGoal | null {
  if (winner === null) return null;
  const entries = new Map(Object.keys(target).map((proxy) => [proxy, now.get(proxy)?.get(key) ?? null]));
  return { entries, winner, model };
}

/**
 * Why the next request, or a link that comes back, will lead a proxy away from the winner; `null`
 * if nothing will. The entries before the heal also show whether the table holds addresses.
 */
function undoneBy(goal: ShardGoal, before: readonly EntryState[]): string | null {
  const { entries, winner, model } = goal;
  return rivalName([...before, ...entries.values()], winner, model) ?? harmOfResending(goal)?.because ?? null;
}

/** The entry of one key on each proxy that answered. */
export function entriesOf(key: string, now: EntriesNow): ReadonlyMap<string, EntryState> {
  return new Map([...now].map(([proxy, entries]) => [proxy, entries.get(key) ?? null]));
}
