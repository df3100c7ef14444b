// A mesh of real proxies whose tables are full: every entry by a request through one of them,
// spread to the others by their peers.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimPorts } from '../lab/free-ports.ts';
import { haproxyBinaries } from '../lab/haproxy/haproxy-binary.ts';
import { startHaproxy } from '../lab/haproxy/haproxy-process.ts';
import { type Mesh, type MeshProxy, startMesh } from '../lab/mesh/mesh.ts';
import { makeScratch } from '../lab/scratch.ts';
import { until } from '../lab/until.ts';
import { grouped } from './line.ts';
import { homeOf, keyOf, shardIds } from './mesh-dumps.ts';
import { sendRequests } from './send-requests.ts';

export interface LiveMesh {
  readonly proxies: readonly MeshProxy[];
  readonly entries: number;
  stop(): Promise<void>;
}

/** A request for a conference, which the proxy sends to the shard that hosts it. */
export function requestFor(entry: number): string {
  return `GET /http-bind HTTP/1.1\r\nHost: bench\r\nX-StickToken: ${keyOf(entry)}\r\nX-Shard: ${homeOf(entry)}\r\n\r\n`;
}

/** Resolves when every table holds every entry, with its server's id and key. */
export async function startLiveMesh(
  { proxies, entries }: { readonly proxies: number; readonly entries: number },
  say: (text: string) => void,
): Promise<LiveMesh> {
  say(`starting ${proxies} proxies and filling them with ${grouped(entries)} conferences each`);
  const shards = await startShards();
  let mesh: Mesh | null = null;
  const stop = async () => {
    await mesh?.stop();
    await shards.stop();
  };
  try {
    mesh = await startMesh({
      proxies,
      shards: 0,
      size: String(2 * entries),
      // Longer than any bench: an entry that expired would be missing.
      expire: '24h',
      configure: (_, text) => `${direct(text)}${serverLines(shards.addresses)}`,
    });
    await sendRequests(mesh.proxies[0]!.httpPort, entries, requestFor);
    await Promise.all(mesh.proxies.map((_, proxy) => untilFull(mesh!, proxy, entries)));
    return { proxies: mesh.proxies, entries, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resolves when the table of the proxy has that many entries. */
export async function untilFull(mesh: Pick<Mesh, 'command'>, proxy: number, entries: number): Promise<void> {
  let used = '';
  await until(
    () => `proxy ${proxy} has ${entries} entries; it has ${used}`,
    async () => {
      used = /^# table: nodes,.* used:(\d+)/m.exec(await mesh.command(proxy, 'show table'))?.[1] ?? 'no table';
      return Number(used) === entries || null;
    },
  );
}

/**
 * Without the laboratory's links, which can be cut and therefore lead through this process: the
 * proxies talk to each other.
 */
function direct(config: string): string {
  return config.replace(/^( {2}peer \S+ )127\.0\.2\.\d+:/gm, '$1127.0.0.1:');
}

function serverLines(addresses: readonly string[]): string {
  const rules = addresses.map((_, shard) => `  use-server shard-${shard} if { req.hdr(X-Shard) ${shard} }`);
  const servers = addresses.map((address, shard) => `  server shard-${shard} ${address} id ${shardIds[shard]}`);
  return [...rules, ...servers, ''].join('\n');
}

/**
 * All shards in one HAProxy that answers by itself: small, and quick enough not to be what is
 * measured.
 */
async function startShards(): Promise<{ readonly addresses: readonly string[]; stop(): Promise<void> }> {
  const command = haproxyBinaries()[0]?.command;
  if (!command) throw new Error('no HAProxy on this machine: run scripts/install-debian-packages.sh haproxy');
  const [scratch, block] = [makeScratch(), await claimPorts(1)];
  const addresses = shardIds.map((_, shard) => `127.0.1.${11 + shard}:${block.ports[0]}`);
  const [configPath, socketPath] = ['shards.cfg', 'shards.sock'].map((name) => join(scratch.folder, name)) as [
    string,
    string,
  ];
  const config = [
    'global',
    '  nbthread 1',
    `  stats socket ${socketPath} mode 600 level admin`,
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 60s',
    '  timeout server 60s',
    'frontend shards',
    ...addresses.map((address) => `  bind ${address}`),
    '  http-request return status 200 content-type text/plain string ok',
    '',
  ];
  writeFileSync(configPath, config.join('\n'));
  const clear = async () => {
    scratch.clear();
    await block.release();
  };
  try {
    const shards = await startHaproxy({ command, name: 'shards', configPath, socketPath });
    const stop = async () => {
      await shards.kill('SIGKILL');
      await clear();
    };
    return { addresses, stop };
  } catch (error) {
    await clear();
    throw error;
  }
}
