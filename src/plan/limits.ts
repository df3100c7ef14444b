// What the limits of a run leave for the next one: the conferences that were touched last, so that
// nobody can keep the others from being healed.

import type { Decision, HealSettings, PlannedConference, Refusal } from '../domain/plan.ts';
import type { Counts } from '../domain/run-report.ts';
import { type ChangeLimit, changeLimit } from './guards.ts';

export interface Limited {
  readonly conferences: readonly PlannedConference[];
  readonly refusals: readonly Refusal[];
  readonly decisions: ReadonlyMap<string, Decision>;
  /** By key: how long the conference's freshest entry has left, in milliseconds. */
  readonly expiresInMs: ReadonlyMap<string, number>;
}

type Waiting = Pick<ChangeLimit, 'because'> & { readonly reason: Refusal['reason'] };

/**
 * Takes the conferences in the order of their last touch, the oldest first, for as long as the run
 * may move more of them and more people. One that would move too many people waits, and those
 * behind it do not wait for it. Each that waits is refused by name.
 */
export function withinLimits<Plan extends Limited>(
  planned: Plan,
  counts: Pick<Counts, 'conferences' | 'proxies' | 'proxiesReporting'>,
  settings: HealSettings,
): Plan {
  const limit = changeLimit(counts, settings);
  const changing = planned.conferences.filter(({ kind }) => kind !== 'missing');
  const waiting = new Map<string, Waiting>();
  let conferences = 0;
  let participants = 0;
  for (const { key, participantsMoved } of inOrderOfTouch(changing, planned.expiresInMs)) {
    const moved = participantsMoved ?? 0;
    if (conferences >= limit.count) waiting.set(key, limit);
    else if (moved > 0 && participants + moved > settings.maxParticipants)
      waiting.set(key, tooManyParticipants(moved, settings));
    else {
      conferences++;
      participants += moved;
    }
  }
  if (waiting.size === 0) return planned;
  const decisions = new Map(planned.decisions);
  for (const [key, { reason, because }] of waiting) decisions.set(key, { refusal: reason, because });
  return {
    ...planned,
    conferences: planned.conferences.filter(({ key }) => !waiting.has(key)),
    refusals: [...planned.refusals, ...[...waiting].map(([key, { reason, because }]) => ({ reason, key, because }))],
    decisions,
  };
}

function inOrderOfTouch(
  conferences: readonly PlannedConference[],
  expiresInMs: ReadonlyMap<string, number>,
): readonly PlannedConference[] {
  const left = ({ key }: PlannedConference) => expiresInMs.get(key) ?? 0;
  return [...conferences].sort((one, other) => left(one) - left(other) || (one.key < other.key ? -1 : 1));
}

function tooManyParticipants(moved: number, { maxParticipants }: HealSettings): Waiting {
  return {
    reason: 'too-many-participants',
    because: `a run may make at most ${maxParticipants} participants reload (heal.maxParticipants), and this conference has ${moved} to move: the next run goes on, the oldest first`,
  };
}
