// How long each verdict stood, over the kept runs.

import type { KeptRun } from './run-history.ts';
import type { Verdict } from './run-report.ts';

/** Runs in a row that left the mesh with one verdict. */
export interface VerdictSpan {
  readonly verdict: Verdict;
  /** The first run of it. */
  readonly since: Date;
  /** The last run of it. */
  readonly lastSeen: Date;
  readonly runs: number;
  /** Of the runs, those that found a disagreement and healed all of it. */
  readonly healedRuns: number;
}

/** Oldest first; none without runs. Every span but the first begins with a change. */
export function verdictSpans(runs: readonly KeptRun[]): readonly VerdictSpan[] {
  const spans: VerdictSpan[] = [];
  for (const { at, verdict, after } of runs) {
    const before = spans.at(-1);
    const healedRuns = verdict === 'split' && after !== 'split' ? 1 : 0;
    if (before?.verdict === after) {
      spans[spans.length - 1] = {
        ...before,
        lastSeen: at,
        runs: before.runs + 1,
        healedRuns: before.healedRuns + healedRuns,
      };
    } else spans.push({ verdict: after, since: at, lastSeen: at, runs: 1, healedRuns });
  }
  return spans;
}
