// The way to a winner through the data plane: one request through every proxy that no other
// request's message reaches.

import type { EntryState, Step } from '../domain/plan.ts';
import type { PlanningModel } from './planning-model.ts';
import { otherMeaning } from './rival-name.ts';
import { isRight, type StepsOrRefusal } from './steps.ts';

/**
 * A request makes HAProxy write the winner's id and key on that proxy and send both to its peers
 * (2.6 to 3.4), whatever stood there. What it sends are that proxy's words for the shard, so each
 * proxy that hears them must mean the same by them, as with a touch.
 */
export function planRequests(
  entries: ReadonlyMap<string, EntryState>,
  winner: string,
  model: PlanningModel,
): StepsOrRefusal {
  const right = new Set(model.proxies.filter((proxy) => isRight(entries.get(proxy) ?? null, proxy, winner, model)));
  const steps: Step[] = [];
  for (const proxy of model.proxies) {
    if (right.has(proxy)) continue;
    const serverId = model.idOf(winner, proxy);
    if (serverId === null)
      return { refusal: 'id-drift', because: `${proxy} has no server id that means ${winner} and nothing else` };
    for (const hearer of model.linkedPeers(proxy)) {
      const other = otherMeaning(winner, proxy, hearer, model);
      if (other !== null)
        return {
          refusal: 'id-drift',
          because: `server ${other.name} is ${winner} on ${proxy} and ${other.shards} on ${hearer}, which would hear of it`,
        };
      right.add(hearer);
    }
    right.add(proxy);
    steps.push({ phase: 0, kind: 'request', proxy, expect: entries.get(proxy) ?? null, serverId });
  }
  return { steps };
}
