// Consul, played by a server in this process: what its tests share.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProxySource } from '../../src/domain/settings.ts';
import { machine } from './machine.ts';

/** Ends the servers of a test, the last first. */
export const closers: (() => Promise<void>)[] = [];

/** For `afterEach`. */
export async function closeAll(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()));
}

export async function playConsul(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export type ConsulSource = Extract<ProxySource, { kind: 'consul' }>;

export const source = (url: string, rest: Partial<ConsulSource> = {}): ConsulSource => ({
  kind: 'consul',
  url,
  service: 'haproxy',
  datacenters: ['a'],
  filter: null,
  endpoint: 'tcp://{host}:9999',
  token: null,
  ...rest,
});

export const context = (timeoutMs = 30_000, signal = new AbortController().signal) => machine({ signal, timeoutMs });

export const instance = (node: string, address: string, rest: object = {}) => ({
  Node: { Node: node, Address: address, Datacenter: 'a' },
  Service: { Address: '', Port: 80 },
  Checks: [{ Status: 'passing' }],
  ...rest,
});
