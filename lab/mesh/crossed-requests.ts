// Makes a split on a mesh whose links are all up: first requests at several proxies at once, so
// that what each tells the others crosses.

import { encodeKey } from '../../src/domain/key.ts';
import type { Mesh } from './mesh.ts';
import { untilNewsArrived } from './steady-links.ts';
import { tableRoutes } from './table-routes.ts';

const ATTEMPTS = 20;

/**
 * Asks each of the proxies (which must hear each other) for a new conference on the shard of its
 * own number, and resolves to the conference's name when they disagree on it: two then hold each
 * other's shard. A proxy sends an entry as it is when its turn comes: where one was late, all
 * agree, and another name is tried.
 */
export async function crossRequests(mesh: Mesh, conference: string, among: readonly number[]): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const name = attempt === 0 ? conference : `${conference} (${attempt})`;
    await mesh.whileHeld(() => Promise.all(among.map((proxy) => mesh.request(proxy, name, { forceShard: proxy }))));
    await untilNewsArrived(mesh, `${name} was heard`, among);
    const routes = (await tableRoutes(mesh)).get(encodeKey(Buffer.from(name))) ?? [];
    if (new Set(among.map((proxy) => routes[proxy])).size > 1) return name;
    // A proxy that was not asked may have heard the two in another order. One more request tells
    // it.
    await mesh.request(among[0]!, name);
    await untilNewsArrived(mesh, `${name} was settled`, among);
  }
  throw new Error(`${ATTEMPTS} times none of the requests crossed`);
}
