// What Consul says, played by a server in this process, and the proxies that it makes.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { readConsul } from '../../src/inventory/consul.ts';
import type { Found } from '../../src/inventory/found-host.ts';
import { type ConsulSource, closeAll, context, instance, playConsul, source } from './played-consul.ts';

afterEach(closeAll);

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/inventories/${name}.json`, import.meta.url), 'utf8');

const triples = ({ hosts }: Found) => hosts.map(({ name, host, region }) => [name, host, region]);

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
    const hosts = await readConsul(source(`${url}/`, { datacenters: ['a', 'b'], token: 'tok' }), context());
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
    const hosts = await readConsul(source(url, { datacenters: [], service: 'ha proxy' }), context());
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
    expect((await readConsul(source(url), context())).hosts).toHaveLength(1);
  });

  test('one name in two datacenters is told apart', async () => {
    const url = await playConsul((request, response) =>
      response.end(JSON.stringify([instance('hap-1', request.url?.includes('dc=a') ? '10.0.0.1' : '10.1.0.1')])),
    );
    const hosts = await readConsul(source(url, { datacenters: ['a', 'b'] }), context());
    expect(hosts.hosts.map(({ name }) => name)).toEqual(['hap-1.a', 'hap-1.b']);
  });
});

describe('which instances are proxies', () => {
  const found = async (answer: string | object[], rest: Partial<ConsulSource> = {}) => {
    const url = await playConsul((_, response) =>
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer)),
    );
    return readConsul(source(url, rest), context());
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
    const hosts = await readConsul(source(url, { datacenters: 'all' }), context());
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
    await readConsul(source(url, { filter }), context());
    expect(filters).toEqual([filter]);
  });
});
