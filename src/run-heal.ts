// The stories of healing: from a report to a plan, and from a plan to traffic that moved. The only file that builds a TableWriter.

import { isDisagreement } from './domain/finding.ts';
import { conferenceOf } from './domain/key.ts';
import type { HealOutcome, Pin, Plan, PlannedConference, Refusal, Step } from './domain/plan.ts';
import type { RunReport } from './domain/run-report.ts';
import type { Settings } from './domain/settings.ts';
import { ConfigError, exitCodes } from './errors.ts';
import { createShardRequest, type ShardRequest } from './heal/data-plane.ts';
import { healPlan } from './heal/heal.ts';
import { type JournalRecord, openJournal } from './heal/journal.ts';
import { type Ground, surveyGround } from './plan/ground.ts';
import { guardRun } from './plan/guards.ts';
import { planPin } from './plan/pin.ts';
import { planUndo } from './plan/undo.ts';
import { stampOf } from './proposal.ts';
import type { Edge, Mesh } from './run.ts';
import { isExpressible } from './runtime-api/escape.ts';
import type { TableReader } from './runtime-api/table-reader.ts';
import { createTableWriter } from './runtime-api/table-writer.ts';
import { clearKey, setServerId } from './runtime-api/write-commands.ts';
import { requestStatus } from './transport/http-request.ts';
import { openTransport } from './transport/open.ts';
import { readEntries } from './verify/read-entries.ts';
import { entriesOf } from './verify/verdict.ts';

/** A plan of conferences that a person named, under the same guards of the run but the share of all conferences. */
function proposeNamed(
  report: RunReport,
  named: readonly (PlannedConference | Refusal)[],
  settings: Settings,
  edge: Edge,
): Plan {
  const conferences = named.flatMap((each) => ('steps' in each && each.steps.length > 0 ? [each] : []));
  const refusals = named.flatMap((each) => ('reason' in each ? [each] : []));
  const counts = { ...report.counts, conferences: Math.max(report.counts.conferences, named.length) };
  const limits = { ...settings.heal, maxRatio: 1 };
  const run = { views: report.proxies, expected: report.expected, counts, changing: conferences.length };
  const refused = conferences.length === 0 ? null : guardRun(run, limits);
  return {
    schema: 'splitbrain/plan/1',
    environment: settings.environment,
    table: settings.table,
    ...stampOf(edge),
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
    const outcome = {
      planned: 0,
      applied: 0,
      verified: 0,
      failed: 0,
      interrupted: false,
      refusals: plan.refusals,
      journal: null,
    };
    return { outcome, exitCode: exitCodeAfter(outcome, plan, report) };
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
        request: shardRequest(mesh, settings),
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
    return { outcome, exitCode: exitCodeAfter(outcome, plan, report) };
  } finally {
    await Promise.all(transports.map(([, transport]) => transport.close()));
    journal.close();
  }
}

/** The first of 4, 3, 2 that applies: something was refused or did not hold, the view was incomplete, something else disagrees. */
function exitCodeAfter(outcome: HealOutcome, plan: Plan, report: RunReport): number {
  if (outcome.interrupted) return exitCodes.interrupted;
  if (outcome.failed > 0 || outcome.refusals.length > 0) return exitCodes.refused;
  if (report.exitCode === exitCodes.incomplete) return exitCodes.incomplete;
  const planned = new Set(plan.conferences.map(({ key }) => key));
  for (const { kind, key } of report.findings) {
    if (isDisagreement(kind) && !planned.has(key)) return exitCodes.disagreement;
  }
  return exitCodes.agree;
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
    case 'request':
      return [`one HTTP request through the proxy, to the server with id ${serverId}`];
  }
}

function shardRequest(mesh: Mesh, { heal: { dataPlane }, collect }: Settings): ShardRequest | null {
  if (dataPlane === null) return null;
  const hosts = new Map(
    mesh.members.map(({ target: { name, endpoint } }) => [
      name,
      endpoint.kind === 'unix' ? '127.0.0.1' : endpoint.host,
    ]),
  );
  return createShardRequest(
    dataPlane,
    (proxy) => hosts.get(proxy)!,
    (url, headers) => requestStatus(url, headers, collect.timeoutMs),
  );
}

function readersOf(mesh: Mesh, ground: Ground): ReadonlyMap<string, TableReader> {
  const reporting = new Set(ground.proxies);
  return new Map(
    mesh.members.filter(({ target }) => reporting.has(target.name)).map(({ target, reader }) => [target.name, reader]),
  );
}
