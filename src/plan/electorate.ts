// Which proxies have a vote, which shards can win, and which shards are disputed.

import { emptiedProxies } from '../analysis/emptied.ts';
import { restartedProxies } from '../analysis/restarted.ts';
import type { ServerDirectory } from '../analysis/server-directory.ts';
import type { Finding } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';

/**
 * The names of the proxies whose routes count: they were read in full and have not lost their
 * entries. A proxy that lost them has only entries of later requests and of its peers. A young
 * process that kept its entries has a vote.
 */
export function voters(views: readonly ProxyView[]): ReadonlySet<string> {
  const emptied = emptiedProxies(views, restartedProxies(views));
  return new Set(views.filter(({ status }, proxy) => status === 'ok' && !emptied[proxy]).map(({ name }) => name));
}

/** The shards that a decision can choose from. */
export interface Candidates {
  /**
   * Addresses of shards that every proxy serves in every backend, sorted as text. Drained and
   * unreachable ones are among them only where there are no others.
   */
  readonly eligible: readonly string[];
  /** The eligible shards that no proxy drains. */
  readonly undrained: ReadonlySet<string>;
  /**
   * Shards that some proxies, but less than half, do not serve. A minority must not move a
   * conference away from its shard.
   */
  readonly disputed: readonly DisputedShard[];
}

/** A shard, and why a minority of proxies does not serve it. */
export interface DisputedShard {
  readonly shard: string;
  /** The proxies where the shard is a server that is down or in maintenance. */
  readonly calledUnusableBy: readonly string[];
  /** The proxies that have no such server. */
  readonly lackedBy: readonly string[];
}

/**
 * Chosen from the shards to which the conference's entries lead, and from those where its people
 * are. An entry that is merely absent somewhere stays where it is.
 */
export function candidatesOf(finding: Finding, directories: ReadonlyMap<string, ServerDirectory>): Candidates {
  const routed = finding.routes.flatMap(({ shard }) => (shard === null ? [] : [shard]));
  const peopled = finding.kind === 'missing' ? [] : Object.entries(finding.participants ?? {});
  const named = [...new Set([...routed, ...peopled.flatMap(([shard, count]) => (count > 0 ? [shard] : []))])].sort();
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

/** Whether every proxy sends requests to the shard, in every backend that serves the table. */
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
