// A real Consul 1.8 with ACLs and two datacenters joined over loopback: shards write their reports
// as Jitsi's sidecars do, and the census reads them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConsulServers, consulLacking, startConsul } from '../../lab/servers/consul-server.ts';
import { type SignalShard, startSignalShard } from '../../lab/servers/signal-shard.ts';
import { DOMAIN, PREFIX, read, shard, consul as source } from './reading.ts';

const [WEST, EAST] = ['stage-west', 'stage-east'];

describe.skipIf(consulLacking() !== null)('Consul 1.8', () => {
  let consul: ConsulServers;
  const shards: SignalShard[] = [];
  /** As its sidecar does every minute. */
  const write = async (datacenter: string, one: SignalShard, at = new Date()) =>
    consul.put(datacenter, PREFIX + one.name, one.report(at));
  const rooms = (name: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({
      jid: `[acme]${name}-%c3%b2-${n}@conference.${DOMAIN}`,
      occupants: 3,
      createdAtMs: 1_764_331_000_000,
    }));

  beforeAll(async () => {
    consul = await startConsul([WEST, EAST]);
    for (const name of ['stage-west-s1', 'stage-west-s2', 'stage-east-s1']) {
      shards.push(await startSignalShard({ name, domain: DOMAIN, hasOldModule: name === 'stage-west-s2' }));
    }
    shards[0]!.state.rooms = rooms('w', 2);
    shards[2]!.state.rooms = rooms('e', 1);
    await write(WEST, shards[0]!);
    await write(WEST, shards[1]!);
    await write(EAST, shards[2]!);
    await consul.put(WEST, 'signal-report/stage-2/other-s1', shards[0]!.report(new Date()));
    await consul.put(EAST, 'signal-report/prod/', '');
  });
  afterAll(async () => {
    await Promise.all(shards.map((one) => one.stop()));
    await consul?.stop();
  });

  const now = () => Date.now();
  const census = (given: Parameters<typeof read>[1] = {}, rest: Parameters<typeof source>[1] = {}) =>
    read(source(consul.url, { token: consul.token, ...rest }), { now, ...given });

  test('both datacenters: every shard of this environment, and no other', async () => {
    const { counted, gaps, notes, shards: said } = await census();
    expect(counted).toEqual({
      'stage-west-s1': ['[acme]w-%c3%b2-0 2', '[acme]w-%c3%b2-1 2'],
      'stage-west-s2': [],
      'stage-east-s1': ['[acme]e-%c3%b2-0 2'],
    });
    expect([gaps, notes]).toEqual([[], []]);
    for (const { reportedAt } of said) expect(Date.now() - reportedAt!.getTime()).toBeLessThan(90_000);
  });

  test('a datacenter that is named; one that is not there', async () => {
    expect(Object.keys((await census({}, { datacenters: [EAST] })).counted)).toEqual(['stage-east-s1']);
    const { gaps, counted } = await census({}, { datacenters: [EAST, 'stage-north'] });
    expect(Object.keys(counted)).toEqual(['stage-east-s1']);
    expect(gaps).toMatchObject([{ name: 'stage-north', trouble: { code: 'status' } }]);
    expect(gaps[0]?.trouble.message).toContain('No path to datacenter');
  });

  test('a token that may read them, and one that may read nothing', async () => {
    const reader = await consul.makeToken(`key_prefix "${PREFIX}" { policy = "read" }`);
    expect(Object.keys((await census({}, { token: reader })).counted)).toHaveLength(3);
    // 1.8 does not say that it left keys out: what is known from elsewhere shows it.
    for (const token of [null, await consul.makeToken('node_prefix "" { policy = "read" }')]) {
      const { gaps, shards: said } = await census({ shards: [shard('stage-west-s1', '10.0.0.1:443')] }, { token });
      expect(gaps).toMatchObject([{ name: PREFIX, trouble: { code: 'no-report' } }]);
      expect(gaps[0]?.trouble.remedy).toContain('ACLs hide keys'.slice(token === null ? 0 : 99));
      expect(said).toMatchObject([{ status: 'unanswered', trouble: { code: 'no-report' } }]);
    }
    const half = await consul.makeToken(`key_prefix "${PREFIX}stage-west-s1" { policy = "read" }`);
    const known = ['stage-west-s1', 'stage-west-s2'].map((name, n) => shard(name, `10.0.0.${n}:443`));
    expect((await census({ shards: known }, { token: half })).shards.map(({ name, status }) => [name, status])).toEqual(
      [
        ['stage-west-s1', 'ok'],
        ['stage-west-s2', 'unanswered'],
      ],
    );
  });

  test('a token that Consul does not know', async () => {
    const { gaps } = await census({}, { token: '00000000-0000-0000-0000-00000000dead', datacenters: [WEST] });
    expect(gaps).toMatchObject([{ name: WEST, trouble: { code: 'denied' } }]);
    expect(gaps[0]?.trouble.remedy).toContain('does not know the token in census.consul.token');
  });

  test('a report that grew beyond 512 KB: Consul refuses it, the old one stays and goes stale', async () => {
    const large = shards[1]!;
    large.state.rooms = rooms('many', 3_000);
    const old = new Date(Date.now() - 600_000);
    await write(WEST, large, old);
    large.state.rooms = rooms('many', 6_000);
    await expect(write(WEST, large)).rejects.toThrow('413');
    const { shards: said } = await census();
    expect(said.find(({ name }) => name === large.name)).toMatchObject({ status: 'stale', trouble: { code: 'old' } });
    expect(said.find(({ name }) => name === large.name)?.trouble?.remedy).toContain(
      'Consul refuses values over 512 KB',
    );
    large.state.rooms = [];
    await write(WEST, large);
  });

  test('one name in both datacenters: the newest counts', async () => {
    await write(EAST, shards[0]!, new Date(Date.now() - 60_000));
    const { shards: said, counted } = await census();
    expect(
      said
        .filter(({ name }) => name === 'stage-west-s1')
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['duplicate', 'ok']);
    expect(counted['stage-west-s1']).toHaveLength(2);
  });
});
