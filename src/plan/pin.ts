// A conference that a person puts on a shard: what the shard's name means on every proxy, and the way there.

import { conferenceOf } from '../domain/key.ts';
import type { EntryState, Pin, PlannedConference, Refusal } from '../domain/plan.ts';
import { towards } from './build-plan.ts';
import { servedEverywhere } from './electorate.ts';
import type { Ground } from './ground.ts';

/** The way of a pinned conference, or why there is none: an unknown shard, one that is not up everywhere, ids that drift. */
export function planPin(
  pin: Pin,
  entries: ReadonlyMap<string, EntryState>,
  ground: Ground,
  isExpressible: (key: string) => boolean,
): PlannedConference | Refusal {
  const refuse = (reason: Refusal['reason'], because: string): Refusal => ({ reason, key: pin.key, because });
  if (!isExpressible(pin.key)) return refuse('key-inexpressible', 'no command of the runtime API can name this key');
  const meanings = new Set(ground.proxies.map((proxy) => shardNamed(pin.shard, proxy, ground)));
  if (meanings.has(null))
    return refuse(
      'unknown-shard',
      `${ground.proxies.filter((proxy) => shardNamed(pin.shard, proxy, ground) === null).join(', ')} has no one shard called ${pin.shard}`,
    );
  if (meanings.size !== 1)
    return refuse('id-drift', `${pin.shard} is ${[...meanings].join(' on some proxies and ')} on others`);
  const [shard] = [...meanings] as [string];
  const directories = [...ground.directories.values()];
  if (!servedEverywhere(shard, directories))
    return refuse('no-eligible-shard', `${shard} does not accept traffic on every proxy`);
  return towards(
    { key: pin.key, conference: conferenceOf(pin.key), kind: 'pin' },
    entries,
    shard,
    { policy: 'pinned', because: 'somebody said so' },
    ground,
  );
}

function shardNamed(text: string, proxy: string, ground: Ground): string | null {
  const { addresses, byId, byName } = ground.directories.get(proxy)!;
  if (addresses.has(text)) return text;
  const found = new Set([...(/^\d+$/.test(text) ? (byId.get(Number(text)) ?? []) : []), ...(byName.get(text) ?? [])]);
  return found.size === 1 ? [...found][0]! : null;
}
