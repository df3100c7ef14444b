// Why the mesh disagrees on one conference: the first cause that the evidence names.

import type { Label } from '../domain/entry.ts';
import type { Cause } from '../domain/finding.ts';
import type { LinkState } from './links.ts';
import { tooYoung } from './noise.ts';
import { ABSENT, type RoutedGrid } from './routed-grid.ts';
import { isUsable } from './server-directory.ts';

const UNKNOWN_CAUSE: NamedCause = {
  cause: 'unknown',
  because:
    'nothing that was read explains it: two first requests at nearly the same time, or a link that was down and is up again',
};

/** What a cause is judged by, beside the look: links, the table's expiry, and how long each proxy's process has been up. */
export interface Circumstances {
  readonly linkBetween: (one: number, other: number) => LinkState;
  readonly restarted: readonly boolean[];
  /** The table's expiry where an entry's age is all there is to go by (a single look); `null` where a second look has settled it. */
  readonly expireMs: number | null;
}

export interface NamedCause {
  readonly cause: Cause;
  readonly because: string;
}

/**
 * The cause of a `split` or `missing`. Direct evidence first (the entries themselves name two servers by one id or name), then what
 * keeps two proxies from hearing each other, then what may have happened to them.
 */
export function causeAt(
  look: RoutedGrid,
  row: number,
  around: Circumstances,
  expiresInMs: (proxy: number) => number,
): NamedCause {
  const { views, evidence } = look.sense;
  const proxies = views.map((_, proxy) => proxy).filter((proxy) => evidence[proxy] !== 'none');
  const holders = proxies.filter((proxy) => look.shardAt(row, proxy) !== ABSENT);
  const lacking = proxies.filter((proxy) => evidence[proxy] === 'full' && look.shardAt(row, proxy) === ABSENT);
  const name = (proxy: number) => views[proxy]!.name;
  const parted = splitPairs(look, row, holders);
  // Who lacks an entry that others dispute is no party to the dispute.
  const sides =
    parted.length > 0 ? parted : lacking.flatMap((proxy) => holders.map((holder) => [proxy, holder] as const));

  const drift = driftOf(look, row, parted);
  if (drift) return drift;
  const cut = sides.find(([one, other]) => around.linkBetween(one, other) === 'down');
  if (cut)
    return { cause: 'peer-link-down', because: `the peer link between ${name(cut[0])} and ${name(cut[1])} is down` };
  const strangers = sides.find(([one, other]) => around.linkBetween(one, other) === 'unlisted');
  if (strangers)
    return {
      cause: 'peer-unknown',
      because: `${name(strangers[0])} and ${name(strangers[1])} are not each other's peers`,
    };
  // A restart takes entries away; it gives none, so that one which holds the missing entry explains nothing.
  const fresh = (parted.length > 0 ? parted.flat() : lacking).find((proxy) => around.restarted[proxy]);
  if (fresh !== undefined)
    return {
      cause: 'restarted',
      because: `${name(fresh)} restarted ${views[fresh]!.uptimeSeconds} s ago, after the entry may have been made`,
    };
  return shardCause(look, row, holders) ?? youth(around, holders, expiresInMs) ?? UNKNOWN_CAUSE;
}

/** Pairs of holders that lead to different shards. */
function splitPairs(look: RoutedGrid, row: number, holders: readonly number[]): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (const [position, one] of holders.entries()) {
    const shard = look.shardAt(row, one);
    if (shard < 0) continue;
    for (const other of holders.slice(position + 1)) {
      const otherShard = look.shardAt(row, other);
      if (otherShard >= 0 && otherShard !== shard) pairs.push([one, other]);
    }
  }
  return pairs;
}

/**
 * One id, on two entries that go by their id, is two shards; or one server name is two shards, or names none on one of the two, which then goes
 * by the id.
 */
function driftOf(look: RoutedGrid, row: number, parted: readonly (readonly [number, number])[]): NamedCause | null {
  const { views, shards } = look.sense;
  const labelOf = (proxy: number): Label => look.grid.labelsOf(proxy)[look.grid.labelAt(row, proxy) - 1]!;
  const keyCounts = (proxy: number) => look.routeAt(row, proxy)!.keyShards.length > 0;
  const means = (what: string, pair: readonly [number, number]) => {
    const [here, there] = pair.map((proxy) => `${shards[look.shardAt(row, proxy)]!} on ${views[proxy]!.name}`);
    return `${what} is ${here} and ${there}`;
  };
  const byId = parted.find(
    ([one, other]) => !keyCounts(one) && !keyCounts(other) && labelOf(one).serverId === labelOf(other).serverId,
  );
  if (byId) return { cause: 'id-drift', because: means(`server id ${labelOf(byId[0]).serverId}`, byId) };
  const byName = parted.find(
    ([one, other]) => (keyCounts(one) || keyCounts(other)) && labelOf(one).serverKey === labelOf(other).serverKey,
  );
  if (!byName) return null;
  const server = `server ${JSON.stringify(labelOf(byName[0]).serverKey)}`;
  const without = byName.find((proxy) => !keyCounts(proxy));
  return {
    cause: 'server-drift',
    because:
      without === undefined ? means(server, byName) : `${views[without]!.name} has no ${server} and goes by the id`,
  };
}

/** A shard that some proxy does not even list, or else cannot use: there the conference was placed anew. */
function shardCause(look: RoutedGrid, row: number, holders: readonly number[]): NamedCause | null {
  const { views, shards, directories, evidence } = look.sense;
  const involved = [...new Set(holders.map((proxy) => look.shardAt(row, proxy)))]
    .filter((shard) => shard >= 0)
    .map((shard) => shards[shard]!)
    .sort();
  if (involved.length < 2) return null;
  const words = directories.flatMap((directory, proxy) =>
    evidence[proxy] === 'none' || directory.addresses.size === 0
      ? []
      : involved.map((shard) => ({ shard, directory, name: views[proxy]!.name })),
  );
  const unlisted = words.find(({ shard, directory }) => !directory.addresses.has(shard));
  if (unlisted) return { cause: 'server-drift', because: `${unlisted.name} has no server ${unlisted.shard}` };
  const down = words.find(({ shard, directory }) => !isUsable(directory, shard));
  if (down)
    return { cause: 'shard-down', because: `${down.shard} is ${down.directory.stateOf(down.shard)} on ${down.name}` };
  return null;
}

function youth(
  around: Circumstances,
  holders: readonly number[],
  expiresInMs: (proxy: number) => number,
): NamedCause | null {
  const minExpiresInMs = Math.min(...holders.map(expiresInMs));
  if (!tooYoung(minExpiresInMs, around.expireMs)) return null;
  return {
    cause: 'in-flight',
    because: 'the entries are younger than an update takes to reach every proxy, and one look cannot tell',
  };
}
