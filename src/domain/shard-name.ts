// What people call a shard, from what a proxy calls its server.

import type { Server } from './server.ts';

/**
 * Jitsi calls one shard `12-SHARD` in its own release, `12-fallback-SHARD` in the others, and
 * `shard-SHARD` in the backend that is called SHARD.
 */
export function bareServerName({ name, backend }: Pick<Server, 'name' | 'backend'>): string {
  if (name === `shard-${backend}`) return backend;
  return name.replace(/^\d+-(?:fallback-)?(?=.)/, '');
}

/**
 * What the names of a shard's servers have in common; where they have nothing, the name of the
 * backend that is the shard's own (Jitsi: backend SHARD, server `shard-SHARD`), or else the first.
 */
export function shardName(servers: readonly Server[]): string | null {
  const counting = servers.filter(({ counts }) => counts !== false);
  const [first, ...others] = new Set(counting.map(bareServerName));
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const own = servers.find(({ name, backend }) => name === `shard-${backend}`);
  return own?.backend ?? counting[0]!.name;
}

/** The shard of a server that is called `shard-SHARD` in a backend of any name; else `null`. */
export function reportedName(serverName: string): string | null {
  return /^shard-(.+)$/.exec(serverName)?.[1] ?? null;
}
