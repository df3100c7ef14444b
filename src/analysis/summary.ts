// The numbers of a run: shards, counts, and the conferences whose mixed entries are the ids' doing.

import type { WantedShard } from '../domain/discovery.ts';
import { countByKind, type FindingKind } from '../domain/finding.ts';
import type { Counts, FindingList, ShardSummary } from '../domain/run-report.ts';
import type { Server } from '../domain/server.ts';
import { shardName } from '../domain/shard-name.ts';
import { type MeshContext, MIXED, MIXED_BY_DRIFT, type RoutedGrid } from './routed-grid.ts';
import { isUsable, type ServerDirectory } from './server-directory.ts';

/** What other sources know of shards, by address or with it. */
export interface ShardKnowledge {
  /** Of those that answered the census, by address. */
  readonly participantsOn: ReadonlyMap<string, number>;
  /** Those that discovery knows: its names come first. */
  readonly wanted: readonly WantedShard[];
}

/** Every shard that some proxy has as a server or some entry leads to, by address. */
export function summariseShards(
  context: MeshContext,
  conferencesOn: readonly number[],
  { participantsOn, wanted }: ShardKnowledge,
): readonly ShardSummary[] {
  const known = new Map(wanted.map(({ address, name }) => [address, name]));
  const byAddress = new Map<string, Server[]>();
  for (const server of context.views.flatMap(({ servers }) => servers)) {
    if (server.address === null) continue;
    const same = byAddress.get(server.address);
    if (same) same.push(server);
    else byAddress.set(server.address, [server]);
  }
  return context.shards
    .map((address, number): ShardSummary => {
      const having = context.directories.filter((directory) => directory.addresses.has(address));
      const usable = having.filter((directory) => isUsable(directory, address)).length;
      const servers = byAddress.get(address) ?? [];
      return {
        address,
        name: known.get(address) ?? shardName(servers),
        names: [...new Set(servers.filter(({ counts }) => counts !== false).map(({ name }) => name))],
        conferences: conferencesOn[number] ?? 0,
        participants: participantsOn.get(address) ?? null,
        state: stateOf(usable, having, address),
      };
    })
    .sort((one, other) => (one.address < other.address ? -1 : 1));
}

function stateOf(usable: number, having: readonly ServerDirectory[], address: string): ShardSummary['state'] {
  if (usable < having.length) return usable === 0 ? 'down' : 'partly';
  return having.length > 0 && having.every((directory) => directory.doubtOf(address) !== null) ? 'doubtful' : 'up';
}

export function countFindings(
  context: MeshContext,
  { conferences, findings, inFlight }: Pick<Counts, 'conferences' | 'inFlight'> & { readonly findings: FindingList },
): Counts {
  const of = (kind: FindingKind) =>
    findings.tallies.filter((tally) => tally.kind === kind).reduce((sum, { count }) => sum + count, 0);
  return {
    proxies: context.views.length,
    proxiesReporting: context.evidence.filter((evidence) => evidence === 'full').length,
    conferences,
    byKind: countByKind(of),
    inFlight,
  };
}

/** Conferences of a look whose keys and ids disagree, and everywhere only because ids drift. */
export function countMixedByDrift({ grid, context, marksOf }: RoutedGrid): number {
  const proxies = context.views.map((_, proxy) => proxy).filter((proxy) => context.evidence[proxy] !== 'none');
  // Nearly every mesh: no label of any proxy is so.
  if (!proxies.some((proxy) => marksOf(proxy).some((mark) => (mark & MIXED_BY_DRIFT) !== 0))) return 0;
  const found = new Uint8Array(grid.keys.count);
  for (const proxy of proxies) addMarks(found, grid.cellsOf(proxy), marksOf(proxy));
  return found.reduce((count, marks) => ((marks & (MIXED | MIXED_BY_DRIFT)) === MIXED_BY_DRIFT ? count + 1 : count), 0);
}

function addMarks(found: Uint8Array, cells: ArrayLike<number>, marks: Uint8Array): void {
  const end = Math.min(found.length, cells.length);
  for (let row = 0; row < end; row++) found[row]! |= marks[cells[row]!]!;
}
