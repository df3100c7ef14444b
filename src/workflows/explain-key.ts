// Everything that is known of one conference, put together from a look at it.

import { exitCodeOf, judgeConference, linksApart } from '../analysis/conference-verdict.ts';
import { explainRoutes } from '../analysis/explain-routes.ts';
import { mayHoldTwice } from '../analysis/version.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import type {
  ConferenceList,
  ConferenceVerdict,
  ExplainedCensus,
  ExplainedHeal,
  ExplainedRoute,
  Explanation,
  ListedConference,
} from '../domain/explanation.ts';
import { type Finding, isDisagreement, type MeshFindingKind } from '../domain/finding.ts';
import { conferenceOf } from '../domain/key.ts';
import type { RunReport } from '../domain/run-report.ts';
import { pastWrites } from '../heal/past-writes.ts';
import { spellStep } from '../runtime-api/step-commands.ts';
import type { MeshRun } from '../session/mesh.ts';
import type { Looked } from './look.ts';
import { propose } from './propose.ts';

/** Runs that are named of those that wrote to the conference. */
const PAST_SHOWN = 4;

/** What was asked for, and where it is in the look. */
export interface AskedKey {
  readonly asked: Explanation['asked'];
  readonly key: string;
  /** Its row in the look. */
  readonly row: number;
  /** Whether the look read whole dumps. */
  readonly byDump: boolean;
}

/** What a look says of one of its keys. */
interface JudgedKey {
  readonly routes: readonly ExplainedRoute[];
  readonly findings: readonly Finding[];
  readonly verdict: ConferenceVerdict;
}

function judgedKey({ report, first, confirmed }: Looked, key: string, row: number): JudgedKey {
  const suspect = rowOf(key, confirmed.look.grid.keys);
  const routes = suspect < 0 ? explainRoutes(first, row) : explainRoutes(confirmed.look, suspect);
  const findings = [...report.findings].filter((finding) => finding.key === key);
  const verdict = judgeConference({
    routes,
    kinds: findings.map(({ kind }) => kind),
    isChanging: suspect >= 0 && confirmed.isInFlight[suspect]!,
    view: report.view,
  });
  return { routes, findings, verdict };
}

/** Whether some proxy has an entry of it, or some shard has people of it. */
export function isKnown({ first, participantsOf }: Looked, row: number): boolean {
  const key = first.grid.keys.keyAt(row);
  const people = Object.values(participantsOf(key) ?? {});
  return people.some((count) => count > 0) || explainRoutes(first, row).some(({ entry }) => entry !== null);
}

/** Why it may be unknown is left to the caller, who may search for other names. */
export function explainKey(run: MeshRun, looked: Looked, { asked, key, row, byDump }: AskedKey): Explanation {
  const { report } = looked;
  const { routes, findings, verdict } = judgedKey(looked, key, row);
  const { journal: folder } = run.settings.heal;
  const { environment, table } = run.settings;
  const past = pastWrites({ folder, environment, table }, key, PAST_SHOWN);
  return {
    environment,
    table,
    run: report.run,
    asked,
    key,
    conference: conferenceOf(key),
    verdict,
    view: report.view,
    exitCode: exitCodeOf(verdict, report.view),
    routes,
    shardNames: shardNamesOf(report),
    findings,
    links: linksApart(report.proxies, routes),
    past: past.events,
    census: censusOf(looked, key),
    heal: findings.some(({ kind }) => isDisagreement(kind)) ? healOf(run, report, key) : null,
    unknown: null,
    notes: [
      ...meshNotes(report),
      ...pendingNote(report, key),
      ...(byDump || report.run.source !== null || verdict !== 'agree' ? [] : twiceNote(routes)),
      ...(past.problem === null ? [] : [`A journal could not be read: ${past.problem}.`]),
    ],
  };
}

/** Findings of the mesh without which a verdict on one conference could be misread. */
const NOTED: ReadonlySet<MeshFindingKind> = new Set(['locked', 'not-sticky', 'peer-unread', 'version-unknown']);

function meshNotes({ meshFindings, notes }: RunReport): readonly string[] {
  const noted = meshFindings.filter(({ kind }) => NOTED.has(kind)).map(({ kind, because }) => `${because} (${kind}).`);
  return [...noted, ...notes];
}

function pendingNote({ census }: RunReport, key: string): readonly string[] {
  const isPending = census?.apart.some((each) => each.key === key && !each.isSettled) ?? false;
  return isPending
    ? ['Its people are apart for less time than clients need to move: --wait looks again after that time.']
    : [];
}

function twiceNote(routes: readonly ExplainedRoute[]): readonly string[] {
  return routes.some(({ haproxy }) => mayHoldTwice(haproxy))
    ? ['The proxies were asked for the key. HAProxy before 3.3 can hold a key twice, which shows with --dump only.']
    : [];
}

/** Verdicts in the order of a list. */
const ORDER: readonly ConferenceVerdict[] = [
  'apart',
  'changing',
  'orphaned',
  'incomplete',
  'excused',
  'unknown',
  'agree',
];

/**
 * Several conferences. A name that is that of several is no answer: bad usage. What was not judged
 * is no agreement.
 */
export function listConferences(
  looked: Looked,
  asked: ConferenceList['asked'],
  { rows, total }: { readonly rows: readonly Pick<AskedKey, 'key' | 'row'>[]; readonly total: number },
): ConferenceList {
  const { report } = looked;
  const matches = rows
    .map(({ key, row }): ListedConference => {
      const { routes, verdict } = judgedKey(looked, key, row);
      const shards = routes.flatMap(({ next }) => (next.does === 'followed' ? [next.shard] : []));
      return { key, conference: conferenceOf(key), verdict, shards: [...new Set(shards)].sort() };
    })
    .sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict) || (one.key < other.key ? -1 : 1));
  const view = total > rows.length ? 'incomplete' : report.view;
  const codes = matches.map(({ verdict }) => exitCodeOf(verdict, view));
  const worst = view === 'incomplete' ? exitCodes.incomplete : Math.max(exitCodes.agree, ...codes);
  return {
    environment: report.environment,
    table: report.table,
    run: report.run,
    asked,
    view,
    exitCode: asked.readAs === 'name' ? exitCodes.usage : worst,
    total,
    matches,
    shardNames: shardNamesOf(report),
    notes: meshNotes(report),
  };
}

function shardNamesOf({ shards }: RunReport): Explanation['shardNames'] {
  return new Map(shards.map(({ address, name }) => [address, name]));
}

function rowOf(key: string, keys: { readonly count: number; keyAt(row: number): string }): number {
  for (let row = 0; row < keys.count; row++) if (keys.keyAt(row) === key) return row;
  return -1;
}

function censusOf({ report, participantsOf }: Looked, key: string): ExplainedCensus | null {
  const { census } = report;
  if (census === null) return null;
  const names = shardNamesOf(report);
  const people = Object.entries(participantsOf(key) ?? {})
    .map(([shard, participants]) => ({ shard, name: names.get(shard) ?? null, participants }))
    .sort((one, other) => other.participants - one.participants || (one.shard < other.shard ? -1 : 1));
  const silent = census.shards.filter(({ status }) => status === 'unanswered' || status === 'stale');
  return { people, unanswered: [...silent, ...census.gaps].map(({ name }) => name) };
}

/** Of a heal of this conference: the limits of a run over all conferences are not known here. */
function healOf(run: MeshRun, report: RunReport, key: string): ExplainedHeal | null {
  const conferences = Math.max(1, ...report.proxies.map((view) => view.table?.used ?? 0));
  const { plan, decisions } = propose({ ...report, counts: { ...report.counts, conferences } }, run);
  const decision = decisions.get(key);
  if (decision === undefined) return null;
  const planned = plan.conferences.find((conference) => conference.key === key);
  const steps = (planned?.steps ?? []).map((step) => ({
    phase: step.phase,
    kind: step.kind,
    proxy: step.proxy,
    commands: spellStep(plan.table, key, step),
  }));
  return { decision, steps };
}
