// Where an entry really sends requests on one proxy: HAProxy's own rule over that proxy's own servers.

import type { Label } from '../domain/entry.ts';
import { addressOfServerKey, isUsable, type ServerDirectory } from './server-directory.ts';

/**
 * `shard` is `null` where the entry leads to no server of that proxy (`no-server`). It is `null` too where the route is not known, and not
 * guessed: what the entry names means two addresses in different backends (`ambiguous`), or no address of any server is known there
 * (`no-addresses`). `usable` says that the shard takes the requests there. `mixed` says that key and id name different shards;
 * `keyShards` are what the key names then.
 */
export type LabelRoute =
  | { readonly shard: string; readonly usable: boolean; readonly mixed: boolean; readonly keyShards: readonly string[] }
  | {
      readonly shard: null;
      readonly reason: 'no-server' | 'ambiguous' | 'no-addresses';
      readonly mixed: boolean;
      readonly keyShards: readonly string[];
    };

const NONE: ReadonlySet<string> = new Set();

/**
 * HAProxy follows `server_key` where it names a server, else `server_id` where it does, else it balances anew (2.6 to 3.4). A key that
 * names a server which is down is still what counts: the id is no fallback for it. A proxy of which no server address is
 * known (a saved dump without its servers) is taken at its key's word.
 */
export function routeOf(label: Label, directory: ServerDirectory): LabelRoute {
  const byKey = label.serverKey === null ? NONE : shardsOfKey(label.serverKey, directory);
  const byId = directory.byId.get(label.serverId) ?? NONE;
  const mixed = byKey.size > 0 && byId.size > 0 && ![...byKey].some((shard) => byId.has(shard));
  const keyShards = [...byKey];
  const candidates = byKey.size > 0 ? narrowed(byKey, byId) : byId;
  if (candidates.size === 0) {
    const reason = directory.addresses.size === 0 ? 'no-addresses' : 'no-server';
    return { shard: null, reason, mixed, keyShards };
  }
  if (candidates.size > 1) return { shard: null, reason: 'ambiguous', mixed, keyShards };
  const shard = [...candidates][0]!;
  return { shard, usable: isUsable(directory, shard) || directory.addresses.size === 0, mixed, keyShards };
}

function shardsOfKey(serverKey: string, directory: ServerDirectory): ReadonlySet<string> {
  const address = addressOfServerKey(serverKey);
  if (address !== null && (directory.addresses.has(address) || directory.addresses.size === 0))
    return new Set([address]);
  return directory.byName.get(serverKey) ?? NONE;
}

/** A name that means two addresses is settled by the id where that means just one of them. */
function narrowed(byKey: ReadonlySet<string>, byId: ReadonlySet<string>): ReadonlySet<string> {
  if (byKey.size < 2) return byKey;
  const both = [...byKey].filter((shard) => byId.has(shard));
  return both.length === 1 ? new Set(both) : byKey;
}
