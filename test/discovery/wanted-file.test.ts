// A file of wanted shards: what it says, and each way of being wrong.

import { describe, expect, test } from 'vitest';
import { readWantedFile } from '../../src/discovery/wanted-file.ts';
import { isWhole } from '../../src/domain/discovery.ts';

test('shards, live release, pins and proxies', () => {
  const text = `
shards:
  - { name: stage-w-s1, address: "10.0.0.1:443", id: 11, release: release-1, region: w }
  - { name: stage-w-s2, address: "[2001:db8::2]:443" }
live: release-1
tenants: { Acme: release-2 }
proxies: [hap-a, { name: hap-b, address: 10.0.0.6 }]
`;
  expect(readWantedFile('wanted.yaml', text)).toEqual({
    source: 'wanted.yaml',
    speaksOf: new Set(['shards', 'live', 'tenants', 'proxies']),
    shards: [
      { name: 'stage-w-s1', address: '10.0.0.1:443', serverId: 11, release: 'release-1', region: 'w', meta: {} },
      { name: 'stage-w-s2', address: '[2001:db8::2]:443', serverId: null, release: null, region: null, meta: {} },
    ],
    liveReleases: [{ datacenter: null, release: 'release-1' }],
    tenantPins: [{ datacenter: null, tenant: 'acme', release: 'release-2' }],
    proxies: [
      { name: 'hap-a', address: null, region: null },
      { name: 'hap-b', address: '10.0.0.6', region: null },
    ],
    troubles: [],
  });
});

test('a file speaks of what it names', () => {
  const catalogue = readWantedFile('wanted.json', '{"shards":[{"name":"s1","address":"10.0.0.1:443"}]}');
  expect([isWhole(catalogue, 'shards'), isWhole(catalogue, 'tenants')]).toEqual([true, false]);
});

describe('a file that is wrong is not used, and says where', () => {
  test.each<[string, string | null, string]>([
    ['that cannot be read', null, 'wanted.yaml cannot be read (ENOENT)'],
    ['of another kind', '- a\n- b\n', 'is no mapping'],
    ['that is no YAML', 'shards: [', 'is no YAML'],
    ['of two documents', 'live: a\n---\nlive: b\n', 'is no YAML'],
    ['with an unknown name', 'shard: []', 'has an unknown name "shard"'],
    ['with a shard of no address', 'shards: [{ name: s1 }]', 'shards[0].address: expected a text'],
    ['with a host for an address', 'shards: [{ name: s1, address: "a:443" }]', 'shards[0].address: expected ip:port'],
    ['with an id that is a text', 'shards: [{ name: s1, address: "10.0.0.1:1", id: "x" }]', 'shards[0].id: expected'],
    ['with shards that are no list', 'shards: { s1: a }', 'shards: expected a list'],
    ['with a live release that is a number', 'live: 42', 'live: expected a text'],
    ['with pins that are a list', 'tenants: [a]', 'tenants: expected a mapping'],
  ])('%s', (_, text, message) => {
    const { shards, troubles } = readWantedFile('wanted.yaml', text, 'ENOENT');
    expect(shards).toEqual([]);
    expect(troubles).toHaveLength(4);
    expect(troubles[0]!.message).toContain(message);
  });
});
