// Why the mesh disagrees on one conference: the first cause that the evidence names.

import { type Label, spellEntry } from '../domain/entry.ts';
import type { Cause, NotFollowed } from '../domain/finding.ts';
import type { LinkState } from './links.ts';
import { differentChoice, type Placed } from './release-choice.ts';
import { ABSENT, type MeshContext, notFollowedAt, type RoutedGrid } from './routed-grid.ts';
import { isUsable, type ServerDirectory } from './server-directory.ts';

const NOT_FOLLOWED: readonly NotFollowed[] = ['no-server', 'down', 'maint'];

const UNKNOWN_CAUSE: NamedCause = {
  cause: 'unknown',
  because:
    'nothing that was read explains it: two first requests at nearly the same time, or a link that was down and is up again',
};

/** Evidence for a cause beside the look: links, and lost tables. */
export interface CauseEvidence {
  readonly linkBetween: (one: number, other: number) => LinkState;
  /** By proxy: it lost the table's entries, or never received them. */
  readonly emptied: readonly boolean[];
}

export interface NamedCause {
  readonly cause: Cause;
  readonly because: string;
}

/**
 * The cause of a `split` or `missing`, by row. Direct evidence comes first (the entries themselves
 * name two servers by one id or name), then links that keep two proxies from exchanging entries,
 * then what happened to the proxies. Each cause is computed when it is asked for. Rows with the
 * same cause share one object.
 */
export function createCauses(look: RoutedGrid, causeEvidence: CauseEvidence): (row: number) => NamedCause {
  const judged = { look, causeEvidence, troubleOf: createShardTroubles(look.context) };
  const known = new Map<number, NamedCause>();
  const byWords = new Map<string, NamedCause>();
  return (row) => {
    const before = known.get(row);
    if (before) return before;
    const found = causeAt(judged, row);
    const words = `${found.cause}: ${found.because}`;
    const named = byWords.get(words) ?? found;
    byWords.set(words, named);
    known.set(row, named);
    return named;
  };
}

/** A look, and all that a cause is judged by. */
interface LookWithEvidence {
  readonly look: RoutedGrid;
  readonly causeEvidence: CauseEvidence;
  readonly troubleOf: (shard: number) => ShardTrouble;
}

function causeAt({ look, causeEvidence, troubleOf }: LookWithEvidence, row: number): NamedCause {
  const { views, evidence } = look.context;
  const proxies = views.map((_, proxy) => proxy).filter((proxy) => evidence[proxy] !== 'none');
  const shards = views.map((_, proxy) => look.shardAt(row, proxy));
  const holders = proxies.filter((proxy) => shards[proxy] !== ABSENT);
  const lacking = proxies.filter((proxy) => evidence[proxy] === 'full' && shards[proxy] === ABSENT);
  const name = (proxy: number) => views[proxy]!.name;
  const parted = splitPairs(look, row, holders);
  // A proxy without the entry is no side of a split.
  const sides =
    parted.length > 0 ? parted : lacking.flatMap((proxy) => holders.map((holder) => [proxy, holder] as const));

  const drift = driftOf(look, row, parted) ?? (parted.length === 0 ? unfollowedCause(look, row, holders) : null);
  if (drift) return drift;
  const cut = sides.find(([one, other]) => causeEvidence.linkBetween(one, other) === 'down');
  if (cut)
    return { cause: 'peer-link-down', because: `the peer link between ${name(cut[0])} and ${name(cut[1])} is down` };
  const deaf = sides.find(([one, other]) => causeEvidence.linkBetween(one, other) === 'deaf');
  if (deaf)
    return {
      cause: 'peer-deaf',
      because: `the peer link between ${name(deaf[0])} and ${name(deaf[1])} is up, and this table does not travel over it`,
    };
  const unlisted = sides.find(([one, other]) => causeEvidence.linkBetween(one, other) === 'unlisted');
  if (unlisted)
    return {
      cause: 'peer-unknown',
      because: `${name(unlisted[0])} and ${name(unlisted[1])} are not each other's peers`,
    };
  // A lost table removes entries and adds none: a proxy that holds the entry does not explain that
  // another lacks it.
  const empty = (parted.length > 0 ? parted.flat() : lacking).find((proxy) => causeEvidence.emptied[proxy]);
  if (empty !== undefined)
    return {
      cause: 'emptied',
      because: `${name(empty)} started ${views[empty]!.uptimeSeconds} s ago and has ${views[empty]!.table?.entries ?? 0} entries, far fewer than the others`,
    };
  const involved = [...new Set(holders.map((proxy) => shards[proxy]!))].filter((shard) => shard >= 0);
  return shardCause(look.context, involved, troubleOf) ?? mapCause(look, row, parted) ?? UNKNOWN_CAUSE;
}

/**
 * Two proxies whose maps send a new conference of this key to different releases: one release has
 * the one shard as its own, not as a fallback, and the other release the other.
 */
function mapCause(look: RoutedGrid, row: number, parted: readonly (readonly [number, number])[]): NamedCause | null {
  const { views, shards } = look.context;
  const key = look.grid.keys.keyAt(row);
  for (const [one, other] of parted) {
    const placed = [one, other].map((proxy) => ({ view: views[proxy]!, shard: shards[look.shardAt(row, proxy)]! }));
    const because = differentChoice(key, placed as [Placed, Placed]);
    if (because !== null) return { cause: 'map-drift', because };
  }
  return null;
}

/** Pairs of holders that follow their entries to different shards. */
function splitPairs(look: RoutedGrid, row: number, holders: readonly number[]): (readonly [number, number])[] {
  const routed = holders
    .map((proxy) => ({ proxy, shard: look.shardAt(row, proxy) }))
    .filter(({ proxy, shard }) => shard >= 0 && notFollowedAt(look, row, proxy) === null);
  const pairs: (readonly [number, number])[] = [];
  for (const one of routed)
    for (const other of routed)
      if (one.proxy < other.proxy && one.shard !== other.shard) pairs.push([one.proxy, other.proxy]);
  return pairs;
}

/**
 * What keeps a proxy from following an entry that other proxies follow; `null` where nothing does.
 */
function unfollowedCause(look: RoutedGrid, row: number, holders: readonly number[]): NamedCause | null {
  const whys = holders.map((proxy) => ({ proxy, why: notFollowedAt(look, row, proxy) }));
  if (!whys.some(({ proxy, why }) => why === null && look.shardAt(row, proxy) >= 0)) return null;
  // In a fixed order: which proxy the inventory names first must not decide.
  const unfollowed = NOT_FOLLOWED.map((reason) => whys.find(({ why }) => why === reason)).find((each) => each);
  if (unfollowed === undefined) return null;
  const { proxy, why } = unfollowed;
  const name = look.context.views[proxy]!.name;
  const entry = spellEntry(look.grid.labelsOf(proxy)[look.grid.labelAt(row, proxy) - 1]!);
  if (why === 'no-server')
    return { cause: 'server-drift', because: `${name} has no server for ${entry}: it places the next request anew` };
  const shard = look.context.shards[look.shardAt(row, proxy)]!;
  return {
    cause: why === 'down' ? 'shard-down' : 'state-drift',
    because: `${shard} is ${why} on ${name} and takes requests elsewhere: ${name} places the next request anew`,
  };
}

/**
 * Drift between two entries: one id names two shards on entries that are followed by id. Or one
 * server name names two shards, or names no server on one of the two proxies, which then follows
 * the id.
 */
function driftOf(look: RoutedGrid, row: number, parted: readonly (readonly [number, number])[]): NamedCause | null {
  const { views, shards } = look.context;
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

/**
 * The first proxy that does not list a shard, and the first that cannot use it, down before
 * maintenance; `undefined`: every one does.
 */
interface ShardTrouble {
  readonly address: string;
  readonly unlistedOn: number | undefined;
  readonly unusableOn: number | undefined;
}

/**
 * By the shard's number. Proxies that were not read, and those of which no server is known, do not
 * count.
 */
function createShardTroubles({ directories, evidence, shards }: MeshContext): (shard: number) => ShardTrouble {
  const asked = directories
    .map((directory, proxy) => ({ directory, proxy }))
    .filter(({ directory, proxy }) => evidence[proxy] !== 'none' && directory.addresses.size > 0);
  const known = new Map<number, ShardTrouble>();
  return (shard) => {
    const address = shards[shard]!;
    const isDown = ({ directory }: { readonly directory: ServerDirectory }) => directory.stateOf(address) === 'down';
    const trouble = known.get(shard) ?? {
      address,
      unlistedOn: asked.find(({ directory }) => !directory.addresses.has(address))?.proxy,
      unusableOn: (asked.find(isDown) ?? asked.find(({ directory }) => !isUsable(directory, address)))?.proxy,
    };
    known.set(shard, trouble);
    return trouble;
  };
}

/** A shard that some proxy does not list, or cannot use: there the conference was placed anew. */
function shardCause(
  { views, directories }: MeshContext,
  involved: readonly number[],
  troubleOf: (shard: number) => ShardTrouble,
): NamedCause | null {
  if (involved.length < 2) return null;
  const troubles = involved.map(troubleOf).sort((one, other) => (one.address < other.address ? -1 : 1));
  const unlisted = firstOf(troubles, ({ unlistedOn }) => unlistedOn);
  if (unlisted)
    return { cause: 'server-drift', because: `${views[unlisted.proxy]!.name} has no server ${unlisted.address}` };
  const stateOn = (address: string, proxy: number) => directories[proxy]!.stateOf(address);
  // Which proxy the inventory names first must not decide.
  const isDown = ({ address, unusableOn }: ShardTrouble) =>
    unusableOn !== undefined && stateOn(address, unusableOn) === 'down';
  const worst = troubles.some(isDown) ? troubles.filter(isDown) : troubles;
  const down = firstOf(worst, ({ unusableOn }) => unusableOn);
  if (!down) return null;
  const state = stateOn(down.address, down.proxy);
  return {
    cause: state === 'down' ? 'shard-down' : 'state-drift',
    because: `${down.address} is ${state} on ${views[down.proxy]!.name}`,
  };
}

/** The trouble of the first proxy in the run's order; of two that it has, the first. */
function firstOf(
  troubles: readonly ShardTrouble[],
  proxyOf: (trouble: ShardTrouble) => number | undefined,
): { readonly address: string; readonly proxy: number } | undefined {
  return troubles
    .flatMap((trouble) => {
      const proxy = proxyOf(trouble);
      return proxy === undefined ? [] : [{ address: trouble.address, proxy }];
    })
    .sort((one, other) => one.proxy - other.proxy)[0];
}
