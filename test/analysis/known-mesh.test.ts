// The inventory: where each proxy and shard was learnt, and what disagrees.

import { expect, test } from 'vitest';
import { describeMesh } from '../../src/analysis/known-mesh.ts';
import type { Catalogue } from '../../src/domain/discovery.ts';
import { mesh, shardA, shardB } from '../support/run-report.ts';

const catalogue: Catalogue = {
  source: 'Consul',
  speaksOf: new Set(['shards', 'proxies']),
  shards: [{ name: 'west-s1', address: shardA, serverId: 11, release: null, region: 'west', meta: {} }],
  liveReleases: [],
  tenantPins: [],
  proxies: ['hap-a', 'hap-z'].map((name) => ({ name, address: null, region: 'west' })),
  troubles: [],
};
const views = mesh(['hap-a', 'hap-b']);
const sources = { views, inventory: 'proxies.list', catalogue: null, backends: null };

test('without a source: what the proxies say', () => {
  const { proxies, shards } = describeMesh(sources);
  expect(proxies.map(({ name, learntFrom, disagrees }) => [name, learntFrom, disagrees])).toEqual([
    ['hap-a', ['proxies.list', 'the peers of hap-b'], []],
    ['hap-b', ['proxies.list', 'the peers of hap-a'], []],
  ]);
  expect(shards).toMatchObject([
    { name: 'shard-a', address: shardA, serverIds: [11], learntFrom: ['hap-a', 'hap-b'], disagrees: [] },
    { name: 'shard-b', address: shardB, serverIds: [12] },
  ]);
});

test('with Consul: names, and who does not know whom', () => {
  const { proxies, shards } = describeMesh({ ...sources, catalogue });
  expect(proxies.map(({ name, isRead, disagrees }) => [name, isRead, disagrees])).toEqual([
    ['hap-a', true, []],
    ['hap-b', true, ['Consul does not have it']],
    ['hap-z', null, ['proxies.list does not have it']],
  ]);
  expect(shards).toMatchObject([
    { name: 'shard-b', learntFrom: ['hap-a', 'hap-b'], disagrees: ['Consul does not have it'] },
    { name: 'west-s1', region: 'west', learntFrom: ['Consul', 'hap-a', 'hap-b'], disagrees: [] },
  ]);
});

test('a shard that one proxy lacks, and one whose ids differ', () => {
  const [first, second] = views[0]!.servers;
  const changed = mesh(['hap-a', 'hap-b'], { 'hap-b': { servers: [{ ...first!, id: 7 }] } });
  expect(second!.address).toBe(shardB);
  expect(describeMesh({ ...sources, views: changed }).shards.map(({ disagrees }) => disagrees)).toEqual([
    ['its ids are 7, 11'],
    ['hap-b has no such server'],
  ]);
});

test('servers of backends that are no release are no shards', () => {
  const servers = [
    { ...views[0]!.servers[0]!, backend: 'release-1' },
    { backend: 'local_health', id: 1, name: 'h', address: '127.0.0.1:8080', state: 'up' as const },
  ];
  const jitsi = mesh(['hap-a'], { 'hap-a': { servers } });
  expect(describeMesh({ ...sources, views: jitsi }).shards.map(({ address }) => address)).toEqual([shardA]);
  const globbed = describeMesh({ ...sources, views: jitsi, backends: ['local*'] });
  expect(globbed.shards.map(({ address }) => address)).toEqual(['127.0.0.1:8080']);
});
