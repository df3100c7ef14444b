// Whether a conference may still be filled in, from what is there right before the write. Pure.

import type { PlannedConference, Refusal } from '../domain/plan.ts';
import { type ConferenceState, isRight } from './simulated-mesh.ts';

/**
 * The fill as it was planned again, unless it would do more than add entries. Refuses where an
 * entry leads elsewhere meanwhile. An entry is set directly only on a proxy where the plan set one:
 * a touch that did not arrive there may mean that its table is another.
 */
export function stillFills(
  conference: PlannedConference,
  again: PlannedConference | Refusal,
  { entries, model }: ConferenceState,
): PlannedConference | Refusal {
  const { key } = conference;
  const winner = conference.winner!;
  const elsewhere = model.proxies.find(
    (proxy) => (entries.get(proxy) ?? null) !== null && !isRight(proxy, { entries, winner, model }),
  );
  if (elsewhere !== undefined)
    return {
      reason: 'entry-changed',
      key,
      because: `on ${elsewhere} the entry leads to ${model.shardOf(entries.get(elsewhere)!, elsewhere) ?? 'no known shard'} now, and elsewhere to ${winner}: left for a heal`,
    };
  if ('reason' in again) return again;
  const set = again.steps.find((step) => step.kind !== 'touch' && !isPlanned(step, conference));
  if (set === undefined) return again;
  return {
    reason: 'not-held',
    key,
    because: `no touch reached ${set.proxy}, although its links are up: its table may be another one, which a further look then shows (peer-deaf)`,
  };
}

function isPlanned({ kind, proxy }: PlannedConference['steps'][number], { steps }: PlannedConference): boolean {
  return steps.some((step) => step.kind === kind && step.proxy === proxy);
}
