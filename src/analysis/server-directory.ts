// What one proxy's server ids, names and addresses mean there: the ground on which an entry becomes a route.

import { hostAndPort } from '../domain/proxy.ts';
import { acceptsSticky, type Server, type ServerState } from '../domain/server.ts';

/** Addresses in sets because an id or a name can mean several: servers are read from all backends of the proxy. */
export interface ServerDirectory {
  readonly addresses: ReadonlySet<string>;
  readonly byId: ReadonlyMap<number, ReadonlySet<string>>;
  readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
  /** The best state that any server with this address has on the proxy. */
  stateOf(address: string): ServerState | null;
}

const STATE_ORDER: readonly ServerState[] = ['up', 'drain', 'down', 'maint'];

export function createServerDirectory(servers: readonly Server[]): ServerDirectory {
  const byId = new Map<number, Set<string>>();
  const byName = new Map<string, Set<string>>();
  const states = new Map<string, ServerState>();
  for (const { id, name, address, state } of servers) {
    if (address === null) continue;
    addTo(byId, id, address);
    addTo(byName, name, address);
    const known = states.get(address);
    if (known === undefined || STATE_ORDER.indexOf(state) < STATE_ORDER.indexOf(known)) states.set(address, state);
  }
  return { addresses: new Set(states.keys()), byId, byName, stateOf: (address) => states.get(address) ?? null };
}

function addTo<K>(map: Map<K, Set<string>>, key: K, address: string): void {
  const addresses = map.get(key);
  if (addresses) addresses.add(address);
  else map.set(key, new Set([address]));
}

/**
 * The shard address that a server key spells, or `null` where it is no address (a name). With `srvkey addr` HAProxy 2.6 to 3.4
 * writes `ip:port`, IPv6 without brackets (split at the last colon), and `ip:+0` for a server without a port.
 */
export function addressOfServerKey(serverKey: string): string | null {
  const match = /^([0-9a-fA-F.:%]+):(\+?\d+)$/.exec(serverKey);
  if (!match) return null;
  const host = match[1]!;
  if (!host.includes(':') && !/^\d+\.\d+\.\d+\.\d+$/.test(host)) return null;
  return hostAndPort(host, Number(match[2]));
}

/** Whether an entry that leads to this shard is followed on that proxy. */
export function isUsable(directory: ServerDirectory, address: string): boolean {
  const state = directory.stateOf(address);
  return state !== null && acceptsSticky(state);
}
