// Which shards' servers changed between two looks: by the name that people use, so that a shard
// which got another address is seen as one. Pure.

import type { KnownServer, ServerChange } from '../domain/comparison.ts';
import { bareServerName } from '../domain/shard-name.ts';
import type { ProxyView } from '../domain/view.ts';

interface Known {
  readonly addresses: Set<string>;
  readonly ids: Set<number>;
  readonly on: Set<string>;
}

/** The proxies whose servers are compared: those that were read on both sides, by their columns. */
export interface ProxiesOfBoth {
  readonly before: readonly ProxyView[];
  readonly after: readonly ProxyView[];
  readonly pairs: readonly { readonly before: number; readonly after: number }[];
}

/** By name. Servers of backends that do not serve the table are left out. */
export function serverChanges({ before, after, pairs }: ProxiesOfBoth): readonly ServerChange[] {
  const [was, is] = [serversOf(before), serversOf(after)];
  // A side of which no server is known says nothing of those that are gone.
  if (was.size === 0 || is.size === 0) return [];
  const common = commonOf(before, after, pairs);
  const names = [...new Set([...was.keys(), ...is.keys()])].sort();
  return names.flatMap((name) => {
    const [former, later] = [was.get(name), is.get(name)];
    const kinds = kindsOf(former, later, common);
    return kinds.length === 0 ? [] : [{ name, kinds, before: plain(former), after: plain(later) }];
  });
}

function serversOf(views: readonly ProxyView[]): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const { name: proxy, servers } of views) {
    for (const server of servers) {
      if (server.counts === false || server.address === null) continue;
      const name = bareServerName(server);
      const its = known.get(name) ?? { addresses: new Set(), ids: new Set(), on: new Set() };
      known.set(name, its);
      its.addresses.add(server.address);
      its.ids.add(server.id);
      its.on.add(proxy);
    }
  }
  return known;
}

/** Names at BEFORE and AFTER of the proxies whose servers both sides know. */
interface Common {
  readonly before: ReadonlySet<string>;
  readonly after: ReadonlySet<string>;
}

function commonOf(
  before: ProxiesOfBoth['before'],
  after: ProxiesOfBoth['after'],
  pairs: ProxiesOfBoth['pairs'],
): Common {
  const both = pairs.filter(
    (pair) => (before[pair.before]?.servers.length ?? 0) > 0 && (after[pair.after]?.servers.length ?? 0) > 0,
  );
  return {
    before: new Set(both.map((pair) => before[pair.before]!.name)),
    after: new Set(both.map((pair) => after[pair.after]!.name)),
  };
}

function kindsOf(
  before: Known | undefined,
  after: Known | undefined,
  common: Common,
): readonly ServerChange['kinds'][number][] {
  if (before === undefined) return ['new'];
  if (after === undefined) return ['gone'];
  const onBefore = [...before.on].filter((proxy) => common.before.has(proxy)).length;
  const onAfter = [...after.on].filter((proxy) => common.after.has(proxy)).length;
  return [
    ...(isSame(before.addresses, after.addresses) ? [] : (['address'] as const)),
    ...(isSame(before.ids, after.ids) ? [] : (['id'] as const)),
    ...(onAfter < onBefore ? (['fewer'] as const) : onAfter > onBefore ? (['more'] as const) : []),
  ];
}

function isSame<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}

function plain(known: Known | undefined): KnownServer | null {
  if (known === undefined) return null;
  return {
    addresses: [...known.addresses].sort(),
    ids: [...known.ids].sort((one, other) => one - other),
    on: known.on.size,
  };
}
