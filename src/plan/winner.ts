// Which shard wins a conference: the configured policies in order, each a small function that may
// abstain.

import type { CensusSummary } from '../domain/census.ts';
import { type Finding, isByCensus, type Route } from '../domain/finding.ts';
import type { Decision, HealSettings, WinnerPolicy } from '../domain/plan.ts';
import type { Candidates, DisputedShard } from './electorate.ts';

/**
 * A resync rewrites expiries, and proxies count them in ticks. A smaller difference does not prove
 * that an access was later.
 */
const ACCESS_TOLERANCE_MS = 5_000;

/** What a winner is picked from. */
interface Ballot extends Candidates {
  readonly finding: Finding;
  /** The names of the proxies whose routes count. */
  readonly voters: ReadonlySet<string>;
  /** Addresses of the shards that answered the census. */
  readonly counted: ReadonlySet<string>;
}

type Vote = { readonly winner: string; readonly because: string };

/**
 * The first policy that does not abstain decides. Where only a minority of proxies calls a shard
 * unusable, no conference is moved away from it.
 */
export function pickWinner(ballot: Ballot, settings: Pick<HealSettings, 'winner' | 'tie'>): Decision {
  const { eligible, finding } = ballot;
  const dispute = disputeThatDecides(ballot);
  if (dispute) return refusalOver(dispute);
  if (eligible.length === 0) {
    const named = [...new Set(finding.routes.map(({ shard }) => shard ?? 'no server'))].join(', ');
    return {
      refusal: 'no-eligible-shard',
      because: `none of the shards it is on accepts traffic on every proxy: ${named}`,
    };
  }
  if (eligible.length === 1 && shardsOf(finding.routes).length === 1 && !isByCensus(finding))
    return decided('unanimous', ballot, { winner: eligible[0]!, because: 'every entry leads there' });
  for (const policy of settings.winner) {
    const peopled = policy === 'participants' ? disputeOverPeople(ballot) : null;
    if (peopled) return refusalOver(peopled);
    const vote = voteBy[policy](ballot);
    if (vote !== null) return decided(policy, ballot, { ...vote, because: withoutRival(ballot) ?? vote.because });
  }
  if (settings.tie === 'refuse')
    return {
      refusal: 'undecided',
      because:
        eligible.length === 1
          ? `no proxy that has a vote leads to ${eligible[0]}, the only shard that could be kept`
          : `${settings.winner.join(', ')} did not decide between ${eligible.join(' and ')}`,
    };
  const undrained = eligible.filter((shard) => ballot.undrained.has(shard));
  return decided('lowest-address', ballot, {
    winner: lowestAddress(undrained.length > 0 ? undrained : eligible),
    because: withoutRival(ballot) ?? 'nothing else decided, and every proxy must come to the same',
  });
}

/** A disputed shard that has at least as many votes as each eligible one: it might have won. */
function disputeThatDecides(ballot: Ballot): DisputedShard | null {
  const votes = (shard: string) => routesTo(ballot.finding, shard, ballot.voters).length;
  const most = Math.max(0, ...ballot.eligible.map(votes));
  return ballot.disputed.find(({ shard }) => votes(shard) > 0 && votes(shard) >= most) ?? null;
}

/** A disputed shard with more people than each eligible one: it would have won. */
function disputeOverPeople({ finding: { participants }, eligible, disputed }: Ballot): DisputedShard | null {
  const people = (shard: string) => participants?.[shard] ?? 0;
  const most = Math.max(0, ...eligible.map(people));
  return disputed.find(({ shard }) => people(shard) > most) ?? null;
}

function refusalOver({ shard, calledUnusableBy, lackedBy }: DisputedShard): Decision {
  if (calledUnusableBy.length === 0)
    return {
      refusal: 'no-eligible-shard',
      because: `${lackedBy.join(', ')} has no server ${shard}, which the other proxies use: make the server lists alike first`,
    };
  return {
    refusal: 'state-disputed',
    because: `${shard} is unusable on ${[...calledUnusableBy, ...lackedBy].join(', ')} alone: give it one state on every proxy first`,
  };
}

function decided(policy: WinnerPolicy, { finding, counted }: Ballot, { winner, because }: Vote): Decision {
  const silent = finding.participants === null ? [] : uncounted(finding, { winner, counted });
  const unknown = silent.length === 0 ? '' : `; how many people are on ${silent.sort().join(' and ')} is not known`;
  const participantsMoved = participantsMovedBy(finding, { winner, counted });
  return { winner, policy, because: `${because}${unknown}`, participantsMoved };
}

/** The addresses of the shards that answered the census. */
export function countedShards(census: CensusSummary | null): ReadonlySet<string> {
  return new Set(
    census?.shards.flatMap(({ status, address }) => (status === 'ok' && address !== null ? [address] : [])),
  );
}

/** `counted`: as of `countedShards`. */
type Count = { readonly winner: string; readonly counted: ReadonlySet<string> };

/**
 * How many people sit on another shard; `null` where no census says it, or where a shard to which
 * entries lead did not answer it.
 */
export function participantsMovedBy(finding: Finding, count: Count): number | null {
  const { participants } = finding;
  if (participants === null || uncounted(finding, count).length > 0) return null;
  return Object.entries(participants).reduce(
    (sum, [shard, people]) => (shard === count.winner ? sum : sum + people),
    0,
  );
}

/** The shards that lose the conference, and of which nobody knows how many people are there. */
function uncounted({ routes }: Finding, { winner, counted }: Count): string[] {
  return shardsOf(routes).flatMap((shard) => (shard === null || shard === winner || counted.has(shard) ? [] : [shard]));
}

const voteBy: Readonly<Record<HealSettings['winner'][number], (ballot: Ballot) => Vote | null>> = {
  participants: mostParticipants,
  majority,
  'latest-access': latestAccess,
};

/**
 * The eligible shard with most people: so the fewest reload. Abstains where two have as many, where
 * nobody is on any, and where one of them did not answer the census: it may have more.
 */
function mostParticipants({ finding, eligible, counted }: Ballot): Vote | null {
  const { participants } = finding;
  if (participants === null || !eligible.every((shard) => counted.has(shard))) return null;
  const [first, second] = eligible
    .map((shard) => ({ shard, count: participants[shard] ?? 0 }))
    .sort((one, other) => other.count - one.count);
  if (first === undefined || first.count === 0 || first.count === second?.count) return null;
  const total = Object.values(participants).reduce((sum, count) => sum + count, 0);
  return { winner: first.shard, because: `${first.count} of ${total} participants are there` };
}

/**
 * Why no other shard could win, if only one is eligible; then it was not the votes that decided.
 * `null` where there was a choice.
 */
function withoutRival({ finding, eligible }: Ballot): string | null {
  if (eligible.length > 1) return null;
  const routed = shardsOf(finding.routes);
  const others = routed.filter((shard) => shard !== null && shard !== eligible[0]);
  if (others.length === 0 && routed.includes(null))
    return 'no other shard could win: the other entries lead to no known server';
  if (others.length === 0) others.push(...peopledBeside(finding, eligible[0]!));
  if (others.length === 0) return null;
  return `no other shard could win: ${others.sort().join(' and ')} ${others.length === 1 ? 'is' : 'are'} not up on every proxy`;
}

function peopledBeside({ participants }: Finding, winner: string): readonly string[] {
  return Object.entries(participants ?? {}).flatMap(([shard, count]) => (count > 0 && shard !== winner ? [shard] : []));
}

/**
 * The eligible shard to which more than half of the voters with an entry lead. A shard that is the
 * only eligible one needs a single vote. `null`: abstains.
 */
function majority({ finding, eligible, voters }: Ballot): Vote | null {
  const voting = finding.routes.filter(({ proxy }) => voters.has(proxy)).length;
  const votes = (shard: string) => routesTo(finding, shard, voters).length;
  const winner = eligible.find((shard) => votes(shard) * 2 > voting || (eligible.length === 1 && votes(shard) > 0));
  if (winner === undefined) return null;
  return { winner, because: `${votes(winner)} of ${voting} proxies` };
}

/**
 * The eligible shard whose entry was used last on a voter. `null`: abstains, since the difference
 * is within the tolerance.
 */
function latestAccess({ finding, eligible, voters }: Ballot): Vote | null {
  const accesses = eligible
    .map((shard) => ({
      shard,
      expiresInMs: Math.max(-1, ...routesTo(finding, shard, voters).map(({ expiresInMs }) => expiresInMs)),
    }))
    .sort((one, other) => other.expiresInMs - one.expiresInMs);
  const [first, second] = accesses;
  if (!first || first.expiresInMs < 0) return null;
  const aheadMs = first.expiresInMs - Math.max(0, second?.expiresInMs ?? 0);
  if (aheadMs <= ACCESS_TOLERANCE_MS) return null;
  return { winner: first.shard, because: `touched ${Math.round(aheadMs / 1000)} s after the others` };
}

function routesTo(finding: Finding, shard: string, voters: ReadonlySet<string>): readonly Route[] {
  return finding.routes.filter((route) => route.shard === shard && voters.has(route.proxy));
}

function shardsOf(routes: readonly Route[]): readonly (string | null)[] {
  return [...new Set(routes.map(({ shard }) => shard))];
}

/** Compares addresses by number, part by part: 10.0.0.9 before 10.0.0.10, IPv4 before IPv6. */
function lowestAddress(shards: readonly string[]): string {
  return [...shards].sort((one, other) => (rankOf(one) < rankOf(other) ? -1 : 1))[0]!;
}

/**
 * A text that sorts as the address does. It ends with the address as it is spelled, so that two
 * spellings of one address have an order too.
 */
function rankOf(address: string): string {
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon).replace(/[[\]]/g, ''), address.slice(colon + 1)];
  const [before = '', after] = host.split('::');
  const [head, tail] = [before, after ?? ''].map((part) => part.split(/[.:]/).filter((number) => number !== ''));
  const gap = after === undefined ? 0 : 8 - head!.length - tail!.length;
  const numbers = [...head!, ...Array.from({ length: Math.max(0, gap) }, () => '0'), ...tail!];
  const family = host.includes(':') ? '6' : '4';
  return [family, ...[...numbers, port].map((number) => number.toLowerCase().padStart(5, '0')), address].join(' ');
}
