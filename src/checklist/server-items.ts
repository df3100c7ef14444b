// The servers: the same shards, under the same ids, in the same state, with the same weights.

import { unservedLiveReleases } from '../analysis/live-release.ts';
import type { CheckItem } from '../domain/checklist.ts';
import { acceptsSticky, type Server } from '../domain/server.ts';
import type { ProxyView } from '../domain/view.ts';
import { type CheckFacts, findingsOf, sentencesOf, silenceGaps } from './check-facts.ts';
import { counted, itemOf, valuesByName } from './item.ts';

const LOOK_FIRST = 'Look at `reachable` first.';

export function serverItems(facts: CheckFacts): readonly CheckItem[] {
  return [serversItem(facts), idsItem(facts), statesItem(facts), weightsItem(facts)];
}

/** The servers that an entry, or a cookie, may lead to. */
function serving({ servers }: ProxyView): readonly Server[] {
  return servers.filter(({ counts }) => counts !== false);
}

/** Proxies that are silent, and addresses that are not shown (below level operator). */
function gapsOf(facts: CheckFacts): readonly string[] {
  const { proxies } = facts.report;
  const hidden = proxies.filter((view) => {
    const servers = serving(view);
    return servers.length > 0 && servers.every(({ address }) => address === null);
  });
  return [
    ...silenceGaps(facts),
    ...(proxies.every((view) => serving(view).length === 0) ? ['no proxy has a server'] : []),
    ...(hidden.length > 0 ? [`${hidden.map(({ name }) => name).join(', ')} shows no address of a server`] : []),
  ];
}

function serversItem(facts: CheckFacts): CheckItem {
  const { proxies, catalogue } = facts.report;
  const having = proxies.filter((view) => serving(view).length > 0);
  const without = proxies.filter(
    ({ status, servers }) => (status === 'ok' || status === 'no-table') && servers.length === 0,
  );
  // Said by `live-release`.
  const unserved = new Set(unservedLiveReleases(proxies, catalogue ?? null).map(({ because }) => because));
  const drift = findingsOf(facts, 'server-drift').filter(({ because }) => !unserved.has(because));
  const addresses = new Set(having.flatMap((view) => serving(view).flatMap(({ address }) => address ?? [])));
  const wanted = catalogue?.speaksOf.has('shards') === true ? `, as ${catalogue.source} says` : '';
  return itemOf('servers', {
    fails: [
      ...(having.length > 0 ? without.map(({ name }) => `${name} has no server at all`) : []),
      ...drift.map(({ because }) => because),
    ],
    gaps: gapsOf(facts),
    holds: [`the same ${counted(addresses.size, 'shard')} on every proxy${wanted}`],
    remedy: 'Bring every proxy to the same configuration, and reload those that are behind (`loaded` says since when).',
    gapRemedy: LOOK_FIRST,
  });
}

function idsItem(facts: CheckFacts): CheckItem {
  const drift = sentencesOf(facts, 'id-drift');
  return itemOf('server-ids', {
    // Ids that mean two shards say as much as a shard that has two ids.
    fails: drift.length > 0 ? drift : otherIds(facts.report.proxies),
    gaps: gapsOf(facts),
    holds: ['every id means the same shard on every proxy'],
    remedy: 'Give each server an explicit `id`, the same on every proxy, and reload.',
    gapRemedy: LOOK_FIRST,
  });
}

/** An entry without a key goes by its id: one that no server has there leads nowhere. */
function otherIds(views: readonly ProxyView[]): readonly string[] {
  return byShard(views, ({ backend, address }) => `${backend} ${address}`).flatMap(([shard, held]) => {
    const ids = held.map(
      ([name, servers]) =>
        [
          servers
            .map(({ id }) => id)
            .sort((one, other) => one - other)
            .join(' and '),
          name,
        ] as const,
    );
    return differs(ids) ? [`${shard} has the id ${valuesByName(ids)}`] : [];
  });
}

function statesItem(facts: CheckFacts): CheckItem {
  const { shards, proxies } = facts.report;
  const down = shards.filter(({ state }) => state === 'down').map(({ name, address }) => name ?? address);
  const { differing, draining } = drainedShards(proxies);
  return itemOf('server-states', {
    fails: [...sentencesOf(facts, 'state-drift', 'shard-doubtful'), ...differing],
    gaps: gapsOf(facts),
    holds: [
      'every shard has the same state everywhere',
      ...(down.length > 0 ? [`down everywhere: ${down.join(', ')}`] : []),
      ...(draining.length > 0 ? [`draining everywhere: ${draining.join(', ')}`] : []),
    ],
    remedy:
      'Give the shard the same state on every proxy ("set server BACKEND/SERVER state ready" or "maint"), and find out why its check or agent is not reached.',
    gapRemedy: LOOK_FIRST,
  });
}

/**
 * Shards that drain: entries lead there all the same, so that no request is parted, and new
 * conferences begin elsewhere. Where a shard cannot be used, `state-drift` says so.
 */
function drainedShards(views: readonly ProxyView[]) {
  const differing: string[] = [];
  const draining: string[] = [];
  for (const [address, held] of byShard(views, (server) => server.address ?? '')) {
    const servers = held.flatMap(([, each]) => each);
    if (!servers.every(({ state }) => acceptsSticky(state)) || servers.every(({ state }) => state === 'up')) continue;
    const states = held.map(([name, each]) => [[...new Set(each.map(stateWord))].sort().join(' and '), name] as const);
    if (differs(states)) differing.push(`${address} is ${valuesByName(states)}`);
    else draining.push(address);
  }
  return { differing, draining };
}

function stateWord({ state }: Server): string {
  return state === 'drain' ? 'draining' : state;
}

type HeldServers = readonly (readonly [proxy: string, servers: readonly Server[]])[];

/** The servers of each shard, by proxy, under what `nameOf` calls the shard. */
function byShard(
  views: readonly ProxyView[],
  nameOf: (server: Server) => string,
): readonly (readonly [string, HeldServers])[] {
  const shards = new Map<string, Map<string, Server[]>>();
  for (const view of views) {
    for (const server of serving(view)) {
      if (server.address === null) continue;
      const held = shards.get(nameOf(server)) ?? new Map<string, Server[]>();
      shards.set(nameOf(server), held.set(view.name, [...(held.get(view.name) ?? []), server]));
    }
  }
  return [...shards].map(([shard, held]) => [shard, [...held]] as const);
}

function differs(pairs: readonly (readonly [value: string, name: string])[]): boolean {
  return new Set(pairs.map(([value]) => value)).size > 1;
}

/**
 * Proxies of other regions prefer other shards: weights and backups are compared within a region.
 */
function weightsItem(facts: CheckFacts): CheckItem {
  const regions = new Map<string | null, ProxyView[]>();
  for (const view of facts.report.proxies) regions.set(view.region, [...(regions.get(view.region) ?? []), view]);
  const told = [...regions.values()].filter((views) => views.length > 1);
  const differing = told.flatMap(differencesIn);
  const silent = facts.report.proxies.filter((view) =>
    serving(view).some(({ weight, isBackup }) => weight === undefined || isBackup === undefined),
  );
  return itemOf('server-weights', {
    fails: differing,
    gaps: [
      ...gapsOf(facts),
      ...(silent.length > 0 ? [`${silent.map(({ name }) => name).join(', ')} does not tell weights or backups`] : []),
    ],
    holds: [`the same weights and backups on every proxy${regions.size > 1 ? ' of a region' : ''}`],
    remedy:
      'Make `weight` and `backup` of the server lines alike. Where proxies prefer the shards of their own region, give each its `region` in the inventory.',
    gapRemedy: LOOK_FIRST,
  });
}

function differencesIn(views: readonly ProxyView[]): readonly string[] {
  const byServer = new Map<string, (readonly [ProxyView, Server])[]>();
  for (const view of views) {
    for (const server of serving(view)) {
      const key = `${server.backend}/${server.name} (${server.address ?? 'no address'})`;
      byServer.set(key, [...(byServer.get(key) ?? []), [view, server]]);
    }
  }
  return [...byServer].flatMap(([key, held]) => {
    const weights = held.flatMap(([{ name }, { weight }]) =>
      weight === undefined ? [] : [[`weight ${weight}`, name] as const],
    );
    const roles = held.flatMap(([{ name }, { isBackup }]) =>
      isBackup === undefined ? [] : [[isBackup ? 'backup' : 'no backup', name] as const],
    );
    return [weights, roles].filter(differs).map((pairs) => `${key} is ${valuesByName(pairs)}`);
  });
}
