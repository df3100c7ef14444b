// A server's name that is one shard on one proxy and another on its peer: what a heal would leave
// is undone by the next request.

import { addressOfServerKey } from '../analysis/server-directory.ts';
import type { EntryState } from '../domain/plan.ts';
import type { PlanningModel } from './planning-model.ts';

/**
 * With `srvkey name` the next request at a proxy tells its peers the winner's name there, at once
 * or when a link is back. A peer that gives the name to another shard is led there, and the heal is
 * undone. Gives the reason, or `null` if there is none. Tables whose entries hold addresses are not
 * concerned.
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

/** By ground and winner: it is asked for every conference. */
const rivals = new WeakMap<PlanningModel, Map<string, string | null>>();

function findRival(winner: string, model: PlanningModel): string | null {
  for (const proxy of model.proxies) {
    for (const hearer of model.peersOf(proxy)) {
      const other = otherMeaning(winner, proxy, hearer, model);
      if (other !== null)
        return `server ${other.name} is ${winner} on ${proxy} and ${other.shards} on ${hearer}: the next request on ${proxy} would undo it`;
    }
  }
  return null;
}

/**
 * A name by which the proxy may tell of the shard, and which is another shard where it is heard.
 */
export function otherMeaning(
  winner: string,
  proxy: string,
  hearer: string,
  model: PlanningModel,
): { readonly name: string; readonly shards: string } | null {
  for (const [name, shards] of model.directories.get(proxy)!.byName) {
    const heard = model.directories.get(hearer)!.byName.get(name);
    if (shards.has(winner) && heard !== undefined && !heard.has(winner))
      return { name, shards: [...heard].join(' or ') };
  }
  return null;
}
