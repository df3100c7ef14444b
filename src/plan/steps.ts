// The writes that bring one conference to its winner, gentlest first; or why there are none.

import type { EntryState, RefusalReason, Step } from '../domain/plan.ts';
import { rivalName } from './rival-name.ts';
import { type ShardGoal, type SimulatedMesh, type SimulatedStep, simulateMesh } from './simulated-mesh.ts';
import { refuseWithoutId } from './without-id.ts';

/** The writes of one conference, or why there are none. */
export type StepsOrRefusal =
  | { readonly steps: readonly Step[] }
  | { readonly refusal: RefusalReason; readonly because: string };

/**
 * Touches travel along the links: from a proxy that holds the winner's key to its linked peers, and
 * from those on. An entry that no touch makes right is replaced where it is. Each write is also a
 * message to all linked peers. Where a message would lead a peer away from the winner, the
 * conference is refused.
 */
export function planSteps(goal: ShardGoal): StepsOrRefusal {
  const { entries, winner, model } = goal;
  const rival = rivalName(entries.values(), winner, model);
  if (rival !== null) return { refusal: 'id-drift', because: rival };
  const mesh = simulateMesh(goal);
  const steps: Step[] = [];
  for (const touch of touches(mesh, goal)) {
    const harm = mesh.harmOf(touch);
    if (harm) return harm;
    mesh.apply(touch);
    steps.push(touch);
  }
  const phase = steps.length;
  for (const proxy of model.proxies) {
    if (mesh.isRight(proxy)) continue;
    const serverId = model.idOf(winner, proxy);
    if (serverId === null) return refuseWithoutId(winner, proxy);
    const replacement = { phase, kind: 'replace', proxy, expect: mesh.entryOn(proxy), serverId } as const;
    const harm = mesh.harmOf(replacement);
    if (harm) return harm;
    mesh.apply(replacement);
    steps.push(replacement);
  }
  return mesh.harmOfResending() ?? { steps };
}

/**
 * Breadth first over the links, one phase each: every proxy that leads to the winner, and whose
 * entry makes itself or a linked peer right. The caller applies each touch before it takes the
 * next one. An id that no command can set (0 and below, from a `set` without a value) becomes the
 * shard's own.
 */
function* touches(mesh: SimulatedMesh, { winner, model }: ShardGoal): Generator<SimulatedStep> {
  const sources = model.proxies.filter(mesh.leadsToWinner);
  const queue = [...sources.filter(mesh.isRight), ...sources.filter((proxy) => !mesh.isRight(proxy))];
  const queued = new Set(queue);
  for (let proxy = queue.shift(), phase = 0; proxy !== undefined; proxy = queue.shift()) {
    const entry = mesh.entryOn(proxy);
    const keepsId = entry !== null && mesh.isRight(proxy) && entry.serverId > 0;
    const serverId = keepsId ? entry.serverId : model.idOf(winner, proxy);
    if (entry === null || serverId === null) continue;
    const touch = { phase, kind: 'touch', proxy, expect: entry, serverId } as const;
    if (!mesh.mends(touch)) continue;
    yield touch;
    phase++;
    for (const peer of model.linkedPeers(proxy)) {
      if (queued.has(peer) || !mesh.isRight(peer)) continue;
      queued.add(peer);
      queue.push(peer);
    }
  }
}

/** Whether two plans write the same in the same order. */
export function sameSteps(some: readonly Step[], others: readonly Step[]): boolean {
  return (
    some.length === others.length &&
    some.every((step, position) => {
      const other = others[position]!;
      return (
        step.phase === other.phase &&
        step.kind === other.kind &&
        step.proxy === other.proxy &&
        (step.kind === 'remove' || step.serverId === other.serverId) &&
        sameEntry(step.expect, other.expect)
      );
    })
  );
}

/** Whether two entries are equal; both may be absent. */
export function sameEntry(one: EntryState, other: EntryState): boolean {
  return one === null || other === null
    ? one === other
    : one.serverId === other.serverId && one.serverKey === other.serverKey;
}
