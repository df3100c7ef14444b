// A plan for people: for each conference and proxy the entry now, the wanted shard, and the literal
// commands.

import { spellEntry } from '../domain/entry.ts';
import type { EntryState, Plan, PlannedConference, Refusal, Step } from '../domain/plan.ts';
import { type NameOf, nameShards } from './shard-names.ts';

/** The commands of a step, line by line; `runtime-api/` spells them. */
export type SpellStep = (key: string, step: Step) => readonly string[];

/** How a plan is shown. */
export interface PlanDisplay {
  readonly spellStep: SpellStep;
  /** Makes a text safe to print: names and commands hold what users typed. */
  readonly show: (text: string) => string;
  /** How many conferences, and how many refusals, are shown in full; the rest is counted. */
  readonly limit: number;
  /** What people call the shard of an address; `null` where nobody calls it anything. */
  readonly nameOf: NameOf;
}

/** Lines without colours. */
export function renderPlan(plan: Plan, display: PlanDisplay): readonly string[] {
  const { show, limit, nameOf } = display;
  if (plan.refused)
    return [
      `Refused (${plan.refused.reason}): ${show(nameShards(plan.refused.because, nameOf))}. Nothing will be written.`,
    ];
  const shown = plan.conferences.slice(0, limit);
  return [
    headline(plan),
    ...shown.flatMap((conference) => conferenceLines(conference, display)),
    ...more(plan.conferences.length - shown.length, 'conferences'),
    ...plan.refusals.slice(0, limit).map((refusal) => refusalLine(refusal, display)),
    ...more(plan.refusals.length - limit, 'refusals'),
  ];
}

function headline({ conferences, refusals }: Plan): string {
  const steps = conferences.flatMap((conference) => conference.steps);
  const kinds = (['touch', 'replace', 'remove', 'request'] as const)
    .map((kind) => ({ kind, count: steps.filter((step) => step.kind === kind).length }))
    .filter(({ count }) => count > 0);
  const what = kinds.map(({ kind, count }) => `${count} ${kind}`).join(', ') || 'no steps';
  const noun = conferences.length === 1 ? 'conference' : 'conferences';
  const moved = conferences.reduce((sum, { participantsMoved }) => sum + (participantsMoved ?? 0), 0);
  const people = moved === 0 ? '' : `, ${reloads(moved)}`;
  return `Plan: ${conferences.length} ${noun}, ${what}, ${refusals.length} refused${people}`;
}

function conferenceLines(
  { key, conference, kind, winner, policy, because, participantsMoved, before, target, steps }: PlannedConference,
  { spellStep, show, nameOf }: PlanDisplay,
): readonly string[] {
  const name = winner === null ? null : nameOf(winner);
  const to = winner === null ? 'what it was' : name === null ? winner : `${name} (${winner})`;
  return [
    `  ${show(conference)}  ${kind} -> ${show(to)} (${policy}: ${show(nameShards(because, nameOf))})`,
    ...(participantsMoved ? [`    ${reloads(participantsMoved)}`] : []),
    ...Object.keys(target).map(
      (proxy) => `    ${show(proxy)}  ${show(wordsFor(before[proxy] ?? null))} -> ${show(target[proxy] ?? 'no entry')}`,
    ),
    ...steps.flatMap((step) =>
      spellStep(key, step).map((command) => `    ${step.kind} on ${show(step.proxy)}: ${show(command)}`),
    ),
  ];
}

/** Clients that poll another shard than theirs reload the meeting. */
function reloads(participants: number): string {
  return participants === 1 ? '1 participant reloads' : `${participants} participants reload`;
}

function wordsFor(entry: EntryState): string {
  return entry === null ? 'no entry' : spellEntry(entry);
}

function refusalLine({ reason, key, because }: Refusal, { show, nameOf }: PlanDisplay): string {
  return `  refused${key === null ? '' : ` ${show(key)}`} (${reason}): ${show(nameShards(because, nameOf))}`;
}

function more(count: number, what: string): readonly string[] {
  return count > 0 ? [`  and ${count} more ${what}`] : [];
}
