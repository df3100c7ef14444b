// Which proxies have a vote, and which shards can be voted for.

import type { ServerDirectory } from '../analysis/server-directory.ts';
import type { Finding } from '../domain/finding.ts';
import type { ProxyView } from '../domain/view.ts';

/** A table with less than this share of the others' entries has lost some. */
const FAR_SMALLER = 0.5;

/**
 * The proxies whose routes count: read in full, up for longer than an entry lives, and with a table like the others'. A proxy that
 * restarted repeats what the next request told it, and its expiries come from a resync. Where all are that young, none is worse than another.
 */
export function voters(views: readonly ProxyView[], restarted: readonly boolean[]): ReadonlySet<string> {
  const sizes = views.filter(({ status }) => status === 'ok').map(({ table }) => table?.entries ?? 0);
  const typical = [...sizes].sort((one, other) => one - other)[Math.floor(sizes.length / 2)] ?? 0;
  const whole = views
    .map((view, proxy) => ({ ...view, proxy }))
    .filter(({ status, table }) => status === 'ok' && (table?.entries ?? 0) >= typical * FAR_SMALLER);
  const settled = whole.filter(({ proxy }) => !restarted[proxy]);
  return new Set((settled.length > 0 ? settled : whole).map(({ name }) => name));
}

/**
 * The shards that the conference's own routes name and that accept traffic on every proxy that reported, in every backend; those that are up everywhere
 * where there are any, before those that drain somewhere.
 */
export function eligibleShards(finding: Finding, directories: readonly ServerDirectory[]): readonly string[] {
  const named = [...new Set(finding.routes.flatMap(({ shard }) => (shard === null ? [] : [shard])))].sort();
  return preferUp(
    named.filter((shard) => acceptedEverywhere(shard, directories)),
    directories,
  );
}

export function acceptedEverywhere(shard: string, directories: readonly ServerDirectory[]): boolean {
  return directories.every((directory) => directory.isServed(shard));
}

function preferUp(shards: readonly string[], directories: readonly ServerDirectory[]): readonly string[] {
  const up = shards.filter((shard) => directories.every((directory) => directory.stateOf(shard) === 'up'));
  return up.length > 0 ? up : shards;
}
