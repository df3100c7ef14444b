// Applies steps: checks their premises again, journals the intent, writes, and journals the
// outcome.

import type { PlannedConference, Refusal } from '../domain/plan.ts';
import type { Server } from '../domain/server.ts';
import type { PlanningModel } from '../plan/planning-model.ts';
import { sameEntry } from '../plan/steps.ts';
import { type EntriesNow, readEntries } from '../verify/read-entries.ts';
import { readPremises } from '../verify/read-premises.ts';
import { withinRoom } from './free-room.ts';
import { type HealTools, obstacleTo } from './heal-tools.ts';
import { describeEntry, type Judged, judgePremise, serversIn } from './premise.ts';
import { type Write, writeSteps } from './write-steps.ts';

/** What became of the conferences of one call. */
export interface Applied {
  /** Steps that a proxy accepted. */
  readonly applied: number;
  readonly refusals: readonly Refusal[];
  /** The keys of conferences of which a write may have been sent. */
  readonly written: readonly string[];
  /** Conferences that agree on a shard without a write, with this shard as the winner. */
  readonly settled: readonly PlannedConference[];
  /** The keys of conferences that no proxy holds any more. */
  readonly ended: readonly string[];
}

/** How the planned steps are checked right before they are written. */
export interface StepChecks {
  /** The model of the mesh with the servers that the proxies have now, by proxy. */
  readonly modelWith: (servers: ReadonlyMap<string, readonly Server[]>) => PlanningModel;
  /** Whether steps may be planned again towards the same winner; else the planned ones, or none. */
  readonly replans: boolean;
  /** Called after each batch; counts conferences. */
  readonly onWritten?: (done: number, total: number) => void;
}

/**
 * Conferences that are written together: one flush of the journal and one connection a proxy, and
 * little to finish on Ctrl-C.
 */
const BATCH = 50;
/** With thousands of conferences the round trips count, and entries are read from dumps. */
const LARGE_BATCH = 4_000;
/**
 * The message of a touch arrives within milliseconds. A worldwide link or a busy proxy may take
 * this long.
 */
const ARRIVAL_MS = 2_000;
const POLL_MS = 25;
/** Older answers are read again before a write. */
const PREMISE_AGE_MS = 1_000;

/** `seq` numbers the writes of a run; the journal pairs intents and outcomes by it. */
export function createApplier(
  tools: HealTools,
  checks: StepChecks,
): (conferences: readonly PlannedConference[]) => Promise<Applied> {
  let seq = 0;
  return async (conferences) => {
    let applied = 0;
    const refusals: Refusal[] = [];
    const written: string[] = [];
    const settled: PlannedConference[] = [];
    const ended: string[] = [];
    const size = conferences.length > LARGE_BATCH ? LARGE_BATCH : BATCH;
    const goesOn = () => !tools.signal.aborted && obstacleTo(tools) === null;
    for (let start = 0; start < conferences.length && goesOn(); start += size) {
      const askedAt = tools.clock.now();
      const judged = await judgeBatch(tools, checks, conferences.slice(start, start + size));
      if (judged === 'interrupted') break;
      const batch = judged.flatMap(({ judgement }) => (judgement.kind === 'go' ? [judgement.conference] : []));
      for (const { key, judgement } of judged) {
        if (judgement.kind === 'refused') refusals.push(judgement.refusal);
        if (judgement.kind === 'settled') settled.push(judgement.conference);
        if (judgement.kind === 'ended') ended.push(key);
      }
      const isOld = tools.clock.now() - askedAt > PREMISE_AGE_MS;
      const dropped = new Set<string>();
      const phases = Math.max(...batch.flatMap(({ steps }) => steps.map(({ phase }) => phase + 1)), 0);
      for (let phase = 0; phase < phases && goesOn(); phase++) {
        const writes = batch
          .filter(({ key }) => !dropped.has(key))
          .flatMap(({ key, steps }) => steps.filter((step) => step.phase === phase).map((step) => ({ key, step })));
        // A slow proxy can make the premises old. Then the proxies to write to are read once more.
        const refused = phase > 0 || isOld ? await refuseChanged(tools, writes, phase > 0) : [];
        if (refused === 'interrupted') break;
        for (const refusal of refused) dropped.add(refusal.key!);
        const going = writes.filter(({ key }) => !dropped.has(key)).map((write) => ({ ...write, seq: ++seq }));
        const { sent, refusals: rejected } = await writeSteps(tools, going);
        if (sent) written.push(...going.map(({ key }) => key));
        for (const refusal of rejected) dropped.add(refusal.key!);
        applied += going.length - rejected.length;
        refusals.push(...refused, ...rejected);
      }
      checks.onWritten?.(Math.min(start + size, conferences.length), conferences.length);
    }
    return { applied, refusals, written, settled, ended };
  };
}

/** What is still true of each conference, by one read of every proxy. */
async function judgeBatch(
  tools: HealTools,
  { modelWith, replans }: StepChecks,
  batch: readonly PlannedConference[],
): Promise<readonly Judged[] | 'interrupted'> {
  try {
    const premises = await readPremises(
      tools,
      batch.map(({ key }) => key),
    );
    const model = modelWith(serversIn(premises));
    const judged = batch.map((conference) => ({
      key: conference.key,
      judgement: judgePremise(conference, premises, { model, replans }),
    }));
    return withinRoom(judged, premises);
  } catch (error) {
    if (!tools.signal.aborted) throw error;
    return 'interrupted';
  }
}

/**
 * One refusal for each entry that is no longer what the plan expects. If `travelling`, waits a
 * little for the message of an earlier touch.
 */
async function refuseChanged(
  tools: HealTools,
  writes: readonly Write[],
  travelling: boolean,
): Promise<readonly Refusal[] | 'interrupted'> {
  if (writes.length === 0) return [];
  const keys = [...new Set(writes.map(({ key }) => key))];
  const proxies = new Set(writes.map(({ step }) => step.proxy));
  const deadline = tools.clock.now() + (travelling ? ARRIVAL_MS : 0);
  try {
    for (;;) {
      const now = await readEntries(tools, keys, proxies);
      const changed = writes.flatMap((write) => changeOf(write, now));
      if (changed.length === 0 || tools.clock.now() >= deadline) return changed;
      await tools.clock.sleep(POLL_MS, tools.signal);
    }
  } catch (error) {
    if (!tools.signal.aborted) throw error;
    return 'interrupted';
  }
}

function changeOf({ key, step }: Write, now: EntriesNow): readonly Refusal[] {
  const entries = now.get(step.proxy);
  if (!entries)
    return [{ reason: 'entry-changed', key, because: `${step.proxy} could not be read right before the write` }];
  const entry = entries.get(key) ?? null;
  if (sameEntry(entry, step.expect)) return [];
  return [
    {
      reason: 'entry-changed',
      key,
      because: `on ${step.proxy} the entry is ${describeEntry(entry)} and no longer ${describeEntry(step.expect)}`,
    },
  ];
}
