// Consul, played by a server in this process.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { ProxySource } from '../../src/domain/settings.ts';
import { ConfigError } from '../../src/errors.ts';
import { askConsul } from '../../src/inventory/consul.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function playConsul(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type ConsulSource = Extract<ProxySource, { kind: 'consul' }>;

const source = (url: string, rest: Partial<ConsulSource> = {}): ConsulSource => ({
  kind: 'consul',
  url,
  service: 'haproxy',
  datacenters: ['a'],
  endpoint: 'tcp://{host}:9999',
  token: null,
  ...rest,
});

const edge = (timeoutMs = 30_000, signal = new AbortController().signal) => ({
  readFile: () => '',
  env: {},
  signal,
  timeoutMs,
});

const instance = (node: string, address: string, rest: object = {}) => ({
  Node: { Node: node, Address: address, Datacenter: 'a' },
  Service: { Address: '', Port: 80 },
  Checks: [{ Status: 'passing' }],
  ...rest,
});

async function complaintsOf(asked: Promise<unknown>): Promise<readonly string[]> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error.complaints;
  throw error ?? new Error('nothing was refused');
}

describe('hosts', () => {
  test('every datacenter is asked, with the token; failing instances count, Service.Address comes first', async () => {
    const asked: unknown[] = [];
    const url = await playConsul((request, response) => {
      asked.push([request.method, request.url, request.headers['x-consul-token']]);
      const inA = [
        instance('hap-1', '10.0.0.1'),
        instance('hap-2', '10.0.0.2', { Service: { Address: '192.0.2.2' }, Checks: [{ Status: 'critical' }] }),
      ];
      response.end(JSON.stringify(request.url?.includes('dc=a') ? inA : [instance('hap-3', '10.1.0.3')]));
    });
    const hosts = await askConsul(source(`${url}/`, { datacenters: ['a', 'b'], token: 'tok' }), edge());
    expect(hosts.map(({ name, host, region }) => [name, host, region])).toEqual([
      ['hap-1', '10.0.0.1', 'a'],
      ['hap-2', '192.0.2.2', 'a'],
      ['hap-3', '10.1.0.3', 'b'],
    ]);
    expect(asked.sort()).toEqual([
      ['GET', '/v1/health/service/haproxy?dc=a', 'tok'],
      ['GET', '/v1/health/service/haproxy?dc=b', 'tok'],
    ]);
  });

  test("without datacenters the agent's own is asked", async () => {
    const asked: unknown[] = [];
    const url = await playConsul((request, response) => {
      asked.push([request.url, request.headers['x-consul-token']]);
      response.end(JSON.stringify([instance('hap-1', '10.0.0.1')]));
    });
    const hosts = await askConsul(source(url, { datacenters: [], service: 'ha proxy' }), edge());
    expect(hosts).toEqual([{ name: 'hap-1', host: '10.0.0.1', region: 'a', where: 'consul a' }]);
    expect(asked).toEqual([['/v1/health/service/ha%20proxy', undefined]]);
  });

  test('two registrations of one host are one proxy', async () => {
    const twice = [
      instance('hap-1', '10.0.0.1'),
      instance('hap-1', '10.0.0.1', { Service: { Address: '', Port: 443 } }),
    ];
    const url = await playConsul((_, response) => response.end(JSON.stringify(twice)));
    expect(await askConsul(source(url), edge())).toHaveLength(1);
  });

  test('one name in two datacenters is told apart', async () => {
    const url = await playConsul((request, response) =>
      response.end(JSON.stringify([instance('hap-1', request.url?.includes('dc=a') ? '10.0.0.1' : '10.1.0.1')])),
    );
    const hosts = await askConsul(source(url, { datacenters: ['a', 'b'] }), edge());
    expect(hosts.map(({ name }) => name)).toEqual(['hap-1.a', 'hap-1.b']);
  });
});

describe('complaints', () => {
  test('a refusal names the token, and every datacenter that refuses', async () => {
    const url = await playConsul((_, response) => response.writeHead(403).end('Permission denied: token tok\n'));
    const complaints = await complaintsOf(askConsul(source(url, { datacenters: ['a', 'b'] }), edge()));
    expect(complaints).toEqual(
      ['a', 'b'].map(
        (dc) =>
          `${url}/v1/health/service/haproxy?dc=${dc}: Consul answered 403 "Permission denied: token tok": give proxies.consul.token a token that may read nodes and the service`,
      ),
    );
  });

  test('an unknown datacenter', async () => {
    const url = await playConsul((_, response) => response.writeHead(500).end('No path to datacenter'));
    const complaints = await complaintsOf(askConsul(source(url), edge()));
    expect(complaints).toEqual([expect.stringContaining('answered 500 "No path to datacenter": check proxies.consul')]);
  });

  test('a redirect is not followed', async () => {
    const paths: unknown[] = [];
    const url = await playConsul((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const complaints = await complaintsOf(askConsul(source(url, { token: 'tok' }), edge()));
    expect(complaints).toEqual([expect.stringContaining('answered 302')]);
    expect(paths).toEqual(['/v1/health/service/haproxy?dc=a']);
  });

  test.each(['<html>', '{}', '[null]', '[{"Node":{"Node":"x"}}]'])('the answer %s is not from Consul', async (body) => {
    const url = await playConsul((_, response) => response.end(body));
    const complaints = await complaintsOf(askConsul(source(url), edge()));
    expect(complaints).toEqual([expect.stringContaining("is not Consul's list")]);
  });

  test('nobody listens', async () => {
    const url = await playConsul((_, response) => response.end());
    await closers.pop()!();
    const complaints = await complaintsOf(askConsul(source(url), edge()));
    expect(complaints).toEqual([expect.stringContaining('Consul cannot be reached (ECONNREFUSED)')]);
  });

  test('a server that never answers costs the deadline, not more', async () => {
    const url = await playConsul(() => {});
    const complaints = await complaintsOf(askConsul(source(url), edge(50)));
    expect(complaints).toEqual([expect.stringContaining('no answer within 50 ms')]);
  });

  test('an interruption rejects with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const url = await playConsul(() => controller.abort(reason));
    await expect(askConsul(source(url), edge(30_000, controller.signal))).rejects.toBe(reason);
  });
});
