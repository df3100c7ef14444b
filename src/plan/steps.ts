// The writes that bring one conference to its winner, gentlest first; or why there are none.

import { addressOfServerKey } from '../analysis/server-directory.ts';
import type { EntryState, RefusalReason, Step } from '../domain/plan.ts';
import type { PlanningModel } from './planning-model.ts';
import { rivalName } from './rival-name.ts';

export type StepsOrRefusal =
  | { readonly steps: readonly Step[] }
  | { readonly refusal: RefusalReason; readonly because: string };

/**
 * Touches travel along the links: from a proxy that holds the winner's key to all that hear it, and
 * from those on. What no link reaches is replaced where it stands. Every write is also a message to
 * all who hear the writer, so each is checked for what it would mean there: an id or a name that is
 * another shard elsewhere refuses the conference. `entries` is what every proxy of the ground holds
 * now.
 */
export function planSteps(
  entries: ReadonlyMap<string, EntryState>,
  winner: string,
  model: PlanningModel,
): StepsOrRefusal {
  const rival = rivalName(entries.values(), winner, model);
  if (rival !== null) return { refusal: 'id-drift', because: rival };
  const held = new Map(model.proxies.map((proxy) => [proxy, entries.get(proxy) ?? null] as const));
  const right = new Set(model.proxies.filter((proxy) => isRight(held.get(proxy)!, proxy, winner, model)));
  const steps: Step[] = [];
  for (const step of touches(held, right, winner, model)) {
    const harm = harmOfTouch(step, held, winner, model);
    if (harm) return harm;
    steps.push(step);
    spread(step, held, right, winner, model);
  }
  const touchCount = steps.length;
  const wrong = model.proxies.filter((proxy) => !right.has(proxy));
  for (const proxy of wrong) {
    const serverId = model.idOf(winner, proxy);
    if (serverId === null)
      return { refusal: 'id-drift', because: `${proxy} has no server id that means ${winner} and nothing else` };
    const harm = unseenHarm(proxy, model) ?? harmOfReplace(proxy, serverId, held, wrong, winner, model);
    if (harm) return harm;
    steps.push({ phase: touchCount, kind: 'replace', proxy, expect: held.get(proxy)!, serverId });
  }
  for (const { kind, proxy, serverId } of steps) if (kind === 'replace') held.set(proxy, { serverId, serverKey: null });
  return harmOfTelling(held, winner, model) ?? { steps };
}

/** Right: routed to the winner, and without a key and an id that name two shards. */
export function isRight(entry: EntryState, proxy: string, winner: string, model: PlanningModel): boolean {
  return entry !== null && model.shardOf(entry, proxy) === winner && !contradicts(entry, proxy, winner, model);
}

function contradicts(entry: NonNullable<EntryState>, proxy: string, winner: string, model: PlanningModel): boolean {
  const byId = model.directories.get(proxy)!.byId.get(entry.serverId);
  return (
    entry.serverKey !== null && byId !== undefined && !byId.has(winner) && !usedElsewhere(entry.serverId, winner, model)
  );
}

/** Ids that drift make every entry read so; then there is nothing to mend in the table. */
function usedElsewhere(serverId: number, winner: string, model: PlanningModel): boolean {
  for (const { byId } of model.directories.values()) if (byId.get(serverId)?.has(winner)) return true;
  return false;
}

/**
 * Breadth first over the links: every proxy that leads to the winner, and by whose entry some wrong
 * one that hears it is healed. An id that no command can set (0 and below: somebody's `set` without
 * a value) is mended on the way.
 */
function* touches(
  held: ReadonlyMap<string, EntryState>,
  right: ReadonlySet<string>,
  winner: string,
  model: PlanningModel,
): Generator<Step> {
  const sources = model.proxies.filter((proxy) => model.shardOf(held.get(proxy)!, proxy) === winner);
  const queue = [...sources.filter((proxy) => right.has(proxy)), ...sources.filter((proxy) => !right.has(proxy))];
  const seen = new Set(queue);
  for (let proxy = queue.shift(), phase = 0; proxy !== undefined; proxy = queue.shift()) {
    const entry = held.get(proxy)!;
    const wrong = [...model.linkedPeers(proxy), proxy].filter((hearer) => !right.has(hearer));
    const keepsId = entry !== null && right.has(proxy) && entry.serverId > 0;
    const serverId = keepsId ? entry.serverId : model.idOf(winner, proxy);
    if (
      entry === null ||
      serverId === null ||
      !wrong.some((hearer) => model.shardOf(received({ ...entry, serverId }, held.get(hearer)!), hearer) === winner)
    )
      continue;
    yield { phase: phase++, kind: 'touch', proxy, expect: entry, serverId };
    for (const hearer of model.linkedPeers(proxy)) {
      if (seen.has(hearer) || !right.has(hearer)) continue;
      seen.add(hearer);
      queue.push(hearer);
    }
  }
}

/**
 * What a hearer holds after a message: a message without a key leaves the key that is there (2.6 to
 * 3.4).
 */
function received(message: NonNullable<EntryState>, before: EntryState): NonNullable<EntryState> {
  return { serverId: message.serverId, serverKey: message.serverKey ?? before?.serverKey ?? null };
}

function touched({ serverId, expect }: Step): NonNullable<EntryState> {
  return { serverId, serverKey: expect?.serverKey ?? null };
}

function spread(
  step: Step,
  held: Map<string, EntryState>,
  right: Set<string>,
  winner: string,
  model: PlanningModel,
): void {
  held.set(step.proxy, touched(step));
  right.add(step.proxy);
  for (const hearer of model.linkedPeers(step.proxy)) {
    const entry = received(touched(step), held.get(hearer)!);
    held.set(hearer, entry);
    if (model.shardOf(entry, hearer) === winner) right.add(hearer);
  }
}

/**
 * A proxy that led to the winner, or had no entry, and that the message would lead elsewhere. A
 * wrong one that stays wrong is replaced later.
 */
function harmOfTouch(
  step: Step,
  held: ReadonlyMap<string, EntryState>,
  winner: string,
  model: PlanningModel,
): Harm | null {
  for (const hearer of model.linkedPeers(step.proxy)) {
    const before = held.get(hearer)!;
    const after = model.shardOf(received(touched(step), before), hearer);
    if (after !== winner && (before === null || model.shardOf(before, hearer) === winner))
      return harm(touched(step), step.proxy, hearer, winner, after);
  }
  return null;
}

/**
 * Whoever hears a replacement and does not hold the winner's key ends up with nothing but the
 * writer's id.
 */
function harmOfReplace(
  proxy: string,
  serverId: number,
  held: ReadonlyMap<string, EntryState>,
  wrong: readonly string[],
  winner: string,
  model: PlanningModel,
): Harm | null {
  const message = { serverId, serverKey: null };
  for (const hearer of model.linkedPeers(proxy)) {
    const after = model.shardOf(received(message, wrong.includes(hearer) ? null : held.get(hearer)!), hearer);
    if (after !== winner) return harm(message, proxy, hearer, winner, after);
  }
  return null;
}

/**
 * What a proxy holds it may tell every peer of `held`, now or once a link is back: it must be the
 * winner there too.
 */
export function harmOfTelling(
  held: ReadonlyMap<string, EntryState>,
  winner: string,
  model: PlanningModel,
): Harm | null {
  for (const proxy of model.proxies) {
    const entry = held.get(proxy) ?? null;
    if (entry === null) continue;
    for (const peer of model.peersOf(proxy)) {
      if (!held.has(peer)) continue;
      const after = model.shardOf(received(entry, held.get(peer)!), peer);
      if (after !== winner) return harm(entry, proxy, peer, winner, after);
    }
  }
  return null;
}

type Harm = { readonly refusal: 'id-drift' | 'peer-unread'; readonly because: string };

/**
 * A replacement loses the key on whoever hears it, and a proxy that holds another one undoes it
 * with its next request. A touch carries the key along and does no harm where nobody looks.
 */
export function unseenHarm(proxy: string, model: PlanningModel): Harm | null {
  const [hearer] = model.unreadPeers(proxy);
  if (hearer === undefined) return null;
  return {
    refusal: 'peer-unread',
    because: `${hearer} would hear what is written on ${proxy}, and could not be read: it may hold another shard and undo it`,
  };
}

function harm(
  { serverId, serverKey }: NonNullable<EntryState>,
  proxy: string,
  hearer: string,
  winner: string,
  after: string | null,
): Harm {
  const what =
    serverKey !== null && addressOfServerKey(serverKey) === null ? `server ${serverKey}` : `server id ${serverId}`;
  return {
    refusal: 'id-drift',
    because: `${what} is ${winner} on ${proxy} and ${after ?? 'no known shard'} on ${hearer}, which would hear of it`,
  };
}

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

export function sameEntry(one: EntryState, other: EntryState): boolean {
  return one === null || other === null
    ? one === other
    : one.serverId === other.serverId && one.serverKey === other.serverKey;
}
