// What a heal would do about a report. It imports nothing that could write to a table: `report`
// loads no more of healing than this.

import type { Plan } from '../domain/plan.ts';
import type { Proposal, RunReport } from '../domain/run-report.ts';
import type { Settings } from '../domain/settings.ts';
import { type RecentHeals, recentHeals } from '../heal/recent-heals.ts';
import { buildPlan, type PlanningFacts } from '../plan/build-plan.ts';
import { isExpressible } from '../runtime-api/escape.ts';
import type { RunContext } from '../session/mesh.ts';

/** What a proposal needs of a run. */
interface Proposing {
  readonly settings: Settings;
  readonly context: Pick<RunContext, 'clock' | 'run' | 'log'>;
}

/** Milliseconds. A mesh changes: an older plan is refused, and a new look is needed. */
const PLAN_VALID_MS = 15 * 60_000;

const TORN = 'its last line is unfinished: a run was killed while it wrote it';

/**
 * What `heal` would do about a report, or about those of its findings that are wanted. Reads the
 * journals, and writes only their index. If they cannot be read, the proposal refuses to heal, but
 * the report is complete.
 */
export function propose(
  report: RunReport,
  { settings, context }: Proposing,
  isWanted: PlanningFacts['isWanted'] = () => true,
): Proposal {
  const { journal, cooldown } = settings.heal;
  const since = new Date(context.clock.now() - cooldown.withinMs);
  const counted = recentHeals({ folder: journal, environment: settings.environment }, settings.table, since);
  if ('problem' in counted) context.log.warn('journal-unreadable', { because: counted.problem });
  else for (const path of counted.torn) context.log.warn('journal-torn', { journal: path, because: TORN });
  return buildPlan(report, {
    settings: settings.heal,
    ...cooldownFacts(counted),
    isExpressible,
    isWanted,
    ...stampOf(context),
  });
}

function cooldownFacts(counted: RecentHeals): Pick<PlanningFacts, 'healsOf' | 'uncounted'> {
  if ('healsOf' in counted) return { healsOf: counted.healsOf, uncounted: null };
  return {
    healsOf: () => 0,
    uncounted: `${counted.problem}: how often a conference was healed is not known; mend that journal or move it away`,
  };
}

/** Which run makes a plan, and how long it is valid; ISO times. */
export function stampOf({
  clock,
  run,
}: Pick<RunContext, 'clock' | 'run'>): Pick<Plan, 'runId' | 'createdAt' | 'validUntil'> {
  const now = clock.now();
  return {
    runId: run.id,
    createdAt: new Date(now).toISOString(),
    validUntil: new Date(now + PLAN_VALID_MS).toISOString(),
  };
}
