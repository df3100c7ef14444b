// Watches whether the writes hold, first until peers have heard of them, then through the settle
// time. What does not hold is planned anew.

import type { PlannedConference, Refusal } from '../domain/plan.ts';
import type { PlanningModel, SilentLink } from '../plan/planning-model.ts';
import { sameEntry } from '../plan/steps.ts';
import { DUMPED_FROM, type EntriesNow, readEntries } from '../verify/read-entries.ts';
import { entriesOf, verdictOn } from '../verify/verdict.ts';
import type { HealTools } from './heal-tools.ts';
import { isFinding, isHeldNowhere, replan } from './premise.ts';

/** A peer hears of a write within milliseconds. What is not right after this long was not heard. */
const SPREAD_MS = 2_000;
const POLL_MS = 50;
/**
 * How often the entries are read in the settle time. One look could miss two responses that undo
 * each other in turn.
 */
const SETTLE_LOOKS = 10;
/** Where each look is a dump. */
const SETTLE_DUMPS = 3;

const NOTHING_LEFT: Unsettled = { conferences: [], refusals: [], over: [], unsteady: new Set(), unheard: [] };

export interface Unsettled {
  readonly conferences: readonly PlannedConference[];
  readonly refusals: readonly Refusal[];
  /** The keys of those that no proxy holds any more. */
  readonly over: readonly string[];
  /** The keys of all that did not hold. */
  readonly unsteady: ReadonlySet<string>;
  /** Links that are called up and over which a touch was sent and not heard. */
  readonly unheard: readonly SilentLink[];
}

/**
 * The conferences that do not hold throughout the settle time, planned anew towards the same winner
 * from what is there now.
 */
export async function replanUnsettled(
  conferences: readonly PlannedConference[],
  model: PlanningModel,
  tools: HealTools,
  settleMs: number,
): Promise<Unsettled> {
  if (conferences.length === 0) return NOTHING_LEFT;
  try {
    await untilHeld(conferences, model, tools);
    const { now, unsteady } = await settle(conferences, model, tools, settleMs);
    const ended = new Set(conferences.filter((each) => hasEnded(each, now)).map(({ key }) => key));
    const left = conferences.filter(({ key }) => unsteady.has(key) && !ended.has(key));
    const unheard = left.flatMap((each) => silentLinksOf(each, now, model));
    const planned = left.map((each) => replanIfAnswered(each, now, model));
    return {
      unheard,
      over: [...ended],
      conferences: planned.flatMap((each) => ('reason' in each ? [] : [each])),
      refusals: planned.flatMap((each) => ('reason' in each ? [each] : [])),
      unsteady,
    };
  } catch (error) {
    if (!tools.signal.aborted) throw error;
    return NOTHING_LEFT;
  }
}

/**
 * While a proxy is silent its entry is not known: then nothing is planned, and the next round looks
 * again.
 */
function replanIfAnswered(
  conference: PlannedConference,
  now: EntriesNow,
  model: PlanningModel,
): PlannedConference | Refusal {
  const entries = entriesOf(conference.key, now);
  return allAnswered(conference, now) ? replan(conference, entries, model) : { ...conference, steps: [] };
}

function allAnswered({ target }: PlannedConference, now: EntriesNow): boolean {
  return Object.keys(target).every((proxy) => now.has(proxy));
}

/** Found to disagree, and held by nobody any more. */
export function hasEnded(conference: PlannedConference, now: EntriesNow): boolean {
  return isFinding(conference) && allAnswered(conference, now) && isHeldNowhere(entriesOf(conference.key, now));
}

/**
 * A touch that a linked peer did not hear in all this time: its entry is still the one that was
 * there before.
 */
function silentLinksOf(
  { key, steps, before, winner }: PlannedConference,
  now: EntriesNow,
  model: PlanningModel,
): SilentLink[] {
  return steps.flatMap(({ kind, proxy }) =>
    kind !== 'touch'
      ? []
      : model.linkedPeers(proxy).flatMap((hearer): SilentLink[] => {
          const entry = now.get(hearer)?.get(key);
          if (entry === undefined || model.shardOf(entry, hearer) === winner) return [];
          return sameEntry(entry, before[hearer] ?? null) ? [[proxy, hearer]] : [];
        }),
  );
}

/** The entries at the end of the settle time, and the keys that did not hold in some look of it. */
async function settle(
  conferences: readonly PlannedConference[],
  model: PlanningModel,
  tools: HealTools,
  settleMs: number,
): Promise<{ readonly now: EntriesNow; readonly unsteady: ReadonlySet<string> }> {
  const keys = conferences.map(({ key }) => key);
  const unsteady = new Set<string>();
  let now: EntriesNow = new Map();
  const looks = keys.length < DUMPED_FROM ? SETTLE_LOOKS : SETTLE_DUMPS;
  for (let look = 0; look < looks; look++) {
    await tools.clock.sleep(settleMs / looks, tools.signal);
    now = await readEntries(tools, keys);
    for (const conference of conferences) if (!verdictOn(conference, now, model).held) unsteady.add(conference.key);
  }
  return { now, unsteady };
}

/** Waits until every conference holds, or for as long as peers may take. */
async function untilHeld(
  conferences: readonly PlannedConference[],
  model: PlanningModel,
  tools: HealTools,
): Promise<void> {
  const startedAt = tools.clock.now();
  let deadline = startedAt + SPREAD_MS;
  for (let waiting = conferences; waiting.length > 0 && tools.clock.now() < deadline; ) {
    const askedAt = tools.clock.now();
    const now = await readEntries(
      tools,
      waiting.map(({ key }) => key),
    );
    // Over a long way one look may take as long as peers do.
    deadline = Math.max(deadline, startedAt + SPREAD_MS + tools.clock.now() - askedAt);
    waiting = waiting.filter((conference) => !verdictOn(conference, now, model).held);
    if (waiting.length > 0) await tools.clock.sleep(POLL_MS, tools.signal);
  }
}
