// What a check judges: the look, what was asked for, and what stands beside the look.

import type { AlarmsSeen, CheckItem, CheckItemId, CheckProfile, UncheckedItem } from '../domain/checklist.ts';
import type { MeshFinding, MeshFindingKind } from '../domain/finding.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';

/** What the command line asks of the mesh. */
export interface CheckRules {
  readonly profile: CheckProfile;
  /** The beginning of the version that every proxy must have; `null`: all alike. */
  readonly haproxy: string | null;
  /** Every proxy must have loaded its configuration within this time; `null`: whenever. */
  readonly loadedWithinMs: number | null;
  /** The mesh shares no table: what is about tables is not checked. */
  readonly withoutTable: boolean;
}

/** Which sources the configuration has beside the proxies. */
export interface CheckSources {
  /** `maps`: a section without a source of what there ought to be. */
  readonly discovery: 'none' | 'maps' | 'catalogue';
  readonly census: boolean;
  /** `null`: CloudWatch is not asked. */
  readonly alarms: AlarmsSeen | null;
  /**
   * Whether a list or a register names the proxies; else the mesh itself does, or saved dumps.
   */
  readonly namesProxies: boolean;
  /** Whether the configuration says how long keys may be. */
  readonly knowsKeyLength: boolean;
}

export interface CheckFacts {
  readonly report: RunReport;
  readonly rules: CheckRules;
  readonly sources: CheckSources;
}

/** An item's judgement, or why it does not apply. */
export type Checked = CheckItem | UncheckedItem;

export function notChecked(id: CheckItemId, why: string): UncheckedItem {
  return { id, why };
}

/** The sentences of the mesh findings of some kinds. */
export function findingsOf({ report }: CheckFacts, ...kinds: readonly MeshFindingKind[]): readonly MeshFinding[] {
  return report.meshFindings.filter(({ kind }) => kinds.includes(kind));
}

export function sentencesOf(facts: CheckFacts, ...kinds: readonly MeshFindingKind[]): readonly string[] {
  return findingsOf(facts, ...kinds).map(({ proxy, because }) =>
    proxy === null || because.includes(proxy) ? because : `${proxy}: ${because}`,
  );
}

/** Whether the proxy said what it is and which servers it has. */
export function hasState({ status, servers, haproxy }: ProxyView): boolean {
  return status === 'ok' || status === 'truncated' || status === 'no-table' || servers.length > 0 || haproxy !== null;
}

/** The proxies of which nothing is known. */
export function silentProxies({ report }: CheckFacts): readonly string[] {
  return report.proxies.filter((view) => !hasState(view)).map(({ name }) => name);
}

/** A gap for each proxy that said nothing. */
export function silenceGaps(facts: CheckFacts): readonly string[] {
  const silent = silentProxies(facts);
  return silent.length === 0 ? [] : [`${silent.join(', ')} could not be asked`];
}
