// Carries a plan out: from a plan to verified traffic. The only file that builds a TableWriter.

import { exitCodes } from '../domain/exit-codes.ts';
import { isDisagreement } from '../domain/finding.ts';
import type { HealOutcome, Plan } from '../domain/plan.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { Settings } from '../domain/settings.ts';
import { createShardRequest, type ShardRequest } from '../heal/data-plane.ts';
import { healPlan, refusedOutcome } from '../heal/heal.ts';
import { openJournal } from '../heal/journal.ts';
import { limitTimeouts } from '../heal/timeout-limit.ts';
import { createPlanningModel } from '../plan/planning-model.ts';
import { createTableWriter } from '../runtime-api/table-writer.ts';
import { type Mesh, type MeshRun, openTransports, readersOf } from '../session/mesh.ts';
import { requestStatus } from '../transport/http-request.ts';

/** What came of a plan. */
export interface Carried {
  readonly outcome: HealOutcome;
  readonly exitCode: number;
  /** Sentences for the report. */
  readonly notes: readonly string[];
}

/** What a plan is carried out on, and how. */
export interface Carrying extends MeshRun {
  readonly rounds?: number;
  /** The keys of conferences on which the mesh agrees already. */
  readonly settled?: readonly string[];
  /** Why another run may be writing by now; `null` while the lease holds. */
  readonly leaseLost?: () => string | null;
}

/**
 * Carries a plan out. Only this function holds writers, each on a connection of its own, and closes
 * them at the end.
 */
export async function carryOutPlan(
  plan: Plan,
  report: RunReport,
  { mesh, settings, context, ...options }: Carrying,
): Promise<Carried> {
  const ended = (outcome: HealOutcome, notes: readonly string[] = []): Carried => ({
    outcome,
    exitCode: exitCodeAfter(outcome, plan, report),
    notes,
  });
  const settledBefore = options.settled?.length ?? 0;
  if (plan.conferences.length === 0) {
    return ended({
      planned: settledBefore,
      applied: 0,
      verified: 0,
      failed: 0,
      settledThemselves: settledBefore,
      ended: 0,
      interrupted: false,
      refusals: plan.refusals,
      journal: null,
    });
  }
  const { environment } = settings;
  const place = { folder: settings.heal.journal, environment };
  const journal = openJournal(place, context.run.id, () => new Date(context.clock.now()));
  if ('problem' in journal) {
    context.log.error('journal-unwritable', { because: journal.problem });
    return ended(refusedOutcome(plan, { reason: 'no-journal', because: journal.problem }));
  }
  const open = openTransports(settings);
  const transports = mesh.members.map(({ target }) => [target.name, open(target)] as const);
  const model = createPlanningModel(report.proxies);
  try {
    journal.append([
      {
        event: 'run',
        runId: context.run.id,
        command: context.run.command,
        environment,
        table: settings.table,
      },
    ]);
    context.log.warn('heal-begins', {
      conferences: plan.conferences.length,
      refusals: plan.refusals.length,
      journal: journal.path,
    });
    const healed = await healPlan(
      { plan, views: report.proxies },
      {
        readers: new Map([...readersOf(mesh, model.proxies)].map(([name, reader]) => [name, limitTimeouts(reader)])),
        writers: new Map(
          transports.map(([name, transport]) => [
            name,
            createTableWriter(transport, settings.table, settings.collect.timeoutMs),
          ]),
        ),
        request: shardRequest(mesh, settings),
        concurrency: settings.collect.concurrency,
        journal,
        leaseLost: options.leaseLost ?? (() => null),
        clock: context.clock,
        signal: context.signal,
      },
      {
        settleMs: settings.heal.settleMs,
        rounds: options.rounds ?? null,
        onRound: (round, left) => context.log.info('heal-round', { round, conferences: left }),
        onWritten: (done, total) => {
          context.progress.update({ stage: 'write', done, total, bytes: 0 });
          context.log.info('heal-written', { done, total });
        },
      },
    );
    const outcome = {
      ...healed,
      planned: healed.planned + settledBefore,
      settledThemselves: healed.settledThemselves + settledBefore,
    };
    context.log.warn('heal-ended', { applied: outcome.applied, verified: outcome.verified, failed: outcome.failed });
    const trouble = journal.trouble();
    if (trouble === null) return ended(outcome);
    context.log.error('journal-unwritable', { because: trouble });
    // If that stopped the heal, its refusals name it already.
    const isSaid = outcome.refusals.some(({ reason }) => reason === 'no-journal');
    return ended(outcome, isSaid ? [] : [`every write is in the journal, but not what came of the last: ${trouble}`]);
  } finally {
    context.progress.stop();
    await Promise.all(transports.map(([, transport]) => transport.close()));
    journal.close();
  }
}

/**
 * The first exit code of 4, 3, 2 that applies: something was refused or did not hold; the view was
 * incomplete; another disagreement remains.
 */
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
