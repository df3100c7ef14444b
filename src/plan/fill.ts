// The plan that fills in entries where proxies lack them. It adds entries and changes no route.
// Pure.

import { linksOf } from '../analysis/links.ts';
import type { FilledProxies, FillTally } from '../domain/fill.ts';
import { type Finding, isDisagreement } from '../domain/finding.ts';
import type { Plan, PlannedConference, Refusal } from '../domain/plan.ts';
import type { FindingList } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';
import { buildPlan, type PlanningFacts, type PlanningReport } from './build-plan.ts';

/**
 * Fills in the conferences that a proxy lacks and whose entries all lead to one shard. If not all
 * can be filled in, those that were used last come first: the others may have ended already.
 */
export function planFill(report: PlanningReport, facts: PlanningFacts, proxies: FilledProxies): Plan {
  const isWanted = fillable(report.findings, proxies);
  const findings = inOrderOfUse(report, isWanted, facts.settings.maxMissing);
  // A fill sends commands only: a request through a proxy places a conference that it lacks.
  const settings = { ...facts.settings, dataPlane: null };
  const { plan } = buildPlan({ ...report, findings }, { ...facts, settings, isWanted });
  const conferences: PlannedConference[] = [];
  const refusals: Refusal[] = [...plan.refusals];
  const refuse = refusalOfDeaf(report.proxies);
  for (const planned of plan.conferences) {
    const refusal = refuse(planned);
    if (refusal === null) conferences.push({ ...planned, kind: 'fill' });
    else refusals.push(refusal);
  }
  return { ...plan, conferences, refusals };
}

/** Counts what the proxies lack by the report, and what the plan fills in. */
export function tallyFill(
  { findings, proxies: views }: Pick<PlanningReport, 'findings' | 'proxies'>,
  { conferences }: Pick<Plan, 'conferences'>,
  proxies: FilledProxies,
): FillTally {
  const isFillable = fillable(findings, proxies);
  const lacks = new Map<string, number>();
  const left = new Set<string>();
  const seen = new Set<string>();
  for (const finding of findings) {
    if (!isDisagreement(finding.kind) || !isLacking(finding, proxies)) continue;
    if (!isFillable(finding) && finding.routes.length > 0) left.add(finding.key);
    if (seen.has(finding.key) || finding.routes.length === 0) continue;
    seen.add(finding.key);
    for (const proxy of finding.absentOn) lacks.set(proxy, (lacks.get(proxy) ?? 0) + 1);
  }
  const tallied = views
    .filter(({ name }) => lacks.has(name) || proxies?.has(name))
    .map(({ name, status, table }) => ({
      proxy: name,
      isRead: status === 'ok',
      lacks: lacks.get(name) ?? 0,
      planned: conferences.filter(({ before }) => before[name] === null).length,
      room: table === null ? 0 : Math.max(0, table.size - table.used),
    }));
  return { proxies: tallied, leftForHeal: left.size };
}

/** Whether a finding is an entry that is missing, while all entries lead to one usable shard. */
function fillable(findings: FindingList, proxies: FilledProxies): (finding: Finding) => boolean {
  const disagreeing = new Set<string>();
  for (const { kind, key } of findings) if (isDisagreement(kind) && kind !== 'missing') disagreeing.add(key);
  return (finding) =>
    finding.kind === 'missing' &&
    !disagreeing.has(finding.key) &&
    isLacking(finding, proxies) &&
    finding.routes.every(({ followed, shard }) => followed === true && shard === finding.routes[0]!.shard);
}

function isLacking({ absentOn }: Finding, proxies: FilledProxies): boolean {
  return absentOn.some((proxy) => proxies === null || proxies.has(proxy));
}

/**
 * The findings, those first that were used last and that fit. Nothing is sorted where everything
 * fits.
 */
function inOrderOfUse(
  { findings, proxies: views }: Pick<PlanningReport, 'findings' | 'proxies'>,
  isWanted: (finding: Finding) => boolean,
  maxMissing: number,
): FindingList {
  const wanted: { readonly key: string; readonly leftMs: number }[] = [];
  const lacks = new Map<string, number>();
  for (const finding of findings) {
    if (!isWanted(finding)) continue;
    wanted.push({ key: finding.key, leftMs: Math.max(...finding.routes.map(({ expiresInMs }) => expiresInMs)) });
    for (const proxy of finding.absentOn) lacks.set(proxy, (lacks.get(proxy) ?? 0) + 1);
  }
  const rooms = views.flatMap(({ name, table }) => {
    const room = table === null ? 0 : Math.max(0, table.size - table.used);
    return room < (lacks.get(name) ?? 0) ? [room] : [];
  });
  const most = Math.min(maxMissing, ...rooms);
  if (wanted.length <= most) return findings;
  wanted.sort((one, other) => other.leftMs - one.leftMs || (one.key < other.key ? -1 : 1));
  const first = new Set(wanted.slice(0, most).map(({ key }) => key));
  return {
    ...findings,
    *[Symbol.iterator]() {
      for (const finding of findings) if (first.has(finding.key)) yield finding;
      for (const finding of findings) if (!first.has(finding.key)) yield finding;
    },
  };
}

/**
 * Refuses to set an entry on a proxy over whose links this table does not travel although they are
 * up. The table there is declared otherwise, and an empty one does not show how long its keys may
 * be.
 */
function refusalOfDeaf(views: readonly ProxyView[]): (planned: PlannedConference) => Refusal | null {
  const linkBetween = linksOf(views);
  const deaf = new Map(
    views.map(({ name }, proxy) => [
      name,
      views.find((_, other) => other !== proxy && linkBetween(proxy, other) === 'deaf')?.name,
    ]),
  );
  return ({ key, steps }) => {
    const step = steps.find(({ kind, proxy }) => kind !== 'touch' && deaf.get(proxy) !== undefined);
    if (step === undefined) return null;
    return {
      reason: 'table-differs',
      key,
      because: `the link between ${deaf.get(step.proxy)} and ${step.proxy} is up, and this table does not travel over it: declare it alike on both (type, len, size, store) and reload`,
    };
  };
}
