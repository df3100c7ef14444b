// Since when each finding has been there, from runs that come newest first. Pure.

import { findingName, type KeptFinding, type KeptRun, type SeenFinding } from '../domain/run-history.ts';

/** Different findings that are remembered, those of the newest runs first: some 100 MB. */
const MOST_FINDINGS = 300_000;

/** What is known of a finding while older runs are still to come. */
interface Span {
  readonly kind: SeenFinding['kind'];
  readonly key: string;
  readonly conference: string;
  readonly lastSeen: Date;
  readonly isPresent: boolean;
  since: Date;
  runs: number;
  times: number;
  /** The number of the oldest run so far that saw it. */
  run: number;
  /** How many runs with a complete view are as new as that run, or newer. */
  completeRuns: number;
}

export interface FindingSpans {
  /** Takes the next older run. */
  add(run: Pick<KeptRun, 'at' | 'view'>, findings: readonly KeptFinding[]): void;
  end(): { readonly findings: ReadonlyMap<string, SeenFinding>; readonly findingsLeftOut: number };
}

/**
 * A finding has a break where a run that read every proxy did not see it, or where a heal ended it.
 * A run with an incomplete view that does not see it proves nothing.
 */
export function createFindingSpans(most: number = MOST_FINDINGS): FindingSpans {
  const spans = new Map<string, Span>();
  const beyond = new Set<string>();
  let run = 0;
  /** Runs with a complete view, of those that came. */
  let completeRuns = 0;

  function see({ kind, key, conference, isHealed }: KeptFinding, at: Date, withThis: number): void {
    const name = findingName(kind, key);
    const span = spans.get(name);
    if (span === undefined) {
      if (spans.size < most) {
        const isPresent = completeRuns === 0 && !isHealed;
        const seen = { lastSeen: at, isPresent, since: at, runs: 1, times: 1, run, completeRuns: withThis };
        spans.set(name, { kind, key, conference, ...seen });
      } else if (beyond.size < most) beyond.add(name);
      return;
    }
    // One report names a finding once; a file that was written by somebody else may not.
    if (span.run === run) return;
    const hasBreak = isHealed || completeRuns > span.completeRuns;
    if (hasBreak) span.times++;
    else if (span.times === 1) span.since = at;
    span.runs++;
    span.run = run;
    span.completeRuns = withThis;
  }

  return {
    add({ at, view }, findings) {
      run++;
      const withThis = completeRuns + (view === 'complete' ? 1 : 0);
      for (const finding of findings) see(finding, at, withThis);
      completeRuns = withThis;
    },
    end() {
      const findings = new Map<string, SeenFinding>();
      for (const [name, { run: _, completeRuns: newer, ...seen }] of spans)
        findings.set(name, { ...seen, mayBeOlder: seen.times === 1 && newer === completeRuns });
      return { findings, findingsLeftOut: beyond.size };
    },
  };
}
