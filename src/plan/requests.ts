// The writes that bring one conference to its winner through the data plane: one request through
// each proxy that no other request's message makes right.

import type { Step } from '../domain/plan.ts';
import { otherMeaning } from './rival-name.ts';
import { isRight, type ShardGoal } from './simulated-mesh.ts';
import type { StepsOrRefusal } from './steps.ts';
import { refuseWithoutId } from './without-id.ts';

/**
 * A request makes HAProxy write the winner's id and key on that proxy and send both to its peers
 * (2.6 to 3.4), whatever the entry was. The message has the shard's name on that proxy. As with a
 * touch, the name must be the same shard on each linked peer.
 */
export function planRequests(goal: ShardGoal): StepsOrRefusal {
  const { entries, winner, model } = goal;
  const right = new Set(model.proxies.filter((proxy) => isRight(proxy, goal)));
  const steps: Step[] = [];
  for (const proxy of model.proxies) {
    if (right.has(proxy)) continue;
    const serverId = model.idOf(winner, proxy);
    if (serverId === null) return refuseWithoutId(winner, proxy);
    for (const peer of model.linkedPeers(proxy)) {
      const other = otherMeaning(winner, { from: proxy, to: peer }, model);
      if (other !== null)
        return {
          refusal: 'id-drift',
          because: `server ${other.name} is ${winner} on ${proxy} and ${other.shards} on ${peer}, which would hear of it`,
        };
      right.add(peer);
    }
    right.add(proxy);
    steps.push({ phase: 0, kind: 'request', proxy, expect: entries.get(proxy) ?? null, serverId });
  }
  return { steps };
}
