// From a report to a plan: for every disagreement a winner and steps, or a refusal with its reason.

import { type Finding, isByCensus, isDisagreement } from '../domain/finding.ts';
import { fitsHeader } from '../domain/key.ts';
import type { Decision, HealSettings, Plan, PlannedConference, Refusal } from '../domain/plan.ts';
import type { RunReport } from '../domain/run-report.ts';
import { candidatesOf, voters } from './electorate.ts';
import { type FillIns, planFillIns } from './fill-ins.ts';
import { guardCooldown, guardRun } from './guards.ts';
import { type Limited, withinLimits } from './limits.ts';
import { planToShard, stateFound } from './plan-to-shard.ts';
import { createPlanningModel, type PlanningModel } from './planning-model.ts';
import { planRequests } from './requests.ts';
import { planSteps } from './steps.ts';
import { countedShards, pickWinner } from './winner.ts';

/** What a plan depends on beside the report. */
export interface PlanningFacts {
  readonly settings: HealSettings;
  /** How many runs wrote to a conference within the cooldown window, from the journals. */
  readonly healsOf: (key: string) => number;
  /** Why the journals could not be counted, and nothing may be healed; or `null`. */
  readonly uncounted: string | null;
  /** Whether a key can be put into a command. */
  readonly isExpressible: (key: string) => boolean;
  /** Whether the plan is about the finding; absent: it is about all of them. */
  readonly isWanted?: (finding: Finding) => boolean;
  readonly runId: string;
  /** ISO times. */
  readonly createdAt: string;
  readonly validUntil: string;
}

/** What a plan needs of a report. */
export type PlanningReport = Pick<
  RunReport,
  'environment' | 'table' | 'proxies' | 'locks' | 'expected' | 'counts' | 'findings' | 'census'
>;

/**
 * The plan, and the decision on each key, which the report shows. If a guard refuses the run, the
 * plan has no conferences, and nothing is written.
 */
export function buildPlan(
  report: PlanningReport,
  facts: PlanningFacts,
): { readonly plan: Plan; readonly decisions: ReadonlyMap<string, Decision> } {
  const wanted = planConferences(report, facts);
  const { disagreeing } = wanted;
  const { proxies: views, locks, expected, counts } = report;
  const run = { views, locks, expected, counts, disagreeing };
  // A run that has nothing to write is not refused.
  const refused =
    wanted.conferences.length === 0 ? null : (guardRun(run, facts.settings) ?? guardCooldown(facts.uncounted));
  const planned = refused ? wanted : withinLimits(wanted, report.counts, facts.settings);
  const decisions = new Map(planned.decisions);
  if (refused)
    for (const { key } of planned.conferences)
      decisions.set(key, { refusal: refused.reason, because: refused.because });
  return {
    plan: {
      schema: 'splitbrain/plan/1',
      environment: report.environment,
      table: report.table,
      runId: facts.runId,
      createdAt: facts.createdAt,
      validUntil: facts.validUntil,
      refused,
      conferences: refused ? [] : planned.conferences,
      refusals: refused ? [refused, ...planned.refusals] : planned.refusals,
    },
    decisions,
  };
}

interface Planned extends Limited {
  /** Conferences that are split, mixed or duplicated. */
  readonly disagreeing: number;
}

function planConferences(report: PlanningReport, facts: PlanningFacts): Planned {
  const { census } = report;
  const counted = countedShards(census);
  const byCensus = censusKeys(report);
  const model = createPlanningModel(report.proxies);
  const voting = voters(report.proxies);
  const conferences: PlannedConference[] = [];
  const refusals: Refusal[] = [];
  const decisions = new Map<string, Decision>();
  const expiresInMs = new Map<string, number>();
  const fillIns = planFillIns(report.proxies);
  let disagreeing = 0;
  let fills = 0;
  let unfilled = 0;
  for (const finding of report.findings) {
    if (!isDisagreement(finding.kind) || decisions.has(finding.key)) continue;
    // Filling it in would lead it to where its people are not.
    if (finding.kind === 'missing' && byCensus.has(finding.key)) continue;
    if (finding.kind !== 'missing') disagreeing++;
    if (facts.isWanted?.(finding) === false) continue;
    if (finding.kind === 'missing' && fills >= facts.settings.maxMissing) {
      unfilled++;
      decisions.set(finding.key, {
        refusal: 'too-many-missing',
        because: `this run fills in at most ${facts.settings.maxMissing} conferences`,
      });
      continue;
    }
    const planned = planConference(
      finding,
      { model, voting, fillIns, counted, isWhole: census?.isWhole ?? false },
      facts,
    );
    expiresInMs.set(finding.key, Math.max(0, ...finding.routes.map((route) => route.expiresInMs)));
    if ('reason' in planned) {
      refusals.push(planned);
      decisions.set(finding.key, { refusal: planned.reason, because: planned.because });
      continue;
    }
    if (finding.kind === 'missing') fills++;
    fillIns.reserve(finding);
    conferences.push(planned);
    const { policy, because, participantsMoved = null } = planned;
    decisions.set(finding.key, { winner: planned.winner!, policy, because, participantsMoved });
  }
  if (unfilled > 0)
    refusals.push({
      reason: 'too-many-missing',
      key: null,
      because: `${unfilled} more conferences are missing somewhere than this run may fill in (${facts.settings.maxMissing}); the next run goes on`,
    });
  return { conferences, refusals, decisions, disagreeing, expiresInMs };
}

/** Few, however many are missing somewhere. */
function censusKeys({ findings }: PlanningReport): ReadonlySet<string> {
  const tallies = findings.tallies.filter(isByCensus);
  return new Set(tallies.flatMap((tally) => findings.first(tally, tally.count).map(({ key }) => key)));
}

/** What is the same for every conference of a run. */
interface RunBasis {
  readonly model: PlanningModel;
  readonly voting: ReadonlySet<string>;
  readonly fillIns: FillIns;
  /** Addresses of the shards that answered the census. */
  readonly counted: ReadonlySet<string>;
  /** Whether every shard answered it. */
  readonly isWhole: boolean;
}

function planConference(
  finding: Finding,
  { model, voting, fillIns, counted, isWhole }: RunBasis,
  facts: PlanningFacts,
): PlannedConference | Refusal {
  const refuse = (reason: Refusal['reason'], because: string): Refusal => ({ reason, key: finding.key, because });
  if (!facts.isExpressible(finding.key) || model.tableType === 'binary')
    return refuse('key-inexpressible', 'no command of the runtime API can name this key');
  const twice = finding.routes.filter(({ why }) => why === 'duplicated').map(({ proxy }) => proxy);
  if (twice.length > 0)
    return refuse('duplicated', `${twice.join(', ')} holds the key twice, and no command can tell the two apart`);
  const unfit = fillIns.refuse(finding);
  if (unfit !== null) return refuse(unfit.reason, unfit.because);
  const { heals, withinMs } = facts.settings.cooldown;
  const healed = facts.healsOf(finding.key);
  if (healed >= heals)
    return refuse(
      'cooldown',
      `healed ${healed} times within ${Math.round(withinMs / 60_000)} minutes: it is flapping, and its cause should be found`,
    );
  const isFromCensus = isByCensus(finding);
  if (isFromCensus && finding.routes.length === 0)
    return refuse('unknown-conference', 'no table has an entry of it: its next request makes one');
  if (isFromCensus && !isWhole)
    return refuse('census-incomplete', 'not every shard answered the census: more of its people may be elsewhere');
  const ballot = { finding, ...candidatesOf(finding, model.directories), voters: voting, counted };
  const decision = pickWinner(ballot, facts.settings);
  if ('refusal' in decision) return refuse(decision.refusal, decision.because);
  const byRequest = facts.settings.dataPlane !== null && fitsHeader(finding.key);
  const { key, conference, kind } = finding;
  const planned = planToShard(
    { key, conference, kind, ...decision },
    stateFound(finding, model),
    byRequest ? planRequests : planSteps,
  );
  if ('steps' in planned && planned.steps.length === 0 && isFromCensus)
    return refuse(
      'already-there',
      `every proxy leads to ${decision.winner} already (${decision.because}): no write moves the people who are elsewhere`,
    );
  if ('steps' in planned && planned.steps.length === 0)
    return refuse(
      'coverage',
      `every proxy that was read in full leads to ${decision.winner} already; the others cannot be healed unseen`,
    );
  return planned;
}
