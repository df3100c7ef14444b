// A plan from a file against the mesh of now: the file says what was approved, and nothing of what
// is still true.

import type { Finding } from '../domain/finding.ts';
import type { EntryState, Plan, PlannedConference, Refusal } from '../domain/plan.ts';
import { planToShard } from './build-plan.ts';
import { candidatesOf } from './electorate.ts';
import type { PlanningModel } from './planning-model.ts';
import { planRequests } from './requests.ts';
import { planSteps, sameSteps } from './steps.ts';

/** What is left of a plan; `settled` are the keys of conferences on which the mesh agrees now. */
export interface Approved {
  readonly conferences: readonly PlannedConference[];
  readonly refusals: readonly Refusal[];
  readonly settled: readonly string[];
}

/**
 * Kind, steps, ids and the winner's eligibility are made anew from the look; where the steps are
 * not the approved ones, the conference is refused. A pin has no finding to be checked against: its
 * premises are checked like all others', right before the write.
 */
export function approve(plan: Plan, findings: Iterable<Finding>, model: PlanningModel): Approved {
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
    else if (finding === undefined) settled.push(planned.key);
    else {
      const approved = approveOne(planned, finding, model);
      if ('reason' in approved) refusals.push(approved);
      else conferences.push(approved);
    }
  }
  return { conferences, refusals, settled };
}

function approveOne(planned: PlannedConference, finding: Finding, model: PlanningModel): PlannedConference | Refusal {
  const { key } = planned;
  const winner = planned.winner!;
  const { eligible, disputed } = candidatesOf(finding, model.directories);
  if (disputed.some(({ shard }) => shard === winner))
    return { reason: 'state-disputed', key, because: `some proxies call ${winner} unusable now` };
  if (!eligible.includes(winner))
    return { reason: 'no-eligible-shard', key, because: `${winner} does not accept traffic on every proxy any more` };
  const entries = new Map<string, EntryState>(
    finding.routes.map(({ proxy, serverId, serverKey }) => [proxy, { serverId, serverKey }]),
  );
  const byRequest = planned.steps.some(({ kind }) => kind === 'request');
  const way = planToShard(finding, entries, winner, planned, model, byRequest ? planRequests : planSteps);
  if ('reason' in way || sameSteps(way.steps, planned.steps)) return way;
  return { reason: 'entry-changed', key, because: 'what there is to do has changed since the plan: make a new one' };
}
