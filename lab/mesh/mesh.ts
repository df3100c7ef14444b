// A mesh of real HAProxies on loopback: links that can be cut, shards that remember who came,
// requests that really go through.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from '../at-exit.ts';
import { claimPorts } from '../free-ports.ts';
import { haproxyBinaries } from '../haproxy/haproxy-binary.ts';
import { hapName, haproxyConfig, type ServerSlot, shardId, type TableOptions } from '../haproxy/haproxy-config.ts';
import { type HaproxyProcess, startHaproxy } from '../haproxy/haproxy-process.ts';
import { type Conference, sendLine } from '../haproxy/runtime-socket.ts';
import { type Landing, type RequestOptions, requestConference } from './http-request.ts';
import { type Participant, type Side, splitMesh } from './mesh-split.ts';
import { type Waits, waitsOn } from './mesh-waits.ts';
import { type PeerLinks, startPeerLinks } from './peer-links.ts';
import { type RunningShard, type Shard, startShard } from './shards.ts';
import { fillTable, type TableFill } from './table-fill.ts';

export interface MeshOptions extends Partial<TableOptions> {
  /** Default 3. */
  readonly proxies?: number;
  /**
   * How many of the proxies begin as a mesh; default all. The others are not started, and the mesh
   * does not list them: `start` and `relist` do that.
   */
  readonly members?: number;
  /** Default 3: `127.0.1.11`, `127.0.1.12`, ..., all on one port, with the ids 11, 12, ... */
  readonly shards?: number;
  /** The HAProxy to run, or one for each proxy; default the oldest that is here. */
  readonly binary?: string | readonly string[];
  /** Other server lines for some proxies: another order, no ids, a shard left out. */
  readonly serverIds?: readonly (readonly ServerSlot[] | undefined)[];
  /** Last change to a proxy's configuration before it is written. */
  readonly configure?: (proxyIndex: number, text: string) => string;
}

export interface MeshProxy {
  readonly name: string;
  readonly socketPath: string;
  readonly statsPort: number;
  readonly httpPort: number;
  readonly configPath: string;
  /** Of the process that runs now, or ran last. */
  readonly pid: number;
  readonly version: string;
  readonly running: boolean;
}

/**
 * Proxies and shards are numbered from 0. A wait that is in vain rejects; every wait has a
 * deadline.
 */
export interface Mesh extends Waits {
  readonly proxies: readonly MeshProxy[];
  readonly shards: readonly Shard[];
  /** One line to the proxy's unix socket (level admin), one character a byte both ways. */
  command(proxy: number, line: string): Promise<string>;
  request(proxy: number, conference: Conference, options?: RequestOptions): Promise<Landing>;
  fill(proxy: number, count: number, entry: TableFill): Promise<void>;
  cut(i: number, j: number): Promise<void>;
  restore(i: number, j: number): Promise<void>;
  /**
   * Nothing that proxies tell each other arrives before `body` has ended: what they say meanwhile
   * crosses. For a second or two.
   */
  whileHeld<T>(body: () => Promise<T>): Promise<T>;
  /**
   * Cuts every link between the sides, then requests each conference at the first proxy of each
   * side. The links stay cut.
   */
  split(conferences: readonly string[], sides: readonly Side[]): Promise<Participant[]>;
  kill(proxy: number): Promise<void>;
  start(proxy: number): Promise<void>;
  /**
   * Reloads each of these proxies, one after the other, with these peers (itself among them). They
   * keep their entries.
   */
  relist(proxies: readonly number[], peers: readonly number[]): Promise<void>;
  stop(): Promise<void>;
}

const tableDefaults: TableOptions = {
  layout: 'simple',
  srvkey: 'addr',
  // Longer than any test takes on a busy machine: no entry ends by itself, and every proxy is
  // younger than its entries can live.
  expire: '1h',
  keyLength: 200,
  size: '200k',
  level: 'operator',
};

// A unix socket's path must stay under 108 bytes, also with the suffix that HAProxy adds while it
// binds.
const scratchParent = (): string => (tmpdir().length > 50 ? '/tmp' : tmpdir());

/**
 * Starts shards, links and proxies; resolves when every peer link is up. Whoever starts a mesh
 * stops it.
 */
export async function startMesh(options: MeshOptions = {}): Promise<Mesh> {
  const table = { ...tableDefaults, ...options };
  const proxyCount = options.proxies ?? 3;
  const shardCount = options.shards ?? 3;
  const commandOf = (i: number): string => {
    const named = typeof options.binary === 'string' ? options.binary : options.binary?.[i];
    const command = named ?? haproxyBinaries()[0]?.command;
    if (!command) throw new Error('no HAProxy on this machine: run scripts/install-debian-packages.sh haproxy');
    return command;
  };

  const folder = mkdtempSync(join(scratchParent(), 'splitbrain-mesh-'));
  const forgetFolder = atExit(() => rmSync(folder, { recursive: true, force: true }));
  const block = await claimPorts(1 + 3 * proxyCount);
  const [shardPort, ...proxyPorts] = block.ports as [number, ...number[]];
  const running: RunningShard[] = [];
  const processes: (HaproxyProcess | undefined)[] = [];
  let links: PeerLinks | undefined;

  async function stop(): Promise<void> {
    await Promise.all(processes.map((process) => process?.kill('SIGKILL')));
    await links?.stop();
    await Promise.all(running.map((shard) => shard.stop()));
    await block.release();
    rmSync(folder, { recursive: true, force: true });
    forgetFolder();
  }

  const proxies = Array.from({ length: proxyCount }, (_, i): MeshProxy => {
    const name = hapName(i);
    return {
      name,
      socketPath: join(folder, `${name}.sock`),
      configPath: join(folder, `${name}.cfg`),
      statsPort: proxyPorts[3 * i]!,
      httpPort: proxyPorts[3 * i + 1]!,
      get pid() {
        return processes[i]!.pid;
      },
      get version() {
        return processes[i]!.version;
      },
      get running() {
        return processes[i]?.isRunning() ?? false;
      },
    };
  });

  function proxyAt(i: number): MeshProxy {
    const proxy = proxies[i];
    if (!proxy) throw new RangeError(`the mesh has no proxy ${i}`);
    return proxy;
  }

  async function start(i: number): Promise<void> {
    const { name, configPath, socketPath, running: isRunning } = proxyAt(i);
    if (isRunning) throw new Error(`${name} is running`);
    processes[i] = await startHaproxy({ command: commandOf(i), name, configPath, socketPath });
  }

  async function reload(i: number): Promise<void> {
    const { name, configPath, socketPath, pid } = proxyAt(i);
    const before = processes[i]!;
    processes[i] = await startHaproxy({ command: commandOf(i), name, configPath, socketPath, replaces: pid });
    await before.ended;
  }

  function writeConfig(i: number, addressOf: PeerLinks['address'], listed: readonly number[]): void {
    const allServers = running.map((_, shard) => ({ shard, id: shardId(shard) }));
    const { name, socketPath, statsPort, httpPort, configPath } = proxyAt(i);
    const text = haproxyConfig(table, {
      name,
      socketPath,
      statsPort,
      httpPort,
      peers: listed.map((j) => ({ name: proxyAt(j).name, address: addressOf(i, j) })),
      servers: options.serverIds?.[i] ?? allServers,
      shardAddresses: running.map(({ shard }) => shard.address),
    });
    writeFileSync(configPath, options.configure?.(i, text) ?? text);
  }

  try {
    for (let n = 0; n < shardCount; n++) running.push(await startShard(`127.0.1.${11 + n}`, shardPort));
    links = await startPeerLinks(proxies.map((_, i) => proxyPorts[3 * i + 2]!));
    const all = [...proxies.keys()];
    const members = all.slice(0, options.members ?? proxyCount);
    for (const i of all) writeConfig(i, links.address, members.includes(i) ? members : all);
    // One after the other: two that connect to each other at once refuse each other and try again
    // seconds later (seen up to 14 s on 2.6).
    for (const i of members) await start(i);
  } catch (error) {
    await stop();
    throw error;
  }

  const { cut, restore, isCut, isSteady, whileHeld, address } = links;
  const command = (i: number, line: string): Promise<string> => sendLine(proxyAt(i).socketPath, line);
  const request: Mesh['request'] = (i, conference, how) => requestConference(proxyAt(i).httpPort, conference, how);
  const waits = waitsOn({ proxies, command, isCut, isSteady });

  const idOf = (address: string): number => shardId(running.findIndex(({ shard }) => shard.address === address));

  const mesh: Mesh = {
    ...waits,
    proxies,
    shards: running.map(({ shard }) => shard),
    command,
    request,
    fill: (i, count, entry) => fillTable((line) => command(i, line), count, entry),
    cut,
    restore,
    whileHeld,
    split: (conferences, sides) =>
      splitMesh({ proxies, cut, request, idOf, untilEntry: waits.untilEntry }, conferences, sides),
    kill: async (i) => processes[i]?.kill('SIGKILL'),
    start,
    async relist(reloaded, listed) {
      for (const i of reloaded) {
        writeConfig(i, address, listed);
        await reload(i);
      }
    },
    stop,
  };
  try {
    await mesh.untilPeersUp();
  } catch (error) {
    await stop();
    throw error;
  }
  return mesh;
}
