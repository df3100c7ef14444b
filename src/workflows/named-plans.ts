// Plans that come from a file, from pins or from a journal, and not from findings alone.

import { createServerDirectory } from '../analysis/server-directory.ts';
import { editDistance } from '../domain/edit-distance.ts';
import { conferenceOf } from '../domain/key.ts';
import type { Pin, Plan, PlannedConference, Refusal } from '../domain/plan.ts';
import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import type { JournalRecord } from '../heal/journal.ts';
import { approve } from '../plan/approve.ts';
import { type ChangeLimit, changeLimit, countDisagreeing, type GuardedRun, guardRun } from '../plan/guards.ts';
import { planPin, shardNamed } from '../plan/pin.ts';
import { createPlanningModel, type PlanningModel } from '../plan/planning-model.ts';
import { planUndo } from '../plan/undo.ts';
import { countedShards } from '../plan/winner.ts';
import { isExpressible } from '../runtime-api/escape.ts';
import { type MeshRun, readersOf } from '../session/mesh.ts';
import { readEntries } from '../verify/read-entries.ts';
import { entriesOf } from '../verify/verdict.ts';
import { stampOf } from './propose.ts';

/**
 * What can be carried out now of a plan from a file; everything is refused where a guard refuses
 * the run.
 */
export function checkPlan(plan: Plan, report: RunReport, run: Omit<MeshRun, 'mesh'>): CheckedPlan {
  const { settings } = run;
  const refusedWhole = (refused: Refusal) => ({
    plan: { ...plan, refused, conferences: [], refusals: [refused] },
    settled: [],
  });
  const stale = plan.refused ?? refuseStale(plan, run);
  if (stale) return refusedWhole(stale);
  const { conferences, refusals, settled } = approve(plan, report.findings, {
    model: createPlanningModel(report.proxies),
    counted: countedShards(report.census),
  });
  const guarded = conferences.length === 0 ? null : guardRun(guardedRun(report), settings.heal);
  if (guarded) return refusedWhole(guarded);
  const within = upToLimit(conferences, changeLimit(report.counts, settings.heal));
  return {
    plan: {
      ...plan,
      conferences: within.conferences,
      refusals: [...plan.refusals, ...refusals, ...within.refusals],
    },
    settled,
  };
}

/** Refuses a plan of another mesh, or one that is too old. */
function refuseStale(plan: Plan, { settings, context }: Omit<MeshRun, 'mesh'>): Refusal | null {
  const refusal = (reason: Refusal['reason'], because: string): Refusal => ({ reason, key: null, because });
  if (plan.environment !== settings.environment || plan.table !== settings.table) {
    return refusal(
      'wrong-mesh',
      `the plan is for table ${plan.table} of ${plan.environment}, this is table ${settings.table} of ${settings.environment}`,
    );
  }
  if (context.clock.now() > Date.parse(plan.validUntil))
    return refusal('plan-expired', `the plan was valid until ${plan.validUntil}`);
  return null;
}

/**
 * A plan from a file after its check. `settled` are the keys of conferences on which the mesh
 * agrees already.
 */
export interface CheckedPlan {
  readonly plan: Plan;
  readonly settled: readonly string[];
}

/** Pins that are wanted. `isNew`: conferences that no proxy holds are pinned too. */
export interface WantedPins {
  readonly pins: readonly Pin[];
  readonly isNew: boolean;
}

/** The plan for these pins. */
export async function planPins({ pins, isNew }: WantedPins, report: RunReport, run: MeshRun): Promise<Plan> {
  const { mesh, settings, context } = run;
  const model = createPlanningModel(report.proxies);
  const expressible = pins.filter(({ key }) => isExpressible(key)).map(({ key }) => key);
  const now = await readEntries(
    { readers: readersOf(mesh, model.proxies), concurrency: settings.collect.concurrency, signal: context.signal },
    expressible,
  );
  return proposeNamed(
    report,
    pins.map((pin) =>
      planPin(byAddress(pin, report, model), { entries: entriesOf(pin.key, now), model }, { isExpressible, isNew }),
    ),
    run,
  );
}

/** A shard that is called as discovery calls it, and as no proxy calls a server, by its address. */
function byAddress(pin: Pin, { shards }: RunReport, { directories }: PlanningModel): Pin {
  if ([...directories.values()].some((directory) => shardNamed(pin.shard, directory) !== null)) return pin;
  const [named, ...others] = shards.filter(({ name }) => name === pin.shard);
  return named === undefined || others.length > 0 ? pin : { ...pin, shard: named.address };
}

/** Milliseconds. A conference lasts about an hour; later, another conference may have its name. */
const UNDO_WITHIN_MS = 3_600_000;

/** A journal and its path. `older`: a run of more than an hour ago is undone too. */
export interface WayBack {
  readonly records: readonly JournalRecord[];
  readonly path: string;
  readonly older: boolean;
}

/**
 * The plan that puts back what the run of a journal changed. It holds only conferences for which a
 * write may have been sent.
 */
export async function planWayBack({ records, path, older }: WayBack, report: RunReport, run: MeshRun): Promise<Plan> {
  const { mesh, settings, context } = run;
  const begun = records.find((record) => record.event === 'run');
  if (begun?.event !== 'run') throw new ConfigError([`${path}: this journal does not say of which run it is`]);
  if (begun.environment !== settings.environment || begun.table !== settings.table) {
    throw new ConfigError([
      `${path}: this journal is of table ${begun.table} of ${begun.environment}, not ${settings.table} of ${settings.environment}`,
    ]);
  }
  const ageMs = context.clock.now() - Date.parse(begun.at);
  if (ageMs > UNDO_WITHIN_MS && !older)
    throw new ConfigError([
      `${path}: that run was ${Math.round(ageMs / 60_000)} minutes ago, and its conferences may be others today: give --older to put them back all the same`,
    ]);
  const written = new Set(records.flatMap((record) => (record.event === 'intent' ? [record.key] : [])));
  const changed = records.flatMap((record) =>
    record.event === 'conference' && written.has(record.key) ? [record] : [],
  );
  const model = createPlanningModel(report.proxies);
  const now = await readEntries(
    { readers: readersOf(mesh, model.proxies), concurrency: settings.collect.concurrency, signal: context.signal },
    changed.map(({ key }) => key),
  );
  const ways = changed.map(({ key, before, target }) =>
    planUndo({ key, conference: conferenceOf(key), before, target }, { entries: entriesOf(key, now), model }),
  );
  return proposeNamed(report, ways, run);
}

/**
 * Checks that some proxy has a shard of each name, before any dump is read. Throws `ConfigError`
 * with the nearest names. A proxy that cannot be asked is left out here; the look reports why.
 */
export async function checkShardNames(pins: readonly Pin[], { mesh, context }: MeshRun): Promise<void> {
  const { members } = mesh;
  const { signal } = context;
  const states = await Promise.allSettled(members.map(({ reader }) => reader.state(signal)));
  signal.throwIfAborted();
  const servers = states.flatMap((state) => (state.status === 'fulfilled' ? [state.value.servers] : []));
  if (servers.length === 0) return;
  const directories = servers.map(createServerDirectory);
  const unknown = [...new Set(pins.map(({ shard }) => shard))].filter((text) =>
    directories.every((directory) => shardNamed(text, directory) === null),
  );
  if (unknown.length === 0) return;
  const names = [...new Set(servers.flat().flatMap(({ name, address }) => (address === null ? [] : [name, address])))];
  throw new ConfigError(
    unknown.map((text) => {
      const nearest = names.sort((one, other) => editDistance(one, text) - editDistance(other, text)).slice(0, 3);
      return `no proxy has one shard called ${JSON.stringify(text)}; the nearest are ${nearest.join(', ') || 'none'}`;
    }),
  );
}

/**
 * A plan of conferences that a person named. The guards of the run hold, except the limit by share
 * of all conferences.
 */
function proposeNamed(
  report: RunReport,
  named: readonly (PlannedConference | Refusal)[],
  { settings, context }: MeshRun,
): Plan {
  const conferences = named.flatMap((each) => ('steps' in each && each.steps.length > 0 ? [each] : []));
  const refusals = named.flatMap((each) => ('reason' in each ? [each] : []));
  const refused = conferences.length === 0 ? null : guardRun(guardedRun(report), settings.heal);
  const counts = { ...report.counts, conferences: Math.max(report.counts.conferences, named.length) };
  const within = upToLimit(conferences, changeLimit(counts, { ...settings.heal, maxRatio: 1 }));
  return {
    schema: 'splitbrain/plan/1',
    environment: settings.environment,
    table: settings.table,
    ...stampOf(context),
    refused,
    conferences: refused ? [] : within.conferences,
    refusals: refused ? [refused, ...refusals] : [...refusals, ...within.refusals],
  };
}

function guardedRun({ proxies, locks, expected, counts, findings }: RunReport): GuardedRun {
  return { views: proxies, locks, expected, counts, disagreeing: countDisagreeing(findings) };
}

/** Keeps the first conferences up to the limit, in their order; the others are refused by name. */
function upToLimit(
  conferences: readonly PlannedConference[],
  { count, reason, because }: ChangeLimit,
): { readonly conferences: readonly PlannedConference[]; readonly refusals: readonly Refusal[] } {
  const changing = conferences.filter(({ kind }) => kind !== 'missing').slice(count);
  const over = new Set(changing.map(({ key }) => key));
  return {
    conferences: conferences.filter(({ key }) => !over.has(key)),
    refusals: changing.map(({ key }) => ({ reason, key, because })),
  };
}
