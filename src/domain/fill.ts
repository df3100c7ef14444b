// What a fill is about: the proxies that lack entries, and what the plan does for each of them.

/** The names of the proxies to fill; `null`: every proxy that lacks an entry. */
export type FilledProxies = ReadonlySet<string> | null;

/** What one proxy lacks, and what a fill would do about it. */
export interface FilledProxy {
  readonly proxy: string;
  /** Whether it was read in full: else it may lack more, or all. */
  readonly isRead: boolean;
  /** Conferences that the proxy lacks and others hold. */
  readonly lacks: number;
  /** Those that the plan fills in. */
  readonly planned: number;
  /** How many more entries its table had room for when it was read. */
  readonly room: number;
}

/** A fill proxy by proxy. */
export interface FillTally {
  readonly proxies: readonly FilledProxy[];
  /** Conferences that a proxy lacks and whose entries disagree, or lead to no usable shard. */
  readonly leftForHeal: number;
}
