// The numbers of a run: shards, counts, and the conferences whose mixed entries are the ids' doing.

import type { FindingKind } from '../domain/finding.ts';
import type { Counts, FindingList, ShardSummary } from '../domain/run-report.ts';
import { type MeshSense, MIXED, MIXED_BY_DRIFT, type RoutedGrid } from './routed-grid.ts';
import { isUsable } from './server-directory.ts';

/** Every shard that some proxy has as a server or some entry leads to, by address. */
export function summariseShards(sense: MeshSense, conferencesOn: readonly number[]): readonly ShardSummary[] {
  return sense.shards
    .map((address, number): ShardSummary => {
      const having = sense.directories.filter((directory) => directory.addresses.has(address));
      const usable = having.filter((directory) => isUsable(directory, address)).length;
      const names = sense.views.flatMap(({ servers }) =>
        servers.filter((server) => server.address === address).map(({ name }) => name),
      );
      return {
        address,
        names: [...new Set(names)],
        conferences: conferencesOn[number] ?? 0,
        state: usable === having.length ? 'up' : usable === 0 ? 'down' : 'partly',
      };
    })
    .sort((one, other) => (one.address < other.address ? -1 : 1));
}

export function countFindings(sense: MeshSense, conferences: number, findings: FindingList, inFlight: number): Counts {
  const of = (kind: FindingKind) =>
    findings.tallies.filter((tally) => tally.kind === kind).reduce((sum, { count }) => sum + count, 0);
  return {
    proxies: sense.views.length,
    proxiesReporting: sense.evidence.filter((evidence) => evidence === 'full').length,
    conferences,
    split: of('split'),
    missing: of('missing'),
    mixed: of('mixed'),
    orphaned: of('orphaned'),
    ambiguous: of('ambiguous'),
    inFlight,
  };
}

/** Conferences of a look whose keys and ids disagree, and everywhere only because ids drift. */
export function countMixedByDrift(look: RoutedGrid): number {
  let count = 0;
  const { evidence } = look.sense;
  for (let row = 0; row < look.grid.keys.count; row++) {
    let marks = 0;
    for (let proxy = 0; proxy < evidence.length; proxy++) {
      if (evidence[proxy] !== 'none') marks |= look.marksAt(row, proxy);
    }
    if ((marks & (MIXED | MIXED_BY_DRIFT)) === MIXED_BY_DRIFT) count++;
  }
  return count;
}
