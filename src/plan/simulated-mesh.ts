// One conference on every proxy, as a value on which writes are tried before any is sent: what a
// write leaves on its proxy, what the linked peers receive, and where they lead requests then.

import { addressOfServerKey } from '../domain/address.ts';
import type { EntryState, Step } from '../domain/plan.ts';
import type { PlanningModel } from './planning-model.ts';

/** One conference now: the entry of each proxy, and the model that says what an entry means. */
export interface ConferenceState {
  /** By proxy. A proxy that is not in the map has no entry. */
  readonly entries: ReadonlyMap<string, EntryState>;
  readonly model: PlanningModel;
}

/** A conference, and the shard to which every proxy is to lead it. */
export interface ShardGoal extends ConferenceState {
  /** The shard's address. */
  readonly winner: string;
}

/** Why a write, or an entry that is there, would lead a proxy away from the winner. */
export interface Harm {
  readonly refusal: 'id-drift' | 'peer-unread';
  readonly because: string;
}

/** A step whose result can be simulated: it writes an entry that is known beforehand. */
export type SimulatedStep = Step & { readonly kind: 'touch' | 'replace' };

/** The conference on every proxy that was read in full. Only `apply` changes it. */
export interface SimulatedMesh {
  /** What the proxy holds after all steps that were applied. */
  entryOn(proxy: string): EntryState;
  leadsToWinner(proxy: string): boolean;
  /** Whether nothing is left to write on the proxy. */
  isRight(proxy: string): boolean;
  /** Whether the step makes its own proxy or a linked peer right that is not right yet. */
  mends(step: SimulatedStep): boolean;
  /** Why the step must not be written, or `null`. */
  harmOf(step: SimulatedStep): Harm | null;
  /** Changes the mesh to what it holds after the step. */
  apply(step: SimulatedStep): void;
  /** As the function of this name, for what the mesh holds after all steps. */
  harmOfResending(): Harm | null;
}

/** The entries of the goal are copied: `apply` does not change them. */
export function simulateMesh(goal: ShardGoal): SimulatedMesh {
  const { winner, model } = goal;
  const held = new Map(model.proxies.map((proxy) => [proxy, goal.entries.get(proxy) ?? null] as const));
  const right = new Set(model.proxies.filter((proxy) => isRight(proxy, goal)));
  const leads = (entry: EntryState, proxy: string) => model.shardOf(entry, proxy) === winner;

  return {
    entryOn: (proxy) => held.get(proxy)!,
    leadsToWinner: (proxy) => leads(held.get(proxy)!, proxy),
    isRight: (proxy) => right.has(proxy),
    mends: (step) =>
      [...model.linkedPeers(step.proxy), step.proxy].some(
        (proxy) => !right.has(proxy) && leads(received(written(step), held.get(proxy)!), proxy),
      ),
    harmOf(step) {
      const isReplace = step.kind === 'replace';
      const unread = isReplace ? harmToUnreadPeer(step.proxy, model) : null;
      if (unread) return unread;
      for (const peer of model.linkedPeers(step.proxy)) {
        // All wrong entries are replaced in one phase, and all clears go before the first set.
        const before = isReplace && !right.has(peer) ? null : held.get(peer)!;
        const after = received(written(step), before);
        if (leads(after, peer)) continue;
        // A peer that was wrong before a touch and is wrong after it is replaced later.
        if (isReplace || before === null || leads(before, peer))
          return idDrift(
            { from: step.proxy, entry: written(step) },
            { to: peer, shard: model.shardOf(after, peer) },
            goal,
          );
      }
      return null;
    },
    apply(step) {
      held.set(step.proxy, written(step));
      right.add(step.proxy);
      // After a replacement every linked peer leads to the winner, or is replaced itself.
      if (step.kind === 'replace') return;
      for (const peer of model.linkedPeers(step.proxy)) {
        const entry = received(written(step), held.get(peer)!);
        held.set(peer, entry);
        if (leads(entry, peer)) right.add(peer);
      }
    },
    harmOfResending: () => harmOfResending({ entries: held, winner, model }),
  };
}

/** Whether the proxy leads to the winner, and key and id of its entry do not name two shards. */
export function isRight(proxy: string, { entries, winner, model }: ShardGoal): boolean {
  const entry = entries.get(proxy) ?? null;
  if (entry === null || model.shardOf(entry, proxy) !== winner) return false;
  const meant = model.directories.get(proxy)!.byId.get(entry.serverId);
  const isContradicted =
    entry.serverKey !== null && meant !== undefined && !meant.has(winner) && !isIdOf(winner, entry.serverId, model);
  return !isContradicted;
}

/**
 * Whether the id is the winner's on some proxy. Where ids differ between proxies, every entry seems
 * to name two shards, and no write to the table can change that.
 */
function isIdOf(winner: string, serverId: number, model: PlanningModel): boolean {
  for (const { byId } of model.directories.values()) if (byId.get(serverId)?.has(winner)) return true;
  return false;
}

/**
 * Why an entry that is there would lead a peer away from the winner: HAProxy may send every entry
 * to every peer, at once or when a link is back. Compares only proxies of `entries`.
 */
export function harmOfResending(goal: ShardGoal): Harm | null {
  const { entries, winner, model } = goal;
  for (const proxy of model.proxies) {
    const entry = entries.get(proxy) ?? null;
    if (entry === null) continue;
    for (const peer of model.peersOf(proxy)) {
      if (!entries.has(peer)) continue;
      const shard = model.shardOf(received(entry, entries.get(peer)!), peer);
      if (shard !== winner) return idDrift({ from: proxy, entry }, { to: peer, shard }, goal);
    }
  }
  return null;
}

/**
 * Why the proxy's entry must not be cleared: a peer that was not read may hold another shard. The
 * message of a replacement has no key, so that peer keeps its own, and its next request undoes the
 * write. A touch sends the key along, so this harm is only that of a clear.
 */
export function harmToUnreadPeer(proxy: string, model: PlanningModel): Harm | null {
  const [peer] = model.unreadPeers(proxy);
  if (peer === undefined) return null;
  return {
    refusal: 'peer-unread',
    because: `${peer} would hear what is written on ${proxy}, and could not be read: it may hold another shard and undo it`,
  };
}

/** The entry on the proxy after the step, which is also what it sends to its peers. */
function written({ kind, serverId, expect }: SimulatedStep): NonNullable<EntryState> {
  return { serverId, serverKey: kind === 'touch' ? (expect?.serverKey ?? null) : null };
}

/** What a peer holds after a message. A message without a key leaves the key there (2.6 to 3.4). */
function received(message: NonNullable<EntryState>, before: EntryState): NonNullable<EntryState> {
  return { serverId: message.serverId, serverKey: message.serverKey ?? before?.serverKey ?? null };
}

/** `message` is sent by one proxy; `result` is the shard to which it would lead the receiver. */
function idDrift(
  message: { readonly from: string; readonly entry: NonNullable<EntryState> },
  result: { readonly to: string; readonly shard: string | null },
  { winner }: ShardGoal,
): Harm {
  const { serverId, serverKey } = message.entry;
  const what =
    serverKey !== null && addressOfServerKey(serverKey) === null ? `server ${serverKey}` : `server id ${serverId}`;
  return {
    refusal: 'id-drift',
    because: `${what} is ${winner} on ${message.from} and ${result.shard ?? 'no known shard'} on ${result.to}, which would hear of it`,
  };
}
