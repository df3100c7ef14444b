// The numbers of a run: shards, counts, and the conferences whose mixed entries are the ids' doing.

import { countByKind, type FindingKind } from '../domain/finding.ts';
import type { Counts, FindingList, ShardSummary } from '../domain/run-report.ts';
import { type MeshContext, MIXED, MIXED_BY_DRIFT, type RoutedGrid } from './routed-grid.ts';
import { isUsable, type ServerDirectory } from './server-directory.ts';

/**
 * Every shard that some proxy has as a server or some entry leads to, by address. `participantsOn`
 * has those that answered the census, by address.
 */
export function summariseShards(
  context: MeshContext,
  conferencesOn: readonly number[],
  participantsOn: ReadonlyMap<string, number>,
): readonly ShardSummary[] {
  return context.shards
    .map((address, number): ShardSummary => {
      const having = context.directories.filter((directory) => directory.addresses.has(address));
      const usable = having.filter((directory) => isUsable(directory, address)).length;
      const names = context.views.flatMap(({ servers }) =>
        servers.filter((server) => server.address === address && server.counts !== false).map(({ name }) => name),
      );
      return {
        address,
        name: shardName(names),
        names: [...new Set(names)],
        conferences: conferencesOn[number] ?? 0,
        participants: participantsOn.get(address) ?? null,
        state: stateOf(usable, having, address),
      };
    })
    .sort((one, other) => (one.address < other.address ? -1 : 1));
}

/**
 * Jitsi calls one shard `12-SHARD` in its own release and `12-fallback-SHARD` in the others: what
 * they share is its name.
 */
function shardName(names: readonly string[]): string | null {
  const [first, ...others] = new Set(names.map((name) => name.replace(/^\d+-(?:fallback-)?(?=.)/, '')));
  return first === undefined ? null : others.length === 0 ? first : names[0]!;
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
