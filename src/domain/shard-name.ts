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
