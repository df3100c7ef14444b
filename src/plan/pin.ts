// A conference that a person puts on a shard: what the shard's name means on every proxy, and the
// plan.

import type { ServerDirectory } from '../analysis/server-directory.ts';
import { conferenceOf } from '../domain/key.ts';
import type { Pin, PlannedConference, Refusal } from '../domain/plan.ts';
import { servedEverywhere } from './electorate.ts';
import { planToShard } from './plan-to-shard.ts';
import type { ConferenceState } from './simulated-mesh.ts';

/** What a pin's plan depends on beside the mesh. */
export interface PinRules {
  /** Whether a key can be put into a command. */
  readonly isExpressible: (key: string) => boolean;
  /** Whether a conference that no proxy holds is made. */
  readonly isNew: boolean;
}

/**
 * The plan of a pinned conference. Refuses a conference that no proxy holds (unless it is to be
 * new), a shard that is unknown or not up on every proxy, and a shard that has no id of its own on
 * some proxy.
 */
export function planPin(
  pin: Pin,
  state: ConferenceState,
  { isExpressible, isNew }: PinRules,
): PlannedConference | Refusal {
  const { entries, model } = state;
  const refuse = (reason: Refusal['reason'], because: string): Refusal => ({ reason, key: pin.key, because });
  if (!isExpressible(pin.key)) return refuse('key-inexpressible', 'no command of the runtime API can name this key');
  const shardOn = (proxy: string) => shardNamed(pin.shard, model.directories.get(proxy)!);
  const shards = new Set(model.proxies.map(shardOn));
  if (shards.has(null))
    return refuse(
      'unknown-shard',
      `${model.proxies.filter((proxy) => shardOn(proxy) === null).join(', ')} has no one shard called ${pin.shard}`,
    );
  if (shards.size !== 1)
    return refuse('id-drift', `${pin.shard} is ${[...shards].join(' on some proxies and ')} on others`);
  const [winner] = [...shards] as [string];
  if (!isNew && [...entries.values()].every((entry) => entry === null))
    return refuse('unknown-conference', 'no proxy holds a conference of that name: give --new to make one');
  if (!servedEverywhere(winner, [...model.directories.values()]))
    return refuse('no-eligible-shard', `${winner} does not accept traffic on every proxy`);
  const { key } = pin;
  const because = 'somebody said so';
  return planToShard({ key, conference: conferenceOf(key), kind: 'pin', winner, policy: 'pinned', because }, state);
}

/**
 * The one shard that a text names on a proxy, as its address. The text is an address, a server's id
 * or name, or the end of a name. `null`: it names no shard, or several.
 */
export function shardNamed(
  text: string,
  { addresses, byId, byName }: Pick<ServerDirectory, 'addresses' | 'byId' | 'byName'>,
): string | null {
  if (addresses.has(text)) return text;
  const found = new Set([...(/^\d+$/.test(text) ? (byId.get(Number(text)) ?? []) : []), ...(byName.get(text) ?? [])]);
  // Jitsi names servers after release and shard (`12-fallback-prod-us-west-2-s12`), and people type
  // the last part of it.
  if (found.size === 0)
    for (const [name, shards] of byName) if (name.endsWith(`-${text}`)) for (const shard of shards) found.add(shard);
  return found.size === 1 ? [...found][0]! : null;
}
