// Proxies that join a mesh as a recycle of Jitsi's makes them: they start before the others list
// them, and stay empty although every link is up.

import { until } from '../until.ts';
import type { Mesh } from './mesh.ts';

/**
 * Starts the newcomers, waits until each has given up asking for the old entries (after 5 s, 2.6 to
 * 3.4), and only then has the members list them. Resolves when every link is up.
 */
export async function joinLate(mesh: Mesh, members: readonly number[], newcomers: readonly number[]): Promise<void> {
  for (const i of newcomers) await mesh.start(i);
  for (const i of newcomers) {
    await until(`${mesh.proxies[i]!.name} no longer asks for the old entries`, async () =>
      (await mesh.command(i, 'show peers')).includes('resync_timeout=<PAST>') ? true : null,
    );
  }
  await mesh.relist(members, [...members, ...newcomers]);
  await mesh.untilPeersUp();
}
