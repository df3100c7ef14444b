// Where the conferences of a mesh are: by the tables, and by real requests through every proxy.

import type { Mesh } from '../../lab/mesh/mesh.ts';
import { tableRoutes } from '../../lab/mesh/table-routes.ts';
import { encodeKey } from '../../src/domain/key.ts';

/** Where a request for the conference through each proxy lands, one after the other. */
async function landings(mesh: Mesh, conference: string): Promise<readonly (string | null)[]> {
  const shards: (string | null)[] = [];
  for (const proxy of mesh.proxies.keys()) shards.push((await mesh.request(proxy, conference)).shard);
  return shards;
}

/**
 * Where each conference is, by tables and then by requests, in that order: a request through one
 * proxy tells the others. A conference that is whole stands with its one shard, any other with what
 * was seen.
 */
export async function conferenceShards(
  mesh: Mesh,
  conferences: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const tables = await tableRoutes(mesh);
  const found = new Map<string, string>();
  for (const conference of conferences) {
    const table = tables.get(encodeKey(Buffer.from(conference))) ?? mesh.proxies.map(() => 'absent');
    const landed = await landings(mesh, conference);
    const [shard, ...others] = new Set([...table, ...landed]);
    const isWhole = others.length === 0 && shard;
    found.set(conference, isWhole ? shard : `tables ${table.join(' ')}, requests ${landed.join(' ')}`);
  }
  return found;
}
