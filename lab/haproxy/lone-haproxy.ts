// One real HAProxy with stats sockets of a test's own choice, and the table `nodes` with one entry
// in it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPorts } from '../free-ports.ts';
import type { HaproxyBinary } from './haproxy-binary.ts';
import { startHaproxy } from './haproxy-process.ts';
import { sendLine } from './runtime-socket.ts';

export interface LoneHaproxy {
  /** Where its files are; gone after `stop`. */
  readonly folder: string;
  /** A stats socket at level admin. */
  readonly socketPath: string;
  readonly masterSocketPath: string;
  readonly ports: { readonly http: number; readonly stats: number; readonly peers: number; readonly web: number };
  readonly pid: number;
  stop(): Promise<void>;
}

export interface LoneOptions {
  readonly binary: HaproxyBinary;
  /** Further lines of the `global` section. */
  readonly global?: (folder: string) => readonly string[];
}

/**
 * In master-worker mode, with a frontend, a page of statistics and a peers section as they usually
 * are.
 */
export async function startLone({ binary, global }: LoneOptions): Promise<LoneHaproxy> {
  const folder = mkdtempSync(join(tmpdir(), 'lone-'));
  const block = await claimPorts(4);
  const [http, stats, peers, web] = block.ports as [number, number, number, number];
  const [socketPath, masterSocketPath] = [join(folder, 'admin.sock'), join(folder, 'master.sock')];
  const lines = [
    'global',
    `  stats socket ${socketPath} mode 600 level admin`,
    `  stats socket 127.0.0.1:${stats} level operator`,
    ...(global?.(folder) ?? []).map((line) => `  ${line}`),
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 60s',
    '  timeout server 60s',
    'peers mesh',
    `  peer lone 127.0.0.1:${peers}`,
    'frontend http',
    `  bind 127.0.0.1:${http}`,
    '  default_backend nodes',
    'frontend web',
    `  bind 127.0.0.1:${web}`,
    '  stats enable',
    '  stats uri /stats',
    'backend nodes',
    '  stick-table type string len 64 size 1k peers mesh expire 1h srvkey addr',
    '  stick match hdr(X-StickToken)',
    '  stick store-request hdr(X-StickToken)',
    '  server shard-1 127.0.0.1:9 id 11',
  ];
  writeFileSync(join(folder, 'haproxy.cfg'), `${lines.join('\n')}\n`);
  const launch = { command: binary.command, name: 'lone', configPath: join(folder, 'haproxy.cfg') };
  const proxy = await startHaproxy({ ...launch, socketPath, masterSocketPath });
  await sendLine(socketPath, 'set table nodes key standup data.server_id 11');
  return {
    folder,
    socketPath,
    masterSocketPath,
    ports: { http, stats, peers, web },
    pid: proxy.pid,
    stop: async () => {
      await proxy.kill('SIGTERM');
      await block.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
