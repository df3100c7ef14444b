// The plan of one conference whose shard is decided.

import type { Finding } from '../domain/finding.ts';
import type { PlannedConference, Refusal } from '../domain/plan.ts';
import type { PlanningModel } from './planning-model.ts';
import { planRequests } from './requests.ts';
import type { ConferenceState } from './simulated-mesh.ts';
import { planSteps } from './steps.ts';

/** A conference, the shard where it is to be, and why there. */
export type DecidedConference = Pick<
  PlannedConference,
  'key' | 'conference' | 'kind' | 'policy' | 'because' | 'participantsMoved'
> & {
  readonly winner: string;
};

/**
 * Brings the conference to its shard on every proxy that was read in full. The writes are commands
 * of the runtime API, or requests with `planWrites: planRequests`.
 */
export function planToShard(
  { key, conference, kind, winner, policy, because, participantsMoved = null }: DecidedConference,
  { entries, model }: ConferenceState,
  planWrites: typeof planSteps = planSteps,
): PlannedConference | Refusal {
  const planned = planWrites({ entries, winner, model });
  if ('refusal' in planned) return { reason: planned.refusal, key, because: planned.because };
  return {
    key,
    conference,
    kind,
    winner,
    policy,
    because,
    ...(participantsMoved === null ? {} : { participantsMoved }),
    before: Object.fromEntries(model.proxies.map((proxy) => [proxy, entries.get(proxy) ?? null])),
    target: Object.fromEntries(model.proxies.map((proxy) => [proxy, winner])),
    steps: planned.steps,
  };
}

/**
 * Plans writes of the kind that the conference's steps have. Where requests are refused, commands
 * are not sent instead.
 */
export function sameWrites({ steps }: PlannedConference): typeof planSteps {
  return steps.some(({ kind }) => kind === 'request') ? planRequests : planSteps;
}

/** The conference as the look found it. */
export function stateFound({ routes }: Finding, model: PlanningModel): ConferenceState {
  return {
    entries: new Map(routes.map(({ proxy, serverId, serverKey }) => [proxy, { serverId, serverKey }] as const)),
    model,
  };
}
