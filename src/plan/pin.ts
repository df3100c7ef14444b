// A conference that a person puts on a shard: what the shard's name means on every proxy, and the
// way there.

import type { ServerDirectory } from '../analysis/server-directory.ts';
import { conferenceOf } from '../domain/key.ts';
import type { EntryState, Pin, PlannedConference, Refusal } from '../domain/plan.ts';
import { planToShard } from './build-plan.ts';
import { servedEverywhere } from './electorate.ts';
import type { PlanningModel } from './planning-model.ts';

/**
 * The way of a pinned conference, or why there is none: a conference that nobody holds (unless it
 * is to be `isNew`), an unknown shard, one that is not up everywhere, ids that drift.
 */
export function planPin(
  pin: Pin,
  entries: ReadonlyMap<string, EntryState>,
  model: PlanningModel,
  { isExpressible, isNew }: { readonly isExpressible: (key: string) => boolean; readonly isNew: boolean },
): PlannedConference | Refusal {
  const refuse = (reason: Refusal['reason'], because: string): Refusal => ({ reason, key: pin.key, because });
  if (!isExpressible(pin.key)) return refuse('key-inexpressible', 'no command of the runtime API can name this key');
  const named = (proxy: string) => shardNamed(pin.shard, model.directories.get(proxy)!);
  const meanings = new Set(model.proxies.map(named));
  if (meanings.has(null))
    return refuse(
      'unknown-shard',
      `${model.proxies.filter((proxy) => named(proxy) === null).join(', ')} has no one shard called ${pin.shard}`,
    );
  if (meanings.size !== 1)
    return refuse('id-drift', `${pin.shard} is ${[...meanings].join(' on some proxies and ')} on others`);
  const [shard] = [...meanings] as [string];
  if (!isNew && [...entries.values()].every((entry) => entry === null))
    return refuse('unknown-conference', 'no proxy holds a conference of that name: give --new to make one');
  const directories = [...model.directories.values()];
  if (!servedEverywhere(shard, directories))
    return refuse('no-eligible-shard', `${shard} does not accept traffic on every proxy`);
  return planToShard(
    { key: pin.key, conference: conferenceOf(pin.key), kind: 'pin' },
    entries,
    shard,
    { policy: 'pinned', because: 'somebody said so' },
    model,
  );
}

/**
 * The one shard that a text names on a proxy: an address, a server's id or name, or the end of a
 * name; `null`: none, or several.
 */
export function shardNamed(
  text: string,
  { addresses, byId, byName }: Pick<ServerDirectory, 'addresses' | 'byId' | 'byName'>,
): string | null {
  if (addresses.has(text)) return text;
  const found = new Set([...(/^\d+$/.test(text) ? (byId.get(Number(text)) ?? []) : []), ...(byName.get(text) ?? [])]);
  // Jitsi's servers are called after release and shard (`12-fallback-prod-us-west-2-s12`), and
  // people use the last part of it.
  if (found.size === 0)
    for (const [name, shards] of byName) if (name.endsWith(`-${text}`)) for (const shard of shards) found.add(shard);
  return found.size === 1 ? [...found][0]! : null;
}
