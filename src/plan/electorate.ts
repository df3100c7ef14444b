// Which proxies have a vote, which shards can be voted for, and which are disputed.

import { emptiedProxies } from '../analysis/emptied.ts';
import { restartedProxies } from '../analysis/restarted.ts';
import type { ServerDirectory } from '../analysis/server-directory.ts';
import type { Finding } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';

/**
 * The proxies whose routes count: those that were read in full and have not lost their entries. A
 * proxy that lost them only repeats what later requests told it. A young process that kept its
 * entries has a vote.
 */
export function voters(views: readonly ProxyView[]): ReadonlySet<string> {
  const emptied = emptiedProxies(views, restartedProxies(views));
  return new Set(views.filter(({ status }, proxy) => status === 'ok' && !emptied[proxy]).map(({ name }) => name));
}

/** What can be decided between. */
export interface Candidates {
  /**
   * Shards that every proxy serves in every backend, in order of address. Drained and unreachable
   * ones are in it only where there are no others.
   */
  readonly eligible: readonly string[];
  /** Those of them that are up everywhere. */
  readonly undrained: ReadonlySet<string>;
  /**
   * Shards that less than half of the proxies call unusable. A minority must not move a conference
   * away from its shard.
   */
  readonly disputed: readonly DisputedShard[];
}

export interface DisputedShard {
  readonly shard: string;
  /** The proxies that have it and call it down or in maintenance. */
  readonly calledUnusableBy: readonly string[];
  readonly lackedBy: readonly string[];
}

/** Of the shards that the conference's own routes name. */
export function candidatesOf(finding: Finding, directories: ReadonlyMap<string, ServerDirectory>): Candidates {
  const named = [...new Set(finding.routes.flatMap(({ shard }) => (shard === null ? [] : [shard])))].sort();
  const all = [...directories.values()];
  const served = named.filter((shard) => servedEverywhere(shard, all));
  const drained = (shard: string) => all.filter((directory) => directory.stateOf(shard) === 'drain').length;
  const dead = (shard: string) => all.length > 0 && all.every((directory) => directory.doubtOf(shard) !== null);
  const inUse = served.filter((shard) => drained(shard) < all.length && !dead(shard));
  const eligible = inUse.length > 0 ? inUse : served;
  return {
    eligible,
    undrained: new Set(eligible.filter((shard) => drained(shard) === 0)),
    disputed: named.flatMap((shard) => disputeOver(shard, directories)),
  };
}

export function servedEverywhere(shard: string, directories: readonly ServerDirectory[]): boolean {
  return directories.every((directory) => directory.isServed(shard));
}

function disputeOver(shard: string, directories: ReadonlyMap<string, ServerDirectory>): readonly DisputedShard[] {
  const against = [...directories].filter(([, directory]) => !directory.isServed(shard));
  if (against.length === 0 || against.length * 2 >= directories.size) return [];
  const [having, lacking] = [true, false].map((has) =>
    against.filter(([, { addresses }]) => addresses.has(shard) === has).map(([proxy]) => proxy),
  );
  return [{ shard, calledUnusableBy: having!, lackedBy: lacking! }];
}
