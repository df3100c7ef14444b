// Where the tables of a mesh lead, read without any code of the program: it judges the program.

import { type LabEntry, readEntries } from '../haproxy/runtime-socket.ts';
import type { Mesh } from './mesh.ts';

/** What each proxy's servers are, by what an entry may call them. */
interface Servers {
  readonly byId: ReadonlyMap<number, string>;
  readonly byKey: ReadonlyMap<string, string>;
}

async function serversOf(mesh: Mesh, proxy: number): Promise<Servers> {
  const lines = (await mesh.command(proxy, 'show servers state')).split('\n');
  const header = lines.find((line) => line.startsWith('# '))!;
  const column = (name: string) => header.slice(2).split(' ').indexOf(name);
  const [id, name, address, port] = ['srv_id', 'srv_name', 'srv_addr', 'srv_port'].map(column);
  const rows = lines.filter((line) => /^\d+ \S/.test(line)).map((line) => line.split(' '));
  const byId = new Map(rows.map((row) => [Number(row[id!]), `${row[address!]}:${row[port!]}`]));
  const byName = rows.map((row) => [row[name!]!, `${row[address!]}:${row[port!]}`] as const);
  return { byId, byKey: new Map([...byName, ...[...byId.values()].map((shard) => [shard, shard] as const)]) };
}

/** HAProxy's rule, 2.6 to 3.4: the key where it names a server, else the id. */
function routeOf({ serverKey, serverId }: LabEntry, { byKey, byId }: Servers): string {
  return (serverKey === null ? undefined : byKey.get(serverKey)) ?? byId.get(serverId) ?? 'nowhere';
}

/**
 * By key, as the dump spells it: where each proxy's table leads, `absent` where it has no entry.
 */
export async function tableRoutes(mesh: Mesh): Promise<ReadonlyMap<string, readonly string[]>> {
  const routes = new Map<string, string[]>();
  for (const proxy of mesh.proxies.keys()) {
    const servers = await serversOf(mesh, proxy);
    for (const entry of readEntries(await mesh.command(proxy, 'show table nodes'))) {
      const route = routes.get(entry.key) ?? mesh.proxies.map(() => 'absent');
      route[proxy] = routeOf(entry, servers);
      routes.set(entry.key, route);
    }
  }
  return routes;
}
