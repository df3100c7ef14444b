// The stories of healing: from a report to a plan, and from a plan to traffic that moved. The only file that builds a TableWriter.

import { conferenceOf } from './domain/key.ts';
import type { HealOutcome, Pin, Plan, PlannedConference, Refusal, Step } from './domain/plan.ts';
import type { Proposal, RunReport } from './domain/run-report.ts';
import type { Settings } from './domain/settings.ts';
import { ConfigError, exitCodes } from './errors.ts';
import { healPlan } from './heal/heal.ts';
import { healsSince, type JournalRecord, openJournal } from './heal/journal.ts';
import { buildPlan } from './plan/build-plan.ts';
import { type Ground, surveyGround } from './plan/ground.ts';
import { guardRun } from './plan/guards.ts';
import { planPin } from './plan/pin.ts';
import { planUndo } from './plan/undo.ts';
import type { Edge, Mesh } from './run.ts';
import type { TableReader } from './runtime-api/table-reader.ts';
import { createTableWriter } from './runtime-api/table-writer.ts';
import { clearKey, isExpressible, setServerId } from './runtime-api/write-commands.ts';
import { openTransport } from './transport/open.ts';
import { readEntries } from './verify/read-entries.ts';
import { entriesOf } from './verify/verdict.ts';

/** A plan on paper is worth as much as the mesh stands still: after this long it is looked at again instead. */
const PLAN_VALID_MS = 15 * 60_000;

/** What `heal` would do about a report. Reads the journals, writes nothing. */
export function propose(report: RunReport, settings: Settings, edge: Edge): Proposal {
  const now = edge.clock.now();
  const { journal, cooldown } = settings.heal;
  const heals = healsSince(journal, settings.environment, settings.table, new Date(now - cooldown.withinMs));
  return buildPlan(report, {
    settings: settings.heal,
    healsOf: (key) => heals.get(key) ?? 0,
    isExpressible,
    runId: edge.run.id,
    createdAt: new Date(now).toISOString(),
    validUntil: new Date(now + PLAN_VALID_MS).toISOString(),
  });
}

/** A plan of conferences that a person named, under the same guards of the run. */
export function proposeNamed(
  report: RunReport,
  named: readonly (PlannedConference | Refusal)[],
  settings: Settings,
  edge: Edge,
): Plan {
  const now = edge.clock.now();
  const conferences = named.flatMap((each) => ('steps' in each && each.steps.length > 0 ? [each] : []));
  const refusals = named.flatMap((each) => ('reason' in each ? [each] : []));
  const counts = { ...report.counts, conferences: Math.max(report.counts.conferences, named.length) };
  const limits = { ...settings.heal, maxRatio: 1 };
  const refused = guardRun(
    { views: report.proxies, expected: report.expected, counts, changing: conferences.length },
    limits,
  );
  return {
    schema: 'splitbrain/plan/1',
    environment: settings.environment,
    table: settings.table,
    runId: edge.run.id,
    createdAt: new Date(now).toISOString(),
    validUntil: new Date(now + PLAN_VALID_MS).toISOString(),
    refused,
    conferences: refused ? [] : conferences,
    refusals: refused ? [refused, ...refusals] : refusals,
  };
}

/** Why a plan from a file cannot be carried out now, or `null`. */
export function refusePlan(plan: Plan, report: RunReport, settings: Settings, edge: Edge): Refusal | null {
  const refusal = (reason: Refusal['reason'], because: string): Refusal => ({ reason, key: null, because });
  if (plan.environment !== settings.environment || plan.table !== settings.table) {
    return refusal(
      'wrong-mesh',
      `the plan is for table ${plan.table} of ${plan.environment}, this is table ${settings.table} of ${settings.environment}`,
    );
  }
  if (edge.clock.now() > Date.parse(plan.validUntil))
    return refusal('plan-expired', `the plan was valid until ${plan.validUntil}`);
  const changing = plan.conferences.filter(({ kind }) => kind !== 'missing').length;
  return guardRun({ views: report.proxies, expected: report.expected, counts: report.counts, changing }, settings.heal);
}

export interface Carried {
  readonly outcome: HealOutcome;
  readonly exitCode: number;
}

/** Carries a plan out. Holds the only writers there are, each on a connection of its own, for as long as it takes. */
export async function carryOutPlan(
  plan: Plan,
  report: RunReport,
  mesh: Mesh,
  settings: Settings,
  edge: Edge,
  options: { readonly rounds?: number } = {},
): Promise<Carried> {
  if (plan.conferences.length === 0) {
    const outcome = { planned: 0, applied: 0, verified: 0, failed: 0, refusals: plan.refusals, journal: null };
    return { outcome, exitCode: exitCodeAfter(outcome, report) };
  }
  const journal = openJournal(settings.heal.journal, edge.run.id, () => new Date(edge.clock.now()));
  const transports = mesh.members.map(({ target }) => [target.name, openTransport(target, settings.ssh)] as const);
  const ground = surveyGround(report.proxies);
  try {
    journal.append([
      {
        event: 'run',
        runId: edge.run.id,
        command: edge.run.command,
        environment: settings.environment,
        table: settings.table,
      },
    ]);
    edge.log.warn('heal-begins', {
      conferences: plan.conferences.length,
      refusals: plan.refusals.length,
      journal: journal.path,
    });
    const outcome = await healPlan(
      plan,
      ground,
      {
        readers: readersOf(mesh, ground),
        writers: new Map(
          transports.map(([name, transport]) => [
            name,
            createTableWriter(transport, settings.table, settings.collect.timeoutMs),
          ]),
        ),
        concurrency: settings.collect.concurrency,
        journal,
        clock: edge.clock,
        signal: edge.signal,
      },
      {
        settleMs: settings.heal.settleMs,
        rounds: options.rounds ?? null,
        onRound: (round, left) => edge.log.info('heal-round', { round, conferences: left }),
      },
    );
    edge.log.warn('heal-ended', { applied: outcome.applied, verified: outcome.verified, failed: outcome.failed });
    return { outcome, exitCode: exitCodeAfter(outcome, report) };
  } finally {
    await Promise.all(transports.map(([, transport]) => transport.close()));
    journal.close();
  }
}

/** The first of 4, 3, 2 that applies: something was refused or did not hold, the view was incomplete, or all that was found is healed. */
function exitCodeAfter(outcome: HealOutcome, report: RunReport): number {
  if (outcome.failed > 0 || outcome.refusals.length > 0) return exitCodes.refused;
  return report.exitCode === exitCodes.incomplete ? exitCodes.incomplete : exitCodes.agree;
}

/** The plan of a person's pins. */
export async function planPins(
  pins: readonly Pin[],
  report: RunReport,
  mesh: Mesh,
  settings: Settings,
  edge: Edge,
): Promise<Plan> {
  const ground = surveyGround(report.proxies);
  const expressible = pins.filter(({ key }) => isExpressible(key)).map(({ key }) => key);
  const now = await readEntries(
    { readers: readersOf(mesh, ground), concurrency: settings.collect.concurrency, signal: edge.signal },
    expressible,
  );
  return proposeNamed(
    report,
    pins.map((pin) => planPin(pin, entriesOf(pin.key, now), ground, isExpressible)),
    settings,
    edge,
  );
}

/** The plan that puts back what the run of a journal changed. Only conferences of which a write may have gone out are in it. */
export async function planWayBack(
  records: readonly JournalRecord[],
  path: string,
  report: RunReport,
  mesh: Mesh,
  settings: Settings,
  edge: Edge,
): Promise<Plan> {
  const run = records.find((record) => record.event === 'run');
  if (run?.event !== 'run') throw new ConfigError([`${path}: this journal does not say of which run it is`]);
  if (run.environment !== settings.environment || run.table !== settings.table) {
    throw new ConfigError([
      `${path}: this journal is of table ${run.table} of ${run.environment}, not ${settings.table} of ${settings.environment}`,
    ]);
  }
  const written = new Set(records.flatMap((record) => (record.event === 'intent' ? [record.key] : [])));
  const changed = records.flatMap((record) =>
    record.event === 'conference' && written.has(record.key) ? [record] : [],
  );
  const ground = surveyGround(report.proxies);
  const now = await readEntries(
    { readers: readersOf(mesh, ground), concurrency: settings.collect.concurrency, signal: edge.signal },
    changed.map(({ key }) => key),
  );
  const ways = changed.map(({ key, before }) =>
    planUndo({ key, conference: conferenceOf(key), before }, entriesOf(key, now), ground),
  );
  return proposeNamed(report, ways, settings, edge);
}

/** The literal commands of a step, for people. */
export function spellStep(table: string, key: string, { kind, expect, serverId }: Step): readonly string[] {
  const clear = clearKey(table, key);
  const set = () => setServerId(table, key, serverId);
  switch (kind) {
    case 'touch':
      return [set()];
    case 'replace':
      return expect === null ? [set()] : [clear, set()];
    case 'remove':
      return [clear];
  }
}

function readersOf(mesh: Mesh, ground: Ground): ReadonlyMap<string, TableReader> {
  const reporting = new Set(ground.proxies);
  return new Map(
    mesh.members.filter(({ target }) => reporting.has(target.name)).map(({ target, reader }) => [target.name, reader]),
  );
}
