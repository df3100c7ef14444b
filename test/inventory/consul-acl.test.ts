// A real Consul 1.8 with ACLs and two datacenters: what it lets which token see, and what is said
// of it.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ConsulServers, consulLacking, startConsul } from '../../lab/servers/consul-server.ts';
import type { ProxySource } from '../../src/domain/settings.ts';
import { ConfigError } from '../../src/errors.ts';
import { readConsul } from '../../src/inventory/consul.ts';
import { machine } from './machine.ts';

type ConsulSource = Extract<ProxySource, { kind: 'consul' }>;

describe.skipIf(consulLacking() !== null)('Consul 1.8', () => {
  let consul: ConsulServers;
  const proxy = (node: string, address: string, environment: string) => ({
    node,
    address,
    service: 'haproxy',
    port: 1024,
    meta: { environment, hostname: `${environment}-${node}`, admin_port: '9999' },
  });
  beforeAll(async () => {
    consul = await startConsul(['dc1', 'dc2']);
    await consul.register('dc1', proxy('n2', '10.0.0.2', 'prod'));
    await consul.register('dc2', proxy('n1', '10.2.0.1', 'stage'));
  });
  // Each time: the leader removes nodes with this check that are no members of its own (every 60
  // s).
  beforeEach(async () => {
    await consul.register('dc1', { ...proxy('n1', '10.0.0.1', 'stage'), serfHealth: 'passing' });
    await consul.register('dc1', { ...proxy('n1-old', '10.0.0.1', 'stage'), serfHealth: 'critical' });
  });
  afterAll(() => consul?.stop());

  const ask = (rest: Partial<ConsulSource>) =>
    readConsul(
      {
        kind: 'consul',
        url: consul.url,
        service: 'haproxy',
        datacenters: [],
        filter: null,
        endpoint: 'tcp://{host}:{meta.admin_port}',
        token: consul.token,
        ...rest,
      },
      machine(),
    );
  const names = async (rest: Partial<ConsulSource>) =>
    (await ask(rest)).hosts.map(({ name, host, region }) => `${name} ${host} ${region}`);
  const complaint = async (rest: Partial<ConsulSource>) => {
    const error = await ask(rest).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error instanceof ConfigError) return error.message;
    throw error ?? new Error('nothing was refused');
  };

  test("all datacenters, the ghost left out; one name in two datacenters is told apart; the agent's own by default", async () => {
    const { hosts, notes } = await ask({ datacenters: 'all' });
    expect(hosts.map(({ name, meta }) => [name, meta?.hostname])).toEqual([
      ['n1.dc1', 'stage-n1'],
      ['n2', 'prod-n2'],
      ['n1.dc2', 'stage-n1'],
    ]);
    expect(notes).toEqual([expect.stringContaining('n1-old (dc1) is left out')]);
    expect(await names({})).toEqual(['n1 10.0.0.1 dc1', 'n2 10.0.0.2 dc1']);
  });

  test.each(['Service.Meta.environment == "stage"', 'ServiceMeta.environment == "stage"'])(
    "a filter in the words of either of Consul's endpoints: %s",
    async (filter) => {
      expect(await names({ datacenters: 'all', filter })).toEqual(['n1.dc1 10.0.0.1 dc1', 'n1.dc2 10.2.0.1 dc2']);
    },
  );

  test('a filter that Consul does not understand, and one that lets nothing through', async () => {
    expect(await complaint({ filter: 'Meat.environment == "stage"' })).toContain(
      'Consul refuses proxies.consul.filter: "Failed to create boolean expression evaluator: Selector',
    );
    expect(await complaint({ filter: 'Service.Meta.environment = "stage"' })).toContain('Consul answered 500');
    expect(await complaint({ filter: 'Service.Meta.environment == "beta"' })).toContain(
      'no instance that proxies.consul.filter lets through of the service "haproxy"',
    );
  });

  test('without a token, with one that it does not know, and with one that may not read the service', async () => {
    expect(await complaint({ token: null })).toContain('it answers so without proxies.consul.token');
    expect(await complaint({ token: 'c0ffee00-0000-0000-0000-000000000000' })).toMatch(
      /Consul answered 403 "ACL not found" for the service "haproxy": it does not know the token in proxies.consul.token/,
    );
    const blind = await consul.makeToken('node_prefix "" { policy = "read" }');
    expect(await complaint({ token: blind })).toContain(
      'the policy of proxies.consul.token must allow service:read on "haproxy" and node:read',
    );
  });

  test('a token that may read the service and every node is enough', async () => {
    const reader = await consul.makeToken('service "haproxy" { policy = "read" } node_prefix "" { policy = "read" }');
    expect(await names({ datacenters: 'all', token: reader })).toHaveLength(3);
  });

  test('a datacenter that is not there', async () => {
    expect(await complaint({ datacenters: ['dc1', 'dc9'] })).toMatch(
      /dc=dc9: Consul answered 500 "No path to datacenter" for the service "haproxy": check proxies.consul.datacenters/,
    );
  });
});
