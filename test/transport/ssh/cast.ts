// Who plays in the tests of SSH: scripted servers, transports to them, and their end.

import net, { type AddressInfo } from 'node:net';
import type { SshSettings } from '../../../src/domain/settings.ts';
import type { Compress } from '../../../src/transport/compressed/compression.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { openTransport, patience, sshSettings, targetOf } from '../settings.ts';
import { makeKeys, type Script, type ScriptedSshd, startScriptedSshd } from './scripted-sshd.ts';

const clientKey = makeKeys().private;
const cleanups: (() => Promise<void>)[] = [];

/** Ends what a test started, the last first: for `afterEach`. */
export async function endAll(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export async function sshd(script: Script = {}): Promise<ScriptedSshd> {
  const started = await startScriptedSshd(script);
  cleanups.push(started.stop);
  return started;
}

/** A server that is no sshd: it does with each connection what the test says. */
export async function listen(onConnection: (socket: net.Socket) => void): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port;
}

export function open(
  port: number,
  hostKeyLines: string,
  more: Partial<SshSettings> = {},
  compress: Compress = 'never',
): Transport {
  const endpoint = { kind: 'ssh', user: 'ubuntu', host: '127.0.0.1', port, path: '/run/haproxy/admin.sock' } as const;
  const transport = openTransport(
    targetOf(endpoint),
    sshSettings({
      privateKey: { path: 'id_ed25519', contents: clientKey, passphrase: null },
      knownHosts: { path: 'known_hosts', text: hostKeyLines },
      via: { kind: 'socat', sudo: false },
      ...more,
    }),
    compress,
  );
  cleanups.push(transport.close);
  return transport;
}

/** For waits that must run out. */
export const brief = () => ({ ...patience(), timeoutMs: 200 });
