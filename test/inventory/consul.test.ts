// Consul, played by a server in this process.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ProxySource } from '../../src/domain/settings.ts';
import { ConfigError } from '../../src/errors.ts';
import { askConsul } from '../../src/inventory/consul.ts';
import type { Found } from '../../src/inventory/found-host.ts';
import { machine } from './machine.ts';

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
  filter: null,
  endpoint: 'tcp://{host}:9999',
  token: null,
  ...rest,
});

const context = (timeoutMs = 30_000, signal = new AbortController().signal) => machine({ signal, timeoutMs });

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/inventories/${name}.json`, import.meta.url), 'utf8');

const triples = ({ hosts }: Found) => hosts.map(({ name, host, region }) => [name, host, region]);

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
    const hosts = await askConsul(source(`${url}/`, { datacenters: ['a', 'b'], token: 'tok' }), context());
    expect(triples(hosts)).toEqual([
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
    const hosts = await askConsul(source(url, { datacenters: [], service: 'ha proxy' }), context());
    expect(hosts.hosts).toEqual([
      { name: 'hap-1', host: '10.0.0.1', region: 'a', where: 'consul a', port: '80', meta: {} },
    ]);
    expect(asked).toEqual([['/v1/health/service/ha%20proxy', undefined]]);
  });

  test('two registrations of one host are one proxy', async () => {
    const twice = [
      instance('hap-1', '10.0.0.1'),
      instance('hap-1', '10.0.0.1', { Service: { Address: '', Port: 443 } }),
    ];
    const url = await playConsul((_, response) => response.end(JSON.stringify(twice)));
    expect((await askConsul(source(url), context())).hosts).toHaveLength(1);
  });

  test('one name in two datacenters is told apart', async () => {
    const url = await playConsul((request, response) =>
      response.end(JSON.stringify([instance('hap-1', request.url?.includes('dc=a') ? '10.0.0.1' : '10.1.0.1')])),
    );
    const hosts = await askConsul(source(url, { datacenters: ['a', 'b'] }), context());
    expect(hosts.hosts.map(({ name }) => name)).toEqual(['hap-1.a', 'hap-1.b']);
  });
});

describe('which instances are proxies', () => {
  const found = async (answer: string | object[], rest: Partial<ConsulSource> = {}) => {
    const url = await playConsul((_, response) =>
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer)),
    );
    return askConsul(source(url, rest), context());
  };
  const serf = (Status: string) => ({ Checks: [{ CheckID: 'serfHealth', Status }] });

  test("Nomad's two on one node, each with an address: both, told apart", async () => {
    expect(triples(await found(fixture('consul-nomad')))).toEqual([
      ['n1-172.26.64.2', '172.26.64.2', 'a'],
      ['n1-172.26.64.3', '172.26.64.3', 'a'],
    ]);
  });

  test('two ports of one host: two proxies where the pattern asks for the port or what tells them apart', async () => {
    const two = [8001, 8002].map((Port) =>
      instance('n1', '10.0.0.1', {
        Service: { ID: `i${Port}`, Address: '', Port, Meta: { admin_port: `${Port + 1}` } },
      }),
    );
    const names = async (endpoint: string) => (await found(two, { endpoint })).hosts.map(({ name }) => name);
    expect(await names('tcp://{host}:9999')).toEqual(['n1']);
    expect(await names('tcp://{host}:{port}')).toEqual(['n1-8001', 'n1-8002']);
    expect(await names('tcp://{host}:{meta.admin_port}')).toEqual(['n1-8001', 'n1-8002']);
  });

  test('a ghost beside its passing successor is left out, and that is noted', async () => {
    const { hosts, notes } = await found(fixture('consul-ghost'));
    expect(hosts.map(({ name }) => name)).toEqual(['n1']);
    expect(notes).toEqual([
      "Consul's node n1-old (a) is left out: it fails its checks, and n1 has its address 10.0.0.1.",
    ]);
  });

  test.each([
    ['both pass', serf('passing'), serf('passing'), ['n1', 'n2']],
    ['both fail', serf('critical'), serf('critical'), ['n1', 'n2']],
    ['the service fails here, the node is gone there', { Checks: [{ Status: 'critical' }] }, serf('critical'), ['n1']],
  ])('two nodes at one address, %s', async (_, first, second, names) => {
    const { hosts } = await found([instance('n1', '10.0.0.1', first), instance('n2', '10.0.0.1', second)]);
    expect(hosts.map(({ name }) => name)).toEqual(names);
  });

  test('a failing node at an address of its own is a proxy', async () => {
    const { hosts, notes } = await found([instance('n1', '10.0.0.1'), instance('n2', '10.0.0.2', serf('critical'))]);
    expect([hosts.length, notes]).toEqual([2, []]);
  });
});

describe('what is asked', () => {
  test('all datacenters that Consul knows, also those without an instance', async () => {
    const asked: unknown[] = [];
    const url = await playConsul(({ url: path }, response) => {
      asked.push(path);
      const inB = path?.includes('dc=b') ? [instance('hap-1', '10.0.0.1')] : [];
      response.end(JSON.stringify(path === '/v1/catalog/datacenters' ? ['a', 'b'] : inB));
    });
    const hosts = await askConsul(source(url, { datacenters: 'all' }), context());
    expect(triples(hosts)).toEqual([['hap-1', '10.0.0.1', 'b']]);
    expect(asked.sort()).toEqual([
      '/v1/catalog/datacenters',
      '/v1/health/service/haproxy?dc=a',
      '/v1/health/service/haproxy?dc=b',
    ]);
  });

  test('the filter is passed on', async () => {
    const filters: unknown[] = [];
    const url = await playConsul((request, response) => {
      filters.push(new URL(request.url!, url).searchParams.get('filter'));
      response.end(JSON.stringify([instance('hap-1', '10.0.0.1')]));
    });
    const filter = 'Service.Meta.environment == "stage & more"';
    await askConsul(source(url, { filter }), context());
    expect(filters).toEqual([filter]);
  });
});

describe('complaints', () => {
  test('an answer that ACLs have shortened is none', async () => {
    const url = await playConsul((_, response) => {
      response.setHeader('X-Consul-Results-Filtered-By-ACLs', 'true');
      response.end(JSON.stringify([instance('hap-1', '10.0.0.1')]));
    });
    const said =
      'Consul left out of its answer what ACLs hide (X-Consul-Results-Filtered-By-ACLs), so that proxies may be missing:';
    const rights = 'allow service:read on "haproxy" and node:read on every node';
    expect(await complaintsOf(askConsul(source(url), context()))).toEqual([
      `${url}/v1/health/service/haproxy?dc=a: ${said} give proxies.consul.token a token that may ${rights}`,
    ]);
    expect(await complaintsOf(askConsul(source(url, { token: 't' }), context()))).toEqual([
      expect.stringContaining(`the policy of proxies.consul.token must ${rights}`),
    ]);
  });

  test('the header says that nothing was left out', async () => {
    const url = await playConsul((_, response) => {
      response.setHeader('X-Consul-Results-Filtered-By-ACLs', 'false');
      response.end(JSON.stringify([instance('hap-1', '10.0.0.1')]));
    });
    expect((await askConsul(source(url), context())).hosts).toHaveLength(1);
  });

  test('no instance anywhere: the service and the token are named', async () => {
    const url = await playConsul((_, response) => response.end('[]'));
    const complaint = await complaintsOf(askConsul(source(url, { service: 'hapoxy' }), context()));
    expect(complaint).toEqual([
      'proxies.consul: no instance of the service "hapoxy" in a: check its name and the datacenters; where Consul has ACLs it answers so without proxies.consul.token',
    ]);
  });

  test('a certificate that Node does not trust names NODE_EXTRA_CA_CERTS; the wrong scheme is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', [...words, '-subj', '/CN=consul', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const secure = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
      response.end('[]'),
    );
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => secure.close(() => resolve())));
    const { port } = secure.address() as AddressInfo;
    const untrusted = await complaintsOf(askConsul(source(`https://127.0.0.1:${port}`), context()));
    expect(untrusted).toEqual([
      expect.stringMatching(/for the service "haproxy" \(DEPTH_ZERO_SELF_SIGNED_CERT\).*NODE_EXTRA_CA_CERTS=/),
    ]);
    const plain = await playConsul((_, response) => response.end('[]'));
    const noTls = await complaintsOf(askConsul(source(plain.replace('http:', 'https:')), context()));
    expect(noTls).toEqual([expect.stringContaining('this port does not speak TLS: write http://')]);
  });

  test('a refusal names the token, and every datacenter that refuses', async () => {
    const url = await playConsul((_, response) => response.writeHead(403).end('Permission denied: token tok\n'));
    const complaints = await complaintsOf(askConsul(source(url, { datacenters: ['a', 'b'] }), context()));
    expect(complaints).toEqual(
      ['a', 'b'].map(
        (dc) =>
          `${url}/v1/health/service/haproxy?dc=${dc}: Consul answered 403 "Permission denied: token tok" for the service "haproxy": give proxies.consul.token a token that may read nodes and the service`,
      ),
    );
  });

  test('an unknown datacenter', async () => {
    const url = await playConsul((_, response) => response.writeHead(500).end('No path to datacenter'));
    const complaints = await complaintsOf(askConsul(source(url), context()));
    expect(complaints).toEqual([
      expect.stringContaining(
        'answered 500 "No path to datacenter" for the service "haproxy": check proxies.consul.datacenters',
      ),
    ]);
  });

  test('a redirect is not followed', async () => {
    const paths: unknown[] = [];
    const url = await playConsul((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    const complaints = await complaintsOf(askConsul(source(url, { token: 'tok' }), context()));
    expect(complaints).toEqual([expect.stringContaining('answered 302')]);
    expect(paths).toEqual(['/v1/health/service/haproxy?dc=a']);
  });

  test.each(['<html>', '{}', '[null]', '[{"Node":{"Node":"x"}}]'])('the answer %s is not from Consul', async (body) => {
    const url = await playConsul((_, response) => response.end(body));
    const complaints = await complaintsOf(askConsul(source(url), context()));
    expect(complaints).toEqual([expect.stringContaining("is not Consul's list")]);
  });

  test('nobody listens', async () => {
    const url = await playConsul((_, response) => response.end());
    await closers.pop()!();
    const complaints = await complaintsOf(askConsul(source(url), context()));
    expect(complaints).toEqual([
      expect.stringContaining('Consul cannot be asked for the service "haproxy" (ECONNREFUSED)'),
    ]);
  });

  test('a server that never answers costs the deadline, not more', async () => {
    const url = await playConsul(() => {});
    const complaints = await complaintsOf(askConsul(source(url), context(50)));
    expect(complaints).toEqual([expect.stringContaining('no answer for the service "haproxy" within 50 ms')]);
  });

  test('an interruption rejects with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const url = await playConsul(() => controller.abort(reason));
    await expect(askConsul(source(url), context(30_000, controller.signal))).rejects.toBe(reason);
  });
});
