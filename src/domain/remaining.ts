// What is still wrong when a run ends: what the look found, less what the heal brought in order.

import { type CountsByKind, countByKind, type FindingKind, kindRecords } from './finding.ts';
import type { RunReport } from './run-report.ts';

/** Conferences per kind, each counted once per mesh. Without a heal, the counts of the look. */
export function remainingAfter(report: RunReport): CountsByKind {
  const { byKind } = report.counts;
  const healed = healedKeys(report);
  if (healed.size === 0) return byKind;
  const ended: Partial<Record<FindingKind, number>> = {};
  for (const { kind, key } of report.findings) {
    if (kindRecords[kind].endsByHeal && healed.has(key)) ended[kind] = (ended[kind] ?? 0) + 1;
  }
  return countByKind((kind) => Math.max(0, byKind[kind] - (ended[kind] ?? 0)));
}

/** The conferences of the plan that were healed and of which nothing was refused. */
export function healedKeys({ proposal, heal }: RunReport): ReadonlySet<string> {
  if (heal === null || proposal === null || heal.interrupted) return new Set();
  if (heal.verified + heal.settledThemselves + heal.ended === 0) return new Set();
  const refused = new Set(heal.refusals.map(({ key }) => key));
  return new Set(proposal.plan.conferences.flatMap(({ key }) => (refused.has(key) ? [] : [key])));
}
