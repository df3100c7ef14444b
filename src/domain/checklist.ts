// The checklist of a mesh: items that pass, fail or are unknown, with evidence and remedy; and what
// they come to.

import type { PeerMatrix } from './peer-matrix.ts';
import type { RunReport } from './run-report.ts';

/**
 * The occasion of a check. `general` is the gate around a reload; the others say in words what is
 * safe to do next.
 */
export const checkProfiles = ['general', 'before-upgrade', 'after-scale-up', 'after-scale-down'] as const;
export type CheckProfile = (typeof checkProfiles)[number];

/** The items, in the order of a check. */
export const checkItemIds = [
  'proxies',
  'reachable',
  'locks',
  'version',
  'loaded',
  'peer-links',
  'peer-names',
  'peer-errors',
  'table',
  'entries',
  'emptied',
  'fill-level',
  'servers',
  'server-ids',
  'server-states',
  'server-weights',
  'discovery',
  'maps',
  'live-release',
  'census',
  'split-brain',
  'orphaned',
  'ambiguous',
  'people',
  'alarms',
] as const;
export type CheckItemId = (typeof checkItemIds)[number];

/** `unknown`: the evidence is not there. It is never a pass. */
export type CheckItemResult = 'pass' | 'fail' | 'unknown';

/** `evidence` are sentences, the most important first. `remedy` is `null` where the item passes. */
export interface CheckItem {
  readonly id: CheckItemId;
  readonly result: CheckItemResult;
  readonly evidence: readonly string[];
  readonly remedy: string | null;
}

/** An item that does not apply: nothing is configured that it could look at. */
export interface UncheckedItem {
  readonly id: CheckItemId;
  readonly why: string;
}

/**
 * An alarm of CloudWatch; `sinceMs` is epoch milliseconds, `null` where CloudWatch does not say.
 */
export interface SeenAlarm {
  readonly name: string;
  readonly state: string;
  readonly sinceMs: number | null;
}

/** CloudWatch's alarms of the environment, or why they are not known. */
export type AlarmsSeen = { readonly alarms: readonly SeenAlarm[] } | { readonly trouble: string };

/** What came of a check. The exit code is 3 before 2, as everywhere. */
export interface CheckResult {
  readonly profile: CheckProfile;
  /** `fail` also where other items are unknown. */
  readonly verdict: CheckItemResult;
  readonly exitCode: number;
  /** What the verdict means for the occasion, in a sentence. */
  readonly conclusion: string;
  readonly items: readonly CheckItem[];
  readonly notChecked: readonly UncheckedItem[];
  readonly peers: PeerMatrix;
  /** The look that the items judge. */
  readonly report: RunReport;
}
