// Watches whether the writes hold: first until they have reached the peers, then through the settle
// time. What does not hold is planned again.

import type { PlannedConference, Refusal } from '../domain/plan.ts';
import type { DeafLink, PlanningModel } from '../plan/planning-model.ts';
import { sameEntry } from '../plan/steps.ts';
import { DUMPED_FROM, type EntriesNow, readEntries } from '../verify/read-entries.ts';
import { entriesOf, verdictOn } from '../verify/verdict.ts';
import type { HealTools } from './heal-tools.ts';
import { isFinding, isHeldNowhere, replan } from './premise.ts';

/** A write reaches a peer within milliseconds. After this long it will not. */
const SPREAD_MS = 2_000;
const POLL_MS = 50;
/**
 * How often the entries are read in the settle time. A single read could miss two responses that
 * undo each other in turn.
 */
const SETTLE_READS = 10;
/** The same, where each read is a dump. */
const SETTLE_DUMPS = 3;

const NOTHING_LEFT: Unsettled = { conferences: [], refusals: [], ended: [], unsteady: new Set(), deafLinks: [] };

/** What is to do after the settle time. */
export interface Unsettled {
  /** Planned again. */
  readonly conferences: readonly PlannedConference[];
  readonly refusals: readonly Refusal[];
  /** The keys of conferences that no proxy holds any more. */
  readonly ended: readonly string[];
  /** The keys of conferences that did not hold in some read. */
  readonly unsteady: ReadonlySet<string>;
  readonly deafLinks: readonly DeafLink[];
}

/** Conferences that were written, and the model that says where their entries lead. */
export interface Watched {
  readonly conferences: readonly PlannedConference[];
  readonly model: PlanningModel;
}

/**
 * The conferences that do not hold throughout the settle time, planned again towards the same
 * winner from what is there now.
 */
export async function replanUnsettled(watched: Watched, tools: HealTools, settleMs: number): Promise<Unsettled> {
  const { conferences, model } = watched;
  if (conferences.length === 0) return NOTHING_LEFT;
  try {
    await untilHeld(watched, tools);
    const { now, unsteady } = await settle(watched, tools, settleMs);
    const ended = new Set(conferences.filter((each) => hasEnded(each, now)).map(({ key }) => key));
    const left = conferences.filter(({ key }) => unsteady.has(key) && !ended.has(key));
    const planned = left.map((each) => replanIfAnswered(each, now, model));
    return {
      conferences: planned.flatMap((each) => ('reason' in each ? [] : [each])),
      refusals: planned.flatMap((each) => ('reason' in each ? [each] : [])),
      ended: [...ended],
      unsteady,
      deafLinks: left.flatMap((each) => deafLinksOf(each, now, model)),
    };
  } catch (error) {
    if (!tools.signal.aborted) throw error;
    return NOTHING_LEFT;
  }
}

/**
 * The entry of a proxy that did not answer is not known. Then nothing is planned, and the next
 * round reads again.
 */
function replanIfAnswered(
  conference: PlannedConference,
  now: EntriesNow,
  model: PlanningModel,
): PlannedConference | Refusal {
  const entries = entriesOf(conference.key, now);
  return allAnswered(conference, now) ? replan(conference, { entries, model }) : { ...conference, steps: [] };
}

function allAnswered({ target }: PlannedConference, now: EntriesNow): boolean {
  return Object.keys(target).every((proxy) => now.has(proxy));
}

/** Whether a look found the conference to disagree, and no proxy holds it any more. */
export function hasEnded(conference: PlannedConference, now: EntriesNow): boolean {
  return isFinding(conference) && allAnswered(conference, now) && isHeldNowhere(entriesOf(conference.key, now));
}

/**
 * Links over which a touch was sent and did not arrive in all this time: the peer's entry is still
 * the one from before.
 */
function deafLinksOf(
  { key, steps, before, winner }: PlannedConference,
  now: EntriesNow,
  model: PlanningModel,
): DeafLink[] {
  const hasOldEntry = (peer: string) => {
    const entry = now.get(peer)?.get(key);
    if (entry === undefined || model.shardOf(entry, peer) === winner) return false;
    return sameEntry(entry, before[peer] ?? null);
  };
  return steps.flatMap(({ kind, proxy }) =>
    kind === 'touch'
      ? model.linkedPeers(proxy).flatMap((peer) => (hasOldEntry(peer) ? [{ from: proxy, to: peer }] : []))
      : [],
  );
}

/** The entries at the end of the settle time, and the keys that did not hold in some read of it. */
async function settle(
  { conferences, model }: Watched,
  tools: HealTools,
  settleMs: number,
): Promise<{ readonly now: EntriesNow; readonly unsteady: ReadonlySet<string> }> {
  const keys = conferences.map(({ key }) => key);
  const unsteady = new Set<string>();
  let now: EntriesNow = new Map();
  const reads = keys.length < DUMPED_FROM ? SETTLE_READS : SETTLE_DUMPS;
  for (let read = 0; read < reads; read++) {
    await tools.clock.sleep(settleMs / reads, tools.signal);
    now = await readEntries(tools, keys);
    for (const conference of conferences) if (!verdictOn(conference, now, model).held) unsteady.add(conference.key);
  }
  return { now, unsteady };
}

/** Waits until every conference holds, or for as long as a message to a peer may take. */
async function untilHeld({ conferences, model }: Watched, tools: HealTools): Promise<void> {
  const startedAt = tools.clock.now();
  let deadline = startedAt + SPREAD_MS;
  for (let waiting = conferences; waiting.length > 0 && tools.clock.now() < deadline; ) {
    const askedAt = tools.clock.now();
    const now = await readEntries(
      tools,
      waiting.map(({ key }) => key),
    );
    // Over a long distance one read may take as long as a message to a peer.
    deadline = Math.max(deadline, startedAt + SPREAD_MS + tools.clock.now() - askedAt);
    waiting = waiting.filter((conference) => !verdictOn(conference, now, model).held);
    if (waiting.length > 0) await tools.clock.sleep(POLL_MS, tools.signal);
  }
}
