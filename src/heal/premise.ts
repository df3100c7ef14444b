// Whether the premises of a plan are still true, judged for each conference right before its first
// write.

import { spellEntry } from '../domain/entry.ts';
import { findingKinds, isByCensus } from '../domain/finding.ts';
import type { EntryState, PlannedConference, Refusal } from '../domain/plan.ts';
import type { Server } from '../domain/server.ts';
import { stillFills } from '../plan/fill-again.ts';
import { planToShard, sameWrites } from '../plan/plan-to-shard.ts';
import type { PlanningModel } from '../plan/planning-model.ts';
import { type ConferenceState, isRight } from '../plan/simulated-mesh.ts';
import { sameEntry, sameSteps } from '../plan/steps.ts';
import { planRestore } from '../plan/undo.ts';
import type { Premise } from '../verify/read-premises.ts';

/** By proxy. */
export type Premises = ReadonlyMap<string, Premise>;

/**
 * `go`: the steps to take. They are the planned ones, unless entries have moved towards the winner
 * since. `settled`: every proxy follows its entry to one shard already, where the conference stays.
 * `ended`: no proxy holds the conference any more.
 */
export type Judgement =
  | { readonly kind: 'go' | 'settled'; readonly conference: PlannedConference }
  | { readonly kind: 'ended' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** A conference of a batch, and what becomes of it. */
export interface Judged {
  readonly key: string;
  readonly judgement: Judgement;
}

/** The servers of each proxy that answered, as they are now. */
export function serversIn(premises: Premises): ReadonlyMap<string, readonly Server[]> {
  return new Map([...premises].flatMap(([proxy, premise]) => ('servers' in premise ? [[proxy, premise.servers]] : [])));
}

/** How a conference is judged. */
export interface PremiseRules {
  /** Made from the premises' servers. */
  readonly model: PlanningModel;
  /** Whether steps may be planned again towards the same winner; else the planned ones, or none. */
  readonly replans: boolean;
}

/** Compares the planned steps with those that the premises lead to now. */
export function judgePremise(
  conference: PlannedConference,
  premises: Premises,
  { model, replans }: PremiseRules,
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
    if (isHeldNowhere(entries)) return { kind: 'ended' };
    const shard = commonShard({ entries, model });
    // Tables that agree settle nothing that the census found: they agreed before.
    if (shard !== null && (shard === winner || !isByCensus(conference)))
      return { kind: 'settled', conference: settledOn(shard, conference) };
  }
  const unusable =
    winner === null ? undefined : model.proxies.find((proxy) => !model.directories.get(proxy)!.isServed(winner));
  if (unusable !== undefined)
    return refused('no-eligible-shard', `${winner} does not accept traffic on ${unusable} any more`);
  const replanned = replan(conference, { entries, model });
  if ('reason' in replanned) return { kind: 'refused', refusal: replanned };
  if (sameSteps(conference.steps, replanned.steps)) return { kind: 'go', conference };
  const moved = [...entries].find(([proxy, entry]) => !sameEntry(entry, conference.before[proxy] ?? null));
  // The entries have not changed, but the meaning of an id or the state of a link has.
  if (moved === undefined)
    return replans
      ? { kind: 'go', conference: replanned }
      : refused('entry-changed', "the servers' ids have changed since the plan was made: make a new one");
  const [proxy, entry] = moved;
  const isElsewhere = [...entries].some(([name, held]) => {
    const shard = model.shardOf(held, name);
    return shard !== winner && shard !== model.shardOf(conference.before[name] ?? null, name);
  });
  return replans && !isElsewhere
    ? { kind: 'go', conference: replanned }
    : refused(
        'entry-changed',
        `on ${proxy} the entry is ${describeEntry(entry)} and no longer ${describeEntry(conference.before[proxy] ?? null)}`,
      );
}

/** Plans the conference's target again, from what is there now. */
export function replan(conference: PlannedConference, state: ConferenceState): PlannedConference | Refusal {
  if (conference.kind === 'undo') return planRestore(conference, state);
  const again = planToShard({ ...conference, winner: conference.winner! }, state, sameWrites(conference));
  return conference.kind === 'fill' ? stillFills(conference, again, state) : again;
}

/** Whether a look found the conference to disagree; a pin or an undo comes from a person. */
export function isFinding({ kind }: PlannedConference): boolean {
  return kind === 'fill' || (findingKinds as readonly string[]).includes(kind);
}

/** Whether the conference has ended: the next request makes its entry again. */
export function isHeldNowhere(entries: ReadonlyMap<string, EntryState>): boolean {
  return [...entries.values()].every((entry) => entry === null);
}

/** The one shard to which every proxy follows its entry, or `null`. */
function commonShard({ entries, model }: ConferenceState): string | null {
  const [winner] = [...entries].map(([proxy, entry]) => model.shardOf(entry, proxy));
  if (winner === null || winner === undefined) return null;
  const isCommon = [...entries.keys()].every(
    (proxy) => isRight(proxy, { entries, winner, model }) && model.directories.get(proxy)!.isServed(winner),
  );
  return isCommon ? winner : null;
}

function settledOn(shard: string, conference: PlannedConference): PlannedConference {
  const target = Object.fromEntries(Object.keys(conference.target).map((proxy) => [proxy, shard]));
  return { ...conference, winner: shard, target, steps: [] };
}

/** An entry in words for a refusal: `absent`, or its id and key. */
export function describeEntry(entry: EntryState): string {
  return entry === null ? 'absent' : spellEntry(entry);
}
