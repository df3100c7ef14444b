// Checks a plan from a file against the mesh of now: the file has what was approved, and a new look
// shows whether it is still true.

import { type Finding, isByCensus } from '../domain/finding.ts';
import type { Plan, PlannedConference, Refusal } from '../domain/plan.ts';
import { candidatesOf } from './electorate.ts';
import { planToShard, sameWrites, stateFound } from './plan-to-shard.ts';
import type { PlanningModel } from './planning-model.ts';
import { sameSteps } from './steps.ts';
import { participantsMovedBy } from './winner.ts';

/** What is left of a plan. */
export interface Approved {
  readonly conferences: readonly PlannedConference[];
  readonly refusals: readonly Refusal[];
  /** The keys of conferences on which the mesh agrees now. */
  readonly settled: readonly string[];
}

/** What a plan is checked against beside the findings; `counted`: as of `countedShards`. */
export interface ApprovalBasis {
  readonly model: PlanningModel;
  readonly counted: ReadonlySet<string>;
}

/**
 * Kind, steps and ids are planned again from the look, and the winner must still be eligible. Where
 * the steps differ from the approved ones, the conference is refused. A pin has no finding to check
 * it against: its premises are checked right before the write, like all others.
 */
export function approve(plan: Plan, findings: Iterable<Finding>, basis: ApprovalBasis): Approved {
  const wanted = new Set(plan.conferences.map(({ key }) => key));
  const found = new Map<string, Finding>();
  for (const finding of findings)
    if (wanted.has(finding.key) && !found.has(finding.key)) found.set(finding.key, finding);
  const conferences: PlannedConference[] = [];
  const refusals: Refusal[] = [];
  const settled: string[] = [];
  for (const planned of plan.conferences) {
    const finding = found.get(planned.key);
    if (planned.kind === 'pin') conferences.push(planned);
    else if (finding === undefined && isByCensus(planned)) refusals.push(unproved(planned));
    else if (finding === undefined) settled.push(planned.key);
    else {
      const approved = approveOne(planned, finding, basis);
      if ('reason' in approved) refusals.push(approved);
      else conferences.push(approved);
    }
  }
  return { conferences, refusals, settled };
}

/** The tables agreed before: a census that does not find the conference apart proves nothing. */
function unproved({ key }: PlannedConference): Refusal {
  const because = 'the census does not say any more that its people are apart: make a new plan';
  return { reason: 'entry-changed', key, because };
}

function approveOne(
  planned: PlannedConference,
  finding: Finding,
  { model, counted }: ApprovalBasis,
): PlannedConference | Refusal {
  const { key, policy, because } = planned;
  const winner = planned.winner!;
  const { eligible, disputed } = candidatesOf(finding, model.directories);
  if (disputed.some(({ shard }) => shard === winner))
    return { reason: 'state-disputed', key, because: `some proxies call ${winner} unusable now` };
  if (!eligible.includes(winner))
    return { reason: 'no-eligible-shard', key, because: `${winner} does not accept traffic on every proxy any more` };
  const { conference, kind } = finding;
  const participantsMoved = participantsMovedBy(finding, { winner, counted });
  const decided = { key, conference, kind, winner, policy, because, participantsMoved };
  const now = planToShard(decided, stateFound(finding, model), sameWrites(planned));
  if ('reason' in now || sameSteps(now.steps, planned.steps)) return now;
  return { reason: 'entry-changed', key, because: 'what there is to do has changed since the plan: make a new one' };
}
