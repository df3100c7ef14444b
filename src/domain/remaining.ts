// What is still wrong when a run ends: what the look found, less what the heal brought in order.

import { type FindingKind, findingKinds } from './finding.ts';
import type { RunReport } from './run-report.ts';

/** Conferences per kind, each counted once per mesh. Without a heal, the counts of the look. */
export type Remaining = Readonly<Record<FindingKind, number>>;

/**
 * The kinds that are gone when every proxy routes to one usable shard; a shared key stays shared.
 */
const healable: ReadonlySet<FindingKind> = new Set(['split', 'missing', 'mixed', 'orphaned']);

export function remainingAfter(report: RunReport): Remaining {
  const { counts } = report;
  const remaining = Object.fromEntries(findingKinds.map((kind) => [kind, counts[kind]])) as Record<FindingKind, number>;
  const healed = healedKeys(report);
  if (healed.size === 0) return remaining;
  for (const { kind, key } of report.findings) {
    if (healable.has(kind) && healed.has(key)) remaining[kind] = Math.max(0, remaining[kind] - 1);
  }
  return remaining;
}

/** The conferences of the plan that nothing was refused of and that held. */
function healedKeys({ proposal, heal }: RunReport): ReadonlySet<string> {
  if (heal === null || proposal === null || heal.interrupted) return new Set();
  if (heal.verified + heal.settledThemselves + heal.ended === 0) return new Set();
  const refused = new Set(heal.refusals.map(({ key }) => key));
  return new Set(proposal.plan.conferences.flatMap(({ key }) => (refused.has(key) ? [] : [key])));
}
