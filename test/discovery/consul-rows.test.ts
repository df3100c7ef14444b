// What Consul's rows say, and what is odd about them.

import { describe, expect, test } from 'vitest';
import { readLive, readPins, readProxies, readShards } from '../../src/discovery/consul-rows.ts';

const vm = {
  Node: 'ip-10-0-0-9',
  Address: '10.0.0.9',
  Datacenter: 'stage-us-west-2',
  ServiceAddress: '',
  ServicePort: 5280,
  ServiceTags: ['stage', 'release-42', 'shard-stage-us-west-2-s11'],
  ServiceMeta: {
    environment: 'stage',
    domain: 'meet.example',
    release_number: '42',
    shard: 'stage-us-west-2-s11',
    shard_id: '11',
    http_backend_port: '443',
    signal_sidecar_agent_port: '6060',
  },
};
const nomad = {
  ...vm,
  ServicePort: 23_456,
  ServiceTags: ['meet.example', 'shard-stage-us-west-2-s12', 'release-42'],
  ServiceMeta: { ...vm.ServiceMeta, shard: 'stage-us-west-2-s12', shard_id: '12', http_backend_port: '23457' },
};
const withMeta = (meta: object, rest: object = {}) => ({ ...vm, ...rest, ServiceMeta: { ...vm.ServiceMeta, ...meta } });
const shards = (...rows: unknown[]) => readShards(rows, 'stage');

describe('shards', () => {
  test('on a virtual machine and under Nomad', () => {
    expect(shards(vm, nomad)).toEqual({
      value: [
        expect.objectContaining({
          name: 'stage-us-west-2-s11',
          address: '10.0.0.9:443',
          serverId: 21,
          release: 'release-42',
          region: 'stage-us-west-2',
          meta: vm.ServiceMeta,
        }),
        expect.objectContaining({ name: 'stage-us-west-2-s12', address: '10.0.0.9:23457', serverId: 22 }),
      ],
      odd: null,
    });
  });

  test('those of other environments are nobody of ours; one that is registered twice is one', () => {
    expect(shards(vm, vm, withMeta({ environment: 'prod' }), { ...vm, ServiceMeta: null })?.value).toHaveLength(1);
  });

  test('name and release come from the tags where the metadata lacks them; the id is not guessed', () => {
    const bare = { environment: 'stage', http_backend_port: '443' };
    expect(shards({ ...vm, ServiceMeta: bare })?.value).toMatchObject([
      { name: 'stage-us-west-2-s11', serverId: null, release: 'release-42' },
    ]);
  });

  test('an IPv6 address is spelled as HAProxy has it', () => {
    expect(shards({ ...vm, Address: '2001:db8::9' })?.value).toMatchObject([{ address: '[2001:db8::9]:443' }]);
  });

  test.each<[string, unknown, string]>([
    ['no port', withMeta({ http_backend_port: undefined }), 'has no port in ServiceMeta.http_backend_port'],
    ['a port that is a number', withMeta({ http_backend_port: 443 }), 'has no port in'],
    ['a port beyond all', withMeta({ http_backend_port: '70000' }), 'has no port in'],
    ['a name for an address', { ...vm, Address: 'shard.example' }, "has no IP address as its node's Address"],
    ['an address that is a number', { ...vm, Address: 7 }, 'has no IP address'],
    ['an id that is none', withMeta({ shard_id: 's11' }), 'has the ServiceMeta.shard_id "s11"'],
    ['no name at all', { ...withMeta({ shard: '' }), ServiceTags: 'none' }, 'has no ServiceMeta.shard'],
  ])('%s is odd, and the others are read', (_, row, odd) => {
    const read = shards(row, nomad);
    expect([read?.value.length, read?.odd]).toEqual([1, expect.stringContaining(odd)]);
  });

  test.each([[null], [{}], ['rows'], [[null]], [[7]]])('%j is no answer', (body) => {
    expect(readShards(body, 'stage')).toBeNull();
  });
});

test('proxies are called as their peers call them', () => {
  const row = {
    Node: 'n1',
    Address: '10.0.0.5',
    Datacenter: 'dc1',
    ServiceMeta: { environment: 'stage', hostname: 'stage-haproxy-05' },
  };
  expect(readProxies([row, { ...row, ServiceMeta: { environment: 'stage' } }], 'stage')).toEqual({
    value: [
      { name: 'stage-haproxy-05', address: '10.0.0.5', region: 'dc1' },
      { name: 'n1', address: '10.0.0.5', region: 'dc1' },
    ],
    odd: null,
  });
});

const kv = (Key: string, text: string) => ({ Key, Value: Buffer.from(text).toString('base64') });

test('the live release is the text of its key', () => {
  expect(readLive([kv('releases/stage/live', 'release-42\n')])).toEqual({ value: 'release-42', odd: null });
  expect(readLive([{ Key: 'releases/stage/live', Value: null }])?.odd).toContain('holds no name of a release');
  expect(readLive([])).toEqual({ value: null, odd: null });
  expect(readLive([kv('releases/stage/live', 'release-42'), kv('x', 'y')])).toBeNull();
});

test('pins: tenants are lower-case, folders are none, and what is odd is left out', () => {
  const prefix = 'releases/stage/tenant/';
  const rows = [kv(`${prefix}Acme`, 'release-41'), { Key: prefix, Value: null }, kv(`${prefix}b`, 'two words')];
  expect(readPins(rows, prefix)).toEqual({
    value: [{ tenant: 'acme', release: 'release-41' }],
    odd: `"${prefix}b" holds no name of a release`,
  });
  expect(readPins([kv('elsewhere', 'release-1')], prefix)).toBeNull();
});
