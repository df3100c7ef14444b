// Whether what a plan was made from still holds, decided conference by conference right before its
// first write.

import { spellEntry } from '../domain/entry.ts';
import { findingKinds } from '../domain/finding.ts';
import type { EntryState, PlannedConference, Refusal } from '../domain/plan.ts';
import type { Server } from '../domain/server.ts';
import { planToShard } from '../plan/build-plan.ts';
import type { PlanningModel } from '../plan/planning-model.ts';
import { planRequests } from '../plan/requests.ts';
import { isRight, planSteps, sameEntry, sameSteps } from '../plan/steps.ts';
import { planRestore } from '../plan/undo.ts';
import type { Premise } from '../verify/read-premises.ts';

export type Premises = ReadonlyMap<string, Premise>;

/**
 * `go`: the steps to take, which are the planned ones unless something moved towards the winner
 * meanwhile. `settled`: the conference has come together by itself, and is to stay on the shard
 * where it is. `over`: no proxy holds it any more.
 */
export type Judgement =
  | { readonly kind: 'go' | 'settled'; readonly conference: PlannedConference }
  | { readonly kind: 'over' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** The servers that were told now, by proxy. */
export function serversIn(premises: Premises): ReadonlyMap<string, readonly Server[]> {
  return new Map([...premises].flatMap(([proxy, premise]) => ('servers' in premise ? [[proxy, premise.servers]] : [])));
}

/**
 * `now` is the ground that the premises' servers make. `replans: false` takes the planned steps or
 * none.
 */
export function judgePremise(
  conference: PlannedConference,
  premises: Premises,
  { now, replans }: { readonly now: PlanningModel; readonly replans: boolean },
): Judgement {
  const { key, winner } = conference;
  const refused = (reason: Refusal['reason'], because: string): Judgement => ({
    kind: 'refused',
    refusal: { reason, key, because },
  });
  const entries = new Map<string, EntryState>();
  for (const proxy of Object.keys(conference.target)) {
    const premise = premises.get(proxy) ?? { problem: 'it was not asked' };
    if ('problem' in premise)
      return refused('entry-changed', `${proxy} could not be read right before the write: ${premise.problem}`);
    entries.set(proxy, premise.entries.get(key) ?? null);
  }
  if (isFinding(conference)) {
    if (isHeldNowhere(entries)) return { kind: 'over' };
    const shard = commonShard(entries, now);
    if (shard !== null) return { kind: 'settled', conference: settledOn(shard, conference) };
  }
  const unusable =
    winner === null ? undefined : now.proxies.find((proxy) => !now.directories.get(proxy)!.isServed(winner));
  if (unusable !== undefined)
    return refused('no-eligible-shard', `${winner} does not accept traffic on ${unusable} any more`);
  const way = replan(conference, entries, now);
  if ('reason' in way) return { kind: 'refused', refusal: way };
  if (sameSteps(conference.steps, way.steps)) return { kind: 'go', conference };
  const moved = [...entries].find(([proxy, entry]) => !sameEntry(entry, conference.before[proxy] ?? null));
  // The entries have not changed. The meaning of an id, or a link, has.
  if (moved === undefined)
    return replans
      ? { kind: 'go', conference: way }
      : refused('entry-changed', "the servers' ids have changed since the plan was made: make a new one");
  const [proxy, entry] = moved;
  const isElsewhere = [...entries].some(([name, held]) => {
    const shard = now.shardOf(held, name);
    return shard !== winner && shard !== now.shardOf(conference.before[name] ?? null, name);
  });
  return replans && !isElsewhere
    ? { kind: 'go', conference: way }
    : refused(
        'entry-changed',
        `on ${proxy} the entry is ${describeEntry(entry)} and no longer ${describeEntry(conference.before[proxy] ?? null)}`,
      );
}

/** The way from what is there now, to where the plan wants it. */
export function replan(
  conference: PlannedConference,
  entries: ReadonlyMap<string, EntryState>,
  model: PlanningModel,
): PlannedConference | Refusal {
  if (conference.kind === 'undo') return planRestore(conference, entries, model);
  // The way that was chosen stays: where requests are refused, commands are not sent instead.
  const makeSteps = conference.steps.some(({ kind }) => kind === 'request') ? planRequests : planSteps;
  return planToShard(conference, entries, conference.winner!, conference, model, makeSteps);
}

/** A conference that was found to disagree, and not one that a person put somewhere. */
export function isFinding({ kind }: PlannedConference): boolean {
  return (findingKinds as readonly string[]).includes(kind);
}

/** It ended, or everybody left it: no proxy holds it, and the next request makes it anew. */
export function isHeldNowhere(entries: ReadonlyMap<string, EntryState>): boolean {
  return [...entries.values()].every((entry) => entry === null);
}

/** The one shard that every proxy follows its entry to, or `null`. */
function commonShard(entries: ReadonlyMap<string, EntryState>, now: PlanningModel): string | null {
  const [shard] = [...entries].map(([proxy, entry]) => now.shardOf(entry, proxy));
  if (shard === null || shard === undefined) return null;
  const isTogether = [...entries].every(
    ([proxy, entry]) => isRight(entry, proxy, shard, now) && now.directories.get(proxy)!.isServed(shard),
  );
  return isTogether ? shard : null;
}

function settledOn(shard: string, conference: PlannedConference): PlannedConference {
  const target = Object.fromEntries(Object.keys(conference.target).map((proxy) => [proxy, shard]));
  return { ...conference, winner: shard, target, steps: [] };
}

export function describeEntry(entry: EntryState): string {
  return entry === null ? 'absent' : spellEntry(entry);
}
