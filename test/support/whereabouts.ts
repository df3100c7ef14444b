// Where the conferences of a mesh are: by the tables, read with this file's own eyes, and by real
// requests through every proxy.

import { type LabEntry, readEntries } from '../../lab/haproxy/runtime-socket.ts';
import type { Mesh } from '../../lab/mesh/mesh.ts';
import { encodeKey } from '../../src/domain/key.ts';

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
export async function whereabouts(mesh: Mesh, conferences: Iterable<string>): Promise<ReadonlyMap<string, string>> {
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

/**
 * Every table as it is, without what time alone changes: pointers and expiries; sorted, since 3.0+
 * dumps in the order of buckets.
 */
export async function tablesNow(mesh: Mesh): Promise<readonly (readonly string[])[]> {
  const dumps = await Promise.all(
    mesh.proxies.map(({ running }, proxy) => (running ? mesh.command(proxy, 'show table nodes') : '')),
  );
  return dumps.map((dump) =>
    dump
      .split('\n')
      .map((line) => line.replace(/^0x[0-9a-f]+: /, '').replace(/ exp=\d+/, ''))
      .sort(),
  );
}

/** The keys that writes name, one character a byte. */
export function writtenKeys(writes: readonly { readonly command: string }[]): readonly string[] {
  const keys = writes.map(({ command }) => / key ((?:\\[\s\S]|[^ \\])*)/.exec(command)?.[1] ?? command);
  return [...new Set(keys.map((word) => word.replace(/\\([\s\S])/g, '$1')))].sort();
}
