// A real Consul 1.8 with ACLs and two datacenters, filled as Jitsi fills it: what discovery finds,
// what a token hides, and what is left when Consul ends.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsulServers, consulLacking, startConsul } from '../../lab/servers/consul-server.ts';
import { discover } from '../../src/discovery/discover.ts';
import { isWhole } from '../../src/domain/discovery.ts';
import type { DiscoveryConsul } from '../../src/domain/settings.ts';

const west = 'stage-us-west-2';
const east = 'stage-us-east-1';

describe.skipIf(consulLacking() !== null)('Consul 1.8', () => {
  let consul: ConsulServers;
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-test-'));
  const signal = (
    datacenter: string,
    number: number,
    rest: { environment?: string; address?: string; port?: string } = {},
  ) => {
    const { environment = 'stage', address = `10.0.0.${number}`, port = '443' } = rest;
    const shard = `${datacenter}-s${number}`;
    return consul.register(datacenter, {
      node: `node-${datacenter}-${number}`,
      address,
      service: 'signal',
      port: 5280,
      tags: [environment, 'release-42', `shard-${shard}`],
      meta: {
        environment,
        domain: 'meet.example',
        release_number: '42',
        shard,
        shard_id: String(number),
        http_backend_port: port,
        signal_sidecar_agent_port: '6060',
      },
    });
  };
  const proxy = (datacenter: string, host: number) =>
    consul.register(datacenter, {
      node: `haproxy-${datacenter}-${host}`,
      address: `10.9.0.${host}`,
      service: 'haproxy',
      port: 1024,
      tags: ['stage'],
      meta: { environment: 'stage', hostname: `stage-haproxy-0${host}` },
    });
  beforeAll(async () => {
    consul = await startConsul([west, east]);
    await signal(west, 1);
    await signal(west, 2, { port: '23457' });
    await signal(east, 3);
    await signal(east, 4, { environment: 'prod' });
    await proxy(west, 5);
    await proxy(east, 6);
    for (const datacenter of [west, east]) {
      await consul.put(datacenter, 'releases/stage/live', 'release-42');
      await consul.put(datacenter, 'releases/prod/live', 'release-7');
      await consul.put(datacenter, 'releases/stage/tenant/Acme', 'release-41');
    }
  });
  afterAll(async () => {
    await consul?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function ask(rest: Partial<DiscoveryConsul> = {}, stateFolder = join(folder, 'state')) {
    const settings: DiscoveryConsul = {
      url: consul.url,
      datacenters: 'all',
      token: consul.token,
      shards: 'signal',
      proxies: 'haproxy',
      live: 'releases/stage/live',
      tenants: 'releases/stage/tenant/',
      ...rest,
    };
    const found = await discover(
      { consul: settings, file: null, maps: { live: 'l', tenant: 't' }, maxAgeMs: 3_600_000 },
      {
        environment: 'stage',
        stateFolder,
        readFile: () => '',
        now: Date.now,
        timeoutMs: 20_000,
        signal: new AbortController().signal,
      },
    );
    return found!;
  }
  const wholes = ({ catalogue }: Awaited<ReturnType<typeof ask>>) =>
    (['shards', 'live', 'tenants', 'proxies'] as const).filter((part) => isWhole(catalogue, part));

  test('shards of both forms, live release, pins and proxies of one environment, in both datacenters', async () => {
    const { catalogue, notes } = await ask();
    expect(notes).toEqual([]);
    expect(
      catalogue.shards.map(({ name, address, serverId, release, region }) => [
        name,
        address,
        serverId,
        release,
        region,
      ]),
    ).toEqual([
      [`${west}-s1`, '10.0.0.1:443', 11, 'release-42', west],
      [`${west}-s2`, '10.0.0.2:23457', 12, 'release-42', west],
      [`${east}-s3`, '10.0.0.3:443', 13, 'release-42', east],
    ]);
    expect(catalogue.liveReleases).toEqual([
      { datacenter: west, release: 'release-42' },
      { datacenter: east, release: 'release-42' },
    ]);
    expect(catalogue.tenantPins).toEqual(
      [west, east].map((datacenter) => ({ datacenter, tenant: 'acme', release: 'release-41' })),
    );
    expect(catalogue.proxies.map(({ name, address }) => [name, address])).toEqual([
      ['stage-haproxy-05', '10.9.0.5'],
      ['stage-haproxy-06', '10.9.0.6'],
    ]);
  });

  test('a token that may read the services and no key: only what it hides is unknown', async () => {
    const token = await consul.makeToken(
      'service "signal" { policy = "read" } service "haproxy" { policy = "read" } node_prefix "" { policy = "read" }',
    );
    const found = await ask({ token }, join(folder, 'services'));
    expect(wholes(found)).toEqual(['shards', 'proxies']);
    expect(found.notes.join('\n')).toContain('discovery.consul.token');
  });

  test('a token that may read keys only: no shards and no proxies, said with the rights that lack', async () => {
    const token = await consul.makeToken('key_prefix "releases/" { policy = "read" }');
    const found = await ask({ token }, join(folder, 'keys'));
    expect(wholes(found)).toEqual(['live', 'tenants']);
    expect(found.notes.join('\n')).toContain('no instance of the service "signal"');
    expect(found.notes.join('\n')).toContain('must allow service:read, node:read and key:read');
  });

  test('without a token, and with one that Consul does not know', async () => {
    expect(wholes(await ask({ token: null }, join(folder, 'none')))).toEqual([]);
    const unknown = await ask({ token: 'c0ffee00-0000-0000-0000-000000000000' }, join(folder, 'unknown'));
    expect(wholes(unknown)).toEqual([]);
    expect(unknown.notes.join('\n')).toContain('it does not know the token in discovery.consul.token');
  });

  test('a datacenter that is not there costs what it would know', async () => {
    const found = await ask({ datacenters: [west, 'stage-eu'] }, join(folder, 'eu'));
    expect([wholes(found), found.catalogue.shards.length]).toEqual([[], 2]);
    expect(found.notes).toEqual([expect.stringContaining('No path to datacenter')]);
  });

  test('when Consul has ended, the last good answer stands in and says its age', async () => {
    const before = await ask();
    await consul.stop();
    const after = await ask();
    expect({ ...after.catalogue, troubles: [] }).toEqual({ ...before.catalogue, troubles: [] });
    expect([wholes(after).length, after.notes.length]).toEqual([4, 1]);
    expect(after.notes[0]).toContain('the last good answer stands in, less than a minute old');
  });
});
