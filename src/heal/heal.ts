// Heals a plan in bounded rounds: write, see whether the traffic moved, wait, see again; what still
// differs is planned anew from what is there.

import type { HealOutcome, Plan, PlannedConference, Refusal } from '../domain/plan.ts';
import type { ProxyView } from '../domain/view.ts';
import { createPlanningModel, type SilentLink, withServers } from '../plan/planning-model.ts';
import { readPremises } from '../verify/read-premises.ts';
import { verdictOn } from '../verify/verdict.ts';
import { createApplier } from './apply.ts';
import { type HealTools, obstacleTo } from './heal-tools.ts';
import { serversIn } from './premise.ts';
import { hasEnded, replanUnsettled } from './settle.ts';

/**
 * A response that was on its way while a round wrote can undo it; more often than this it is not a
 * response on its way.
 */
const MAX_ROUNDS = 4;
/** For the last word, and for each conference beside it. */
const FINAL_READ_MS = 30_000;
const FINAL_READ_EACH_MS = 5;

export interface HealOptions {
  /** How long a heal has to hold before it is called one. */
  readonly settleMs: number;
  /**
   * How many rounds at most; `null`: as many as make sense. One round writes nothing that is not in
   * the plan.
   */
  readonly rounds: number | null;
  readonly onRound: (round: number, left: number) => void;
}

/**
 * Never rejects for a proxy's fault. When the signal aborts it ends after the writes in hand, and
 * calls nothing verified.
 */
export async function healPlan(
  plan: Plan,
  views: readonly ProxyView[],
  tools: HealTools,
  options: HealOptions,
): Promise<HealOutcome> {
  const { journal, signal } = tools;
  const deaf: SilentLink[] = [];
  let model = createPlanningModel(views);
  const apply = createApplier(tools, {
    replans: options.rounds !== 1,
    survey: (servers) => {
      model = createPlanningModel(withServers(views, servers), deaf);
      return model;
    },
  });
  const written = new Set<string>();
  const last = new Map(plan.conferences.map((conference) => [conference.key, conference]));
  const over = new Set<string>();
  const refusals = new Map<string, Refusal>();
  const refuse = (all: readonly Refusal[]) => {
    for (const refusal of all) refusals.set(refusal.key!, refusal);
  };
  let applied = 0;
  const begun = journal.append(
    plan.conferences.map(({ key, winner, policy, before, target }) => ({
      event: 'conference',
      key,
      winner,
      policy,
      before: { ...before },
      target: { ...target },
    })),
  );
  if (!begun) return refusedOutcome(plan, { reason: 'no-journal', because: journal.trouble()! });
  const goesOn = () => !signal.aborted && obstacleTo(tools) === null;
  let pending = plan.conferences;
  /** Those that differed in some look of the settle time in which they were watched last. */
  const unsteady = new Set<string>();
  for (let round = 1; round <= (options.rounds ?? MAX_ROUNDS) && pending.length > 0 && goesOn(); round++) {
    options.onRound(round, pending.length);
    const done = await apply(pending);
    applied += done.applied;
    // What could not be asked again after a write is for the last word to judge.
    refuse(round === 1 ? done.refusals : done.refusals.filter(({ reason }) => reason !== 'entry-changed'));
    for (const key of done.written) written.add(key);
    for (const conference of done.settled) last.set(conference.key, conference);
    for (const key of done.over) over.add(key);
    if (signal.aborted) break;
    // Somebody else's change since the look is respected; later ones are responses that were on
    // their way.
    const changed = new Set(
      round === 1 ? done.refusals.flatMap(({ reason, key }) => (reason === 'entry-changed' ? [key] : [])) : [],
    );
    const watched = pending.filter(({ key }) => !over.has(key)).map(({ key }) => last.get(key)!);
    const again = await replanUnsettled(watched, model, tools, options.settleMs);
    for (const { key } of watched) unsteady.delete(key);
    for (const key of again.unsteady) unsteady.add(key);
    refuse(again.refusals.filter(({ key }) => !changed.has(key!)));
    for (const key of again.over) over.add(key);
    pending = again.conferences.filter(({ key }) => !changed.has(key));
    for (const conference of pending) last.set(conference.key, conference);
    deaf.push(...again.unheard);
  }
  const judged = [...last.values()].filter(({ key }) => !over.has(key));
  const word = signal.aborted ? { verdicts: [], over: [] } : await finalVerdicts(judged, views, tools);
  const seen = word.verdicts;
  for (const key of word.over) over.add(key);
  // Whoever ends a run, at whatever moment, gets no word that might not have been checked.
  if (signal.aborted) {
    journal.append([{ event: 'end', applied, verified: 0, failed: 0, interrupted: true }]);
    return {
      planned: plan.conferences.length,
      applied,
      verified: 0,
      failed: 0,
      settledThemselves: 0,
      ended: over.size,
      interrupted: true,
      refusals: [...plan.refusals, ...refusals.values()],
      journal: journal.path,
    };
  }
  const verdicts = seen.map((verdict) =>
    verdict.held && unsteady.has(verdict.key)
      ? { ...verdict, held: false, because: 'every proxy routes there now, but some did not while it was to settle' }
      : verdict,
  );
  journal.append(verdicts.map(({ key, held, because }) => ({ event: 'verdict', key, held, because })));
  const failed = verdicts.filter(({ held }) => !held);
  // What stopped the run is why the rest was not healed.
  const obstacle = obstacleTo(tools);
  refuse(
    failed
      .filter(({ key }) => !refusals.has(key))
      .map(({ key, because }) =>
        obstacle === null || written.has(key) ? { reason: 'not-held', key, because } : { ...obstacle, key },
      ),
  );
  for (const { key, held } of verdicts) if (held) refusals.delete(key);
  for (const key of over) refusals.delete(key);
  const settledThemselves = verdicts.filter(({ key, held }) => held && !written.has(key)).length;
  const verified = verdicts.length - failed.length - settledThemselves;
  journal.append([{ event: 'end', applied, verified, failed: failed.length, interrupted: false }]);
  return {
    planned: plan.conferences.length,
    applied,
    verified,
    failed: failed.length,
    settledThemselves,
    ended: over.size,
    interrupted: false,
    refusals: [...plan.refusals, ...refusals.values()],
    journal: journal.path,
  };
}

/** Where nothing could be begun. */
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

interface FinalVerdicts {
  readonly verdicts: readonly { readonly key: string; readonly held: boolean; readonly because: string }[];
  readonly over: readonly string[];
}

/**
 * The verdict that counts: every conference that was written, after the last round, by every
 * proxy's servers as they are then.
 */
async function finalVerdicts(
  conferences: readonly PlannedConference[],
  views: readonly ProxyView[],
  tools: HealTools,
): Promise<FinalVerdicts> {
  if (conferences.length === 0) return { verdicts: [], over: [] };
  const premises = await readPremises(
    { ...tools, signal: AbortSignal.timeout(FINAL_READ_MS + FINAL_READ_EACH_MS * conferences.length) },
    conferences.map(({ key }) => key),
  );
  const model = createPlanningModel(withServers(views, serversIn(premises)));
  const now = new Map([...premises].flatMap(([proxy, told]) => ('entries' in told ? [[proxy, told.entries]] : [])));
  const over = new Set(conferences.filter((each) => hasEnded(each, now)).map(({ key }) => key));
  const verdicts = conferences
    .filter(({ key }) => !over.has(key))
    .map((conference) => {
      const verdict = verdictOn(conference, now, model);
      const because = verdict.held ? 'every proxy routes there' : verdict.because;
      return { key: conference.key, held: verdict.held, because };
    });
  return { verdicts, over: [...over] };
}
