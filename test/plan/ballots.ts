// Ballots over one conference as pictures, and what is decided of them.

import type { FindingKind, Route } from '../../src/domain/finding.ts';
import type { Decision, HealSettings } from '../../src/domain/plan.ts';
import { pickWinner } from '../../src/plan/winner.ts';
import { addresses } from '../support/model-look.ts';
import { finding } from '../support/run-report.ts';

export type Rules = Pick<HealSettings, 'winner' | 'tie'>;
export const usual: Rules = { winner: ['participants', 'majority', 'latest-access'], tie: 'lowest-address' };

/**
 * `p1: 's1'`, or `p1: ['s1', 290]` with the remaining life of the entry in seconds. `null`: the
 * entry leads to no known shard.
 */
export type Picture = Readonly<Record<string, string | null | readonly [string, number]>>;

export function routesOf(picture: Picture): Route[] {
  return Object.entries(picture).map(([proxy, drawn]) => {
    const [shard, seconds] = typeof drawn === 'string' || drawn === null ? [drawn, 298] : drawn;
    const address = shard === null ? null : (addresses[shard] ?? shard);
    return {
      proxy,
      shard: address,
      followed: address !== null,
      why: address === null ? 'no-server' : null,
      serverId: 1,
      serverKey: address,
      expiresInMs: seconds * 1000,
    };
  });
}

export interface Given {
  /** Default: split. */
  readonly kind?: FindingKind;
  readonly rules?: Rules;
  readonly eligible?: readonly string[];
  readonly undrained?: readonly string[];
  readonly disputed?: readonly string[];
  readonly voters?: readonly string[];
  /** By shard, as `{ A: 3, B: 1 }`. */
  readonly participants?: Readonly<Record<string, number>>;
  /** The shards that answered the census; default all that people are on. */
  readonly counted?: readonly string[];
}

export function decide(
  picture: Picture,
  { kind = 'split', rules = usual, eligible, undrained, disputed, voters, participants, counted }: Given = {},
): Decision {
  const people =
    participants === undefined
      ? null
      : Object.fromEntries(Object.entries(participants).map(([shard, count]) => [addresses[shard]!, count]));
  const routes = routesOf(picture);
  const named = [...new Set(routes.flatMap(({ shard }) => (shard === null ? [] : [shard])))].sort();
  return pickWinner(
    {
      finding: finding(kind, 'k', { routes, participants: people }),
      eligible: eligible?.map((shard) => addresses[shard] ?? shard) ?? named,
      undrained: new Set((undrained ?? []).map((shard) => addresses[shard]!)),
      disputed: (disputed ?? []).map((shard) => ({ shard: addresses[shard]!, calledUnusableBy: ['p9'], lackedBy: [] })),
      voters: new Set(voters ?? Object.keys(picture)),
      counted: new Set((counted ?? Object.keys(participants ?? {})).map((shard) => addresses[shard]!)),
    },
    rules,
  );
}

/** `s1 majority: 2 of 3 proxies`, or `undecided: why`. */
