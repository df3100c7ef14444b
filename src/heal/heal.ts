// Heals a plan in bounded rounds: write, read whether the traffic moved, wait, read again. What
// still differs is planned again from what is there.

import type { HealOutcome, Plan, PlannedConference, Refusal } from '../domain/plan.ts';
import type { ProxyView } from '../domain/view.ts';
import { createPlanningModel, type DeafLink, withServers } from '../plan/planning-model.ts';
import { readPremises } from '../verify/read-premises.ts';
import { verdictOn } from '../verify/verdict.ts';
import { createApplier } from './apply.ts';
import { type HealTools, obstacleTo } from './heal-tools.ts';
import { serversIn } from './premise.ts';
import { hasEnded, replanUnsettled } from './settle.ts';

/**
 * A response that was on its way during a round can undo the round's writes. Something that undoes
 * more rounds than this is not such a response.
 */
const MAX_ROUNDS = 4;
/** The time for the final read, and what each conference adds to it. */
const FINAL_READ_MS = 30_000;
const FINAL_READ_EACH_MS = 5;

/** A plan, and the views of the look that it was made from. */
export interface PlannedHeal {
  readonly plan: Plan;
  readonly views: readonly ProxyView[];
}

/** How long and how often a heal writes and reads. */
export interface HealOptions {
  /** How long the entries must hold before a conference counts as healed. */
  readonly settleMs: number;
  /** At most so many rounds; `null`: the usual limit. A single round writes only planned steps. */
  readonly rounds: number | null;
  /** Called when a round begins; `left` counts the conferences that it writes. */
  readonly onRound: (round: number, left: number) => void;
  /** Called while a round writes; counts conferences. */
  readonly onWritten?: (done: number, total: number) => void;
}

/** What all rounds have done so far, by key. */
interface HealState {
  /** Steps that a proxy accepted. */
  applied: number;
  readonly written: Set<string>;
  /** Each conference as it was planned last. */
  readonly planned: Map<string, PlannedConference>;
  /** Conferences that no proxy holds any more. */
  readonly ended: Set<string>;
  readonly refusals: Map<string, Refusal>;
  /** Conferences that did not hold in some read of the last settle time. */
  readonly unsteady: Set<string>;
}

/**
 * Never rejects because of a proxy. When the signal aborts, it ends after the writes that have
 * begun, and calls nothing verified.
 */
export async function healPlan(heal: PlannedHeal, tools: HealTools, options: HealOptions): Promise<HealOutcome> {
  const { plan, views } = heal;
  const { journal, signal } = tools;
  const hasBegun = journal.append(
    plan.conferences.map(({ key, winner, policy, before, target }) => ({
      event: 'conference',
      key,
      winner,
      policy,
      before: { ...before },
      target: { ...target },
    })),
  );
  if (!hasBegun) return refusedOutcome(plan, { reason: 'no-journal', because: journal.trouble()! });
  const state = await writeRounds(heal, tools, options);
  const left = [...state.planned.values()].filter(({ key }) => !state.ended.has(key));
  const final = signal.aborted ? { verdicts: [], ended: [] } : await finalVerdicts(left, views, tools);
  for (const key of final.ended) state.ended.add(key);
  // A run that was interrupted has not checked everything.
  const interrupted = signal.aborted;
  const counts = interrupted
    ? { verified: 0, failed: 0, settledThemselves: 0 }
    : concludeFrom(final.verdicts, state, tools);
  const { applied } = state;
  const { verified, failed } = counts;
  journal.append([{ event: 'end', applied, verified, failed, interrupted }]);
  return {
    planned: plan.conferences.length,
    applied,
    ...counts,
    ended: state.ended.size,
    interrupted,
    refusals: [...plan.refusals, ...state.refusals.values()],
    journal: journal.path,
  };
}

async function writeRounds({ plan, views }: PlannedHeal, tools: HealTools, options: HealOptions): Promise<HealState> {
  const state: HealState = {
    applied: 0,
    written: new Set(),
    planned: new Map(plan.conferences.map((conference) => [conference.key, conference])),
    ended: new Set(),
    refusals: new Map(),
    unsteady: new Set(),
  };
  const { planned, ended, refusals, unsteady } = state;
  const deafLinks: DeafLink[] = [];
  let model = createPlanningModel(views);
  const apply = createApplier(tools, {
    replans: options.rounds !== 1,
    ...(options.onWritten && { onWritten: options.onWritten }),
    modelWith: (servers) => {
      model = createPlanningModel(withServers(views, servers), deafLinks);
      return model;
    },
  });
  const goesOn = () => !tools.signal.aborted && obstacleTo(tools) === null;
  let pending = plan.conferences;
  for (let round = 1; round <= (options.rounds ?? MAX_ROUNDS) && pending.length > 0 && goesOn(); round++) {
    options.onRound(round, pending.length);
    const done = await apply(pending);
    state.applied += done.applied;
    const isFirst = round === 1;
    // A change before the first round is somebody else's, and stays. Later changes are responses
    // that were on their way: the final verdicts judge them.
    for (const refusal of done.refusals)
      if (isFirst || refusal.reason !== 'entry-changed') refusals.set(refusal.key!, refusal);
    for (const key of done.written) state.written.add(key);
    for (const conference of done.settled) planned.set(conference.key, conference);
    for (const key of done.ended) ended.add(key);
    if (tools.signal.aborted) break;
    const changed = new Set(
      done.refusals.filter(({ reason }) => isFirst && reason === 'entry-changed').map(({ key }) => key),
    );
    const conferences = pending.filter(({ key }) => !ended.has(key)).map(({ key }) => planned.get(key)!);
    const again = await replanUnsettled({ conferences, model }, tools, options.settleMs);
    for (const { key } of conferences) unsteady.delete(key);
    for (const key of again.unsteady) unsteady.add(key);
    for (const refusal of again.refusals) if (!changed.has(refusal.key)) refusals.set(refusal.key!, refusal);
    for (const key of again.ended) ended.add(key);
    pending = again.conferences.filter(({ key }) => !changed.has(key));
    for (const conference of pending) planned.set(conference.key, conference);
    deafLinks.push(...again.deafLinks);
  }
  return state;
}

/** The outcome of a heal that could not begin. */
export function refusedOutcome(plan: Plan, { reason, because }: Pick<Refusal, 'reason' | 'because'>): HealOutcome {
  return {
    planned: plan.conferences.length,
    applied: 0,
    verified: 0,
    failed: 0,
    settledThemselves: 0,
    ended: 0,
    interrupted: false,
    refusals: [...plan.refusals, { reason, key: null, because }],
    journal: null,
  };
}

interface FinalVerdict {
  readonly key: string;
  readonly held: boolean;
  readonly because: string;
}

/** The verdicts that count: after the last round, with every proxy's servers as they are then. */
async function finalVerdicts(
  conferences: readonly PlannedConference[],
  views: readonly ProxyView[],
  tools: HealTools,
): Promise<{ readonly verdicts: readonly FinalVerdict[]; readonly ended: readonly string[] }> {
  if (conferences.length === 0) return { verdicts: [], ended: [] };
  const premises = await readPremises(
    { ...tools, signal: AbortSignal.timeout(FINAL_READ_MS + FINAL_READ_EACH_MS * conferences.length) },
    conferences.map(({ key }) => key),
  );
  const model = createPlanningModel(withServers(views, serversIn(premises)));
  const now = new Map(
    [...premises].flatMap(([proxy, premise]) => ('entries' in premise ? [[proxy, premise.entries]] : [])),
  );
  const ended = new Set(conferences.filter((each) => hasEnded(each, now)).map(({ key }) => key));
  const verdicts = conferences
    .filter(({ key }) => !ended.has(key))
    .map((conference) => {
      const verdict = verdictOn(conference, now, model);
      const because = verdict.held ? 'every proxy routes there' : verdict.because;
      return { key: conference.key, held: verdict.held, because };
    });
  return { verdicts, ended: [...ended] };
}

/** Journals the verdicts, counts them, and completes the refusals of the state. */
function concludeFrom(
  final: readonly FinalVerdict[],
  { unsteady, refusals, written, ended }: HealState,
  tools: HealTools,
): Pick<HealOutcome, 'verified' | 'failed' | 'settledThemselves'> {
  const verdicts = final.map((verdict) =>
    verdict.held && unsteady.has(verdict.key)
      ? { ...verdict, held: false, because: 'every proxy routes there now, but some did not while it was to settle' }
      : verdict,
  );
  tools.journal.append(verdicts.map(({ key, held, because }) => ({ event: 'verdict', key, held, because })));
  const failed = verdicts.filter(({ held }) => !held);
  // What stopped the run is the reason for conferences that were not written.
  const obstacle = obstacleTo(tools);
  for (const { key, because } of failed) {
    if (refusals.has(key)) continue;
    const isStopped = obstacle !== null && !written.has(key);
    refusals.set(key, isStopped ? { ...obstacle, key } : { reason: 'not-held', key, because });
  }
  for (const { key, held } of verdicts) if (held) refusals.delete(key);
  for (const key of ended) refusals.delete(key);
  const settledThemselves = verdicts.filter(({ key, held }) => held && !written.has(key)).length;
  const verified = verdicts.length - failed.length - settledThemselves;
  return { verified, failed: failed.length, settledThemselves };
}
