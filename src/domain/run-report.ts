// What a run found, as people and programs get it: the shape behind `--json` and the text summary.

import type { CensusSummary } from './census.ts';
import type { Catalogue } from './discovery.ts';
import type { Cause, CountsByKind, Finding, FindingKind, MeshFinding } from './finding.ts';
import type { SeenLock } from './lock.ts';
import type { Decision, HealOutcome, Plan } from './plan.ts';
import type { ProxyView } from './view.ts';

export type Verdict = 'agree' | 'split' | 'incomplete';

/**
 * A shard as the mesh sees it: `partly` means that some proxies have it up and others do not,
 * `doubtful` that all do, while no agent or check reaches it. `conferences` counts those that any
 * proxy routes there.
 */
export interface ShardSummary {
  readonly address: string;
  /** What people call it; `null` where no server has the address. */
  readonly name: string | null;
  readonly names: readonly string[];
  readonly conferences: number;
  /** Those that the census counts there; `null` where it does not know. */
  readonly participants: number | null;
  readonly state: 'up' | 'partly' | 'down' | 'doubtful';
}

export interface Counts {
  readonly proxies: number;
  readonly proxiesReporting: number;
  readonly conferences: number;
  /** Conferences by what is wrong with them; one with two kinds is counted with each. */
  readonly byKind: CountsByKind;
  /** Suspects of the first look of which no disagreement was confirmed. */
  readonly inFlight: number;
}

/** How many findings of one kind share one cause. */
export interface Tally {
  readonly kind: FindingKind;
  readonly cause: Cause | null;
  readonly count: number;
}

/**
 * The findings of a run, made one by one when asked for: a proxy that restarted alone can lack
 * every conference, and a list of all routes of all of them would not fit a small agent. Iterating
 * twice gives the same findings in the same order: by kind (as in `findingKinds`), then cause, then
 * key.
 */
export interface FindingList extends Iterable<Finding> {
  readonly length: number;
  readonly tallies: readonly Tally[];
  /** The first `limit` findings of one tally. */
  first(tally: Tally, limit: number): readonly Finding[];
}

/**
 * How the run looked. `looks` is 1 where nothing could be confirmed (saved dumps), `source` names
 * the folder of saved dumps or is `null` for live proxies.
 */
export interface RunFacts {
  readonly id: string;
  readonly command: string;
  readonly version: string;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly looks: number;
  readonly source: string | null;
  /**
   * The words of a command line that name this mesh: `-c FILE`, `--proxy ENDPOINT` and the like.
   */
  readonly meshWords: readonly string[];
}

export interface RunReport {
  readonly environment: string;
  readonly table: string;
  readonly run: RunFacts;
  readonly verdict: Verdict;
  /**
   * `complete`: every expected proxy was read in full, every route was known, and nobody has locked
   * the environment. A split can be seen in an incomplete view too.
   */
  readonly view: 'complete' | 'incomplete';
  readonly exitCode: number;
  /** How many proxies there must be, `null` where the configuration does not say. */
  readonly expected: { readonly min: number; readonly max: number } | null;
  readonly proxies: readonly ProxyView[];
  readonly shards: readonly ShardSummary[];
  readonly counts: Counts;
  /** Who sits where; `null` without a `census` section, and for saved dumps. */
  readonly census: CensusSummary | null;
  readonly findings: FindingList;
  readonly meshFindings: readonly MeshFinding[];
  /** The locks that the run found, in force or not; none for saved dumps. */
  readonly locks: readonly SeenLock[];
  /** What there ought to be; absent where no source of it is configured, or it says nothing. */
  readonly catalogue?: Catalogue;
  /**
   * Sentences a reader must know to judge the report, e.g. that key length is unknown, so that
   * `ambiguous` was not judged.
   */
  readonly notes: readonly string[];
  /** What `heal` would do, or was about to do; `null` if the command makes no plan. */
  readonly proposal: Proposal | null;
  /** What a heal did. */
  readonly heal: HealOutcome | null;
}

/** A plan, and what it decided of each key that disagrees. */
export interface Proposal {
  readonly plan: Plan;
  readonly decisions: ReadonlyMap<string, Decision>;
}
