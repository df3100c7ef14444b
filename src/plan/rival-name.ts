// A server name that is one shard on one proxy and another shard on its peer: after a heal, the
// next request would lead the peer away again.

import { addressOfServerKey } from '../domain/address.ts';
import type { EntryState } from '../domain/plan.ts';
import type { PlanningModel } from './planning-model.ts';

/**
 * With `srvkey name` the next request on a proxy sends the winner's name there to the peers, at
 * once or when a link is back. A peer where this name is another shard then leads there, which
 * undoes the heal. Gives the reason, or `null` if there is no such name. A table whose entries hold
 * addresses sends no names.
 */
export function rivalName(entries: Iterable<EntryState>, winner: string, model: PlanningModel): string | null {
  const keepsAddresses = [...entries].some(
    (entry) => entry !== null && entry.serverKey !== null && addressOfServerKey(entry.serverKey) !== null,
  );
  if (keepsAddresses) return null;
  const known = rivals.get(model) ?? new Map<string, string | null>();
  rivals.set(model, known);
  const rival = known.get(winner);
  if (rival !== undefined) return rival;
  const found = findRival(winner, model);
  known.set(winner, found);
  return found;
}

/** By model and winner: the answer is the same for every conference. */
const rivals = new WeakMap<PlanningModel, Map<string, string | null>>();

function findRival(winner: string, model: PlanningModel): string | null {
  for (const proxy of model.proxies) {
    for (const peer of model.peersOf(proxy)) {
      const other = otherMeaning(winner, { from: proxy, to: peer }, model);
      if (other !== null)
        return `server ${other.name} is ${winner} on ${proxy} and ${other.shards} on ${peer}: the next request on ${proxy} would undo it`;
    }
  }
  return null;
}

/** A name that is the shard at one end of a link and other shards at the other end, or `null`. */
export function otherMeaning(
  shard: string,
  { from, to }: { readonly from: string; readonly to: string },
  model: PlanningModel,
): { readonly name: string; readonly shards: string } | null {
  const names = model.directories.get(to)!.byName;
  for (const [name, shards] of model.directories.get(from)!.byName) {
    const others = names.get(name);
    if (shards.has(shard) && others !== undefined && !others.has(shard))
      return { name, shards: [...others].join(' or ') };
  }
  return null;
}
