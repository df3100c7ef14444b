// What the kept reports of an environment tell: the runs in order, and since when each finding has
// been there.

import {
  type CountsByKind,
  countByKind,
  disagreementKinds,
  type FindingKind,
  findingKinds,
  kindRecords,
} from './finding.ts';
import type { Counts, Verdict } from './run-report.ts';

/** One run whose report was kept. */
export interface KeptRun {
  /** When the run began. */
  readonly at: Date;
  readonly id: string;
  readonly command: string;
  /** What the look found. */
  readonly verdict: Verdict;
  readonly view: 'complete' | 'incomplete';
  readonly exitCode: number;
  readonly counts: Counts;
  /** What the run left behind: `agree` where it healed all that it had found. */
  readonly after: Verdict;
  /** `null` where the run was no heal, or had nothing to heal. */
  readonly heal: { readonly planned: number; readonly verified: number; readonly failed: number } | null;
}

/** One finding, over all kept runs. */
export interface SeenFinding {
  readonly kind: FindingKind;
  readonly key: string;
  readonly conference: string;
  /** The first run of the last time that it was there without a break. */
  readonly since: Date;
  /** Whether the kept reports do not reach back to a run without it: it may be older. */
  readonly mayBeOlder: boolean;
  /** The last run that saw it. */
  readonly lastSeen: Date;
  /** Whether it is still there, as far as the last runs could see. */
  readonly isPresent: boolean;
  /** In how many runs it was seen. */
  readonly runs: number;
  /** How often it came, with a break before each time. */
  readonly times: number;
}

/** A file that was not read, and why. */
export interface LeftOut {
  readonly file: string;
  readonly because: string;
}

export interface RunHistory {
  readonly environment: string;
  readonly table: string;
  /** Oldest first. */
  readonly runs: readonly KeptRun[];
  /** By `findingName`. */
  readonly findings: ReadonlyMap<string, SeenFinding>;
  /** Findings beyond the limit, of the oldest runs. */
  readonly findingsLeftOut: number;
  /** The first of the files that were not read; `filesLeftOut` is how many there are. */
  readonly leftOut: readonly LeftOut[];
  readonly filesLeftOut: number;
}

/** Names a finding over several runs. */
export function findingName(kind: FindingKind, key: string): string {
  return `${kind} ${key}`;
}

/** The verdict of a run once its heal is counted. */
export function verdictAfter(
  { verdict, view }: { readonly verdict: Verdict; readonly view: 'complete' | 'incomplete' },
  remaining: CountsByKind,
): Verdict {
  if (verdict !== 'split' || disagreementKinds.some((kind) => remaining[kind] > 0)) return verdict;
  return view === 'complete' ? 'agree' : 'incomplete';
}

/** A finding of one kept run. */
export interface KeptFinding {
  readonly kind: FindingKind;
  readonly key: string;
  readonly conference: string;
  /** Whether the run's heal ended it. */
  readonly isHealed: boolean;
}

/** A number of each kind that is healed is taken from `byKind`. */
export function lessHealed(byKind: CountsByKind, findings: readonly KeptFinding[]): CountsByKind {
  const healed = new Map<FindingKind, number>();
  for (const { kind, isHealed } of findings) if (isHealed) healed.set(kind, (healed.get(kind) ?? 0) + 1);
  return countByKind((kind) => Math.max(0, byKind[kind] - (healed.get(kind) ?? 0)));
}

/** Whether a heal of the conference ends a finding of this kind. */
export function endsByHeal(kind: FindingKind): boolean {
  return kindRecords[kind].endsByHeal;
}

export function isFindingKind(word: string): word is FindingKind {
  return (findingKinds as readonly string[]).includes(word);
}
