// Where one side leads each conference: a small number by row, so that two sides can be compared
// without an object for each entry. Pure.

import { DUPLICATED, hasUnknownRoute, kindsAt, ORPHANED_KIND, SPLIT } from '../analysis/classify.ts';
import { plainShards } from '../analysis/plain-rows.ts';
import type { RoutedGrid } from '../analysis/routed-grid.ts';
import { addressOfServerKey } from '../domain/address.ts';

/**
 * The state of a conference on one side: the number of its shard, or one of these. An orphaned
 * conference whose entries all name one shard is below `NAMES_NOTHING`.
 */
export type ConferenceState = number;

export const NOT_HELD = -1;
export const APART = -2;
export const ROUTE_UNKNOWN = -3;
const NAMES_NOTHING = -4;

export function isOrphaned(state: ConferenceState): boolean {
  return state <= NAMES_NOTHING;
}

/** The number of the shard that a state names; -1 where it names none, or several. */
export function shardNamedBy(state: ConferenceState): number {
  return state < NAMES_NOTHING ? NAMES_NOTHING - 1 - state : Math.max(state, -1);
}

/** Numbers for shards that both sides share, by address. */
export interface ShardNumbers {
  readonly addresses: readonly string[];
  numberOf(address: string): number;
}

export function createShardNumbers(): ShardNumbers {
  const addresses: string[] = [];
  const numbers = new Map<string, number>();
  return {
    addresses,
    numberOf(address) {
      const known = numbers.get(address);
      if (known !== undefined) return known;
      numbers.set(address, addresses.length);
      return addresses.push(address) - 1;
    },
  };
}

/** The states of all rows of a look. */
export function statesOf(look: RoutedGrid, shards: ShardNumbers): Int32Array {
  const numbers = look.context.shards.map(shards.numberOf);
  const states = plainShards(look);
  for (let row = 0; row < states.length; row++) {
    const plain = states[row]!;
    states[row] = plain >= 0 ? numbers[plain]! : stateAt(look, row, shards);
  }
  return states;
}

/**
 * The state of one row. Only proxies that were read count. Where some hold the conference and
 * others lack it, the holders decide: the next request at the others finds no entry, and `report`
 * calls that missing.
 */
export function stateAt(look: RoutedGrid, row: number, shards: ShardNumbers): ConferenceState {
  const { context } = look;
  const kinds = kindsAt(look, row);
  if ((kinds & (SPLIT | DUPLICATED)) !== 0) return APART;
  if (hasUnknownRoute(look, row)) return ROUTE_UNKNOWN;
  if ((kinds & ORPHANED_KIND) !== 0) return orphanedAt(look, row, shards);
  for (let proxy = 0; proxy < context.evidence.length; proxy++) {
    if (context.evidence[proxy] === 'none') continue;
    const shard = look.shardAt(row, proxy);
    if (shard >= 0) return shards.numberOf(context.shards[shard]!);
  }
  return NOT_HELD;
}

/** The addresses that the entries of a row lead to or name, each once, sorted. */
export function addressesAt(look: RoutedGrid, row: number): readonly string[] {
  const { context, grid } = look;
  const addresses = new Set<string>();
  for (let proxy = 0; proxy < context.evidence.length; proxy++) {
    if (context.evidence[proxy] === 'none') continue;
    const label = grid.labelAt(row, proxy);
    if (label === 0) continue;
    const { readings, ...only } = grid.labelsOf(proxy)[label - 1]!;
    const shard = look.shardAt(row, proxy);
    const named = (readings ?? [only]).flatMap(({ serverKey }) => serverKeyAddress(serverKey));
    for (const address of shard >= 0 ? [context.shards[shard]!] : named) addresses.add(address);
  }
  return [...addresses].sort();
}

/** What the entries name, be it followed or not. */
function orphanedAt(look: RoutedGrid, row: number, shards: ShardNumbers): ConferenceState {
  const [address, ...others] = addressesAt(look, row);
  return address === undefined || others.length > 0 ? NAMES_NOTHING : NAMES_NOTHING - 1 - shards.numberOf(address);
}

function serverKeyAddress(serverKey: string | null): readonly string[] {
  const address = serverKey === null ? null : addressOfServerKey(serverKey);
  return address === null ? [] : [address];
}
