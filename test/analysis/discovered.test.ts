// What the mesh has against what there ought to be, by table.

import { describe, expect, test } from 'vitest';
import { compareWithWanted } from '../../src/analysis/discovered.ts';
import type { Catalogue, DiscoveryTrouble, WantedShard } from '../../src/domain/discovery.ts';
import type { Server } from '../../src/domain/server.ts';
import type { MapView, ProxyView } from '../../src/domain/view.ts';
import { mesh } from '../support/run-report.ts';

const S1 = 'stage-w-s1';
const S2 = 'stage-w-s2';
const shard = (name: string, address: string, rest: Partial<WantedShard> = {}): WantedShard => ({
  name,
  address,
  serverId: 10 + Number(name.slice(-1)),
  release: 'release-1',
  region: 'stage-w',
  meta: {},
  ...rest,
});
const wanted = (rest: Partial<Catalogue> = {}): Catalogue => ({
  source: 'Consul',
  speaksOf: new Set(['shards', 'live', 'tenants', 'proxies']),
  shards: [shard(S1, '10.0.0.1:443'), shard(S2, '10.0.0.2:443', { release: 'release-2' })],
  liveReleases: [{ datacenter: 'stage-w', release: 'release-1' }],
  tenantPins: [{ datacenter: 'stage-w', tenant: 'acme', release: 'release-2' }],
  proxies: [],
  troubles: [],
  ...rest,
});
const unanswered = (part: DiscoveryTrouble['part']): DiscoveryTrouble => ({
  part,
  datacenter: 'stage-w',
  message: 'no answer',
  remedy: 'ask again',
  answerFromMs: null,
});

/** As Jitsi's configuration has them: every shard in every release. */
const servers: readonly Server[] = [
  { backend: 'release-1', id: 11, name: `1-${S1}`, address: '10.0.0.1:443', state: 'up' },
  { backend: 'release-1', id: 12, name: `1-fallback-${S2}`, address: '10.0.0.2:443', state: 'up' },
  { backend: 'release-2', id: 11, name: `2-fallback-${S1}`, address: '10.0.0.1:443', state: 'up' },
  { backend: 'release-2', id: 12, name: `2-${S2}`, address: '10.0.0.2:443', state: 'up' },
  { backend: S1, id: 1, name: `shard-${S1}`, address: '10.0.0.1:443', state: 'up', counts: false },
];
const map = (entries: Readonly<Record<string, string>>): MapView => ({
  kind: 'read',
  entries: new Map(Object.entries(entries)),
});
const maps = (live: Readonly<Record<string, string>>, tenant: Readonly<Record<string, string>>) => ({
  maps: { live: map(live), tenant: map(tenant) },
});
const usual: Partial<ProxyView> = {
  servers,
  uptimeSeconds: 600,
  ...maps({ live: 'release-1' }, { acme: 'release-2' }),
};
const without = (unwanted: (server: Server) => boolean) => ({ servers: servers.filter((server) => !unwanted(server)) });

/** `b` is what a case changes. */
function found(changes: Partial<ProxyView>, catalogue: Catalogue | null = wanted()) {
  const views = mesh(['a', 'b', 'c'], { a: usual, b: { ...usual, ...changes }, c: usual });
  const { first, others } = compareWithWanted(views, catalogue);
  return [...first, ...others].map(({ kind, proxy, because }) => `${kind} ${proxy}: ${because}`);
}

const loaded = 'it loaded its configuration 10 min ago';

test('a mesh that is as it ought to be', () => {
  expect(found({})).toEqual([]);
  expect(found({}, null)).toEqual([]);
});

describe('servers', () => {
  test.each<[string, Partial<ProxyView>, Catalogue, string[]]>([
    [
      'a shard that one proxy lacks everywhere',
      without(({ address }) => address === '10.0.0.2:443'),
      wanted(),
      [`server-drift b: b lacks ${S2} (10.0.0.2:443), by Consul; ${loaded}`],
    ],
    [
      'a shard that one proxy lacks in one release',
      without(({ backend, id }) => backend === 'release-2' && id === 11),
      wanted(),
      [`server-drift b: b lacks ${S1} (10.0.0.1:443) in release-2, by Consul; ${loaded}`],
    ],
    [
      'a release that one proxy does not have',
      without(({ backend }) => backend === 'release-2'),
      wanted(),
      [`server-drift b: b has no backend release-2, by Consul; ${loaded}`],
    ],
    [
      'a shard under another id',
      { servers: servers.map((server) => (server.id === 12 ? { ...server, id: 7 } : server)) },
      wanted(),
      [`server-drift b: b has ${S2} under the id 7 instead of 12, by Consul; ${loaded}`],
    ],
    [
      'a shard that moved (Nomad)',
      { servers: servers.map((server) => (server.id === 12 ? { ...server, address: '10.0.0.2:9000' } : server)) },
      wanted(),
      [`server-drift b: b has ${S2} at 10.0.0.2:9000 instead of 10.0.0.2:443, by Consul; ${loaded}`],
    ],
    [
      'a shard that has gone',
      { servers: [...servers, { ...servers[0]!, id: 13, name: '1-stage-w-s3', address: '10.0.0.3:443' }] },
      wanted(),
      [`server-drift b: b still has stage-w-s3 (10.0.0.3:443), by Consul; ${loaded}`],
    ],
    [
      'a shard that may be in the datacenter that did not answer',
      { servers: [...servers, { ...servers[0]!, id: 13, name: '1-stage-w-s3', address: '10.0.0.3:443' }] },
      wanted({ troubles: [unanswered('shards')] }),
      [],
    ],
    [
      'a shard that is registered twice: either address will do',
      {},
      wanted({ shards: [...wanted().shards, shard(S1, '10.0.0.9:443')] }),
      [],
    ],
    ['a proxy that was not read', { servers: [], status: 'unreachable' }, wanted(), []],
  ])('%s', (_, changes, catalogue, findings) => {
    expect(found(changes, catalogue)).toEqual(findings);
  });

  test('many shards are one finding a proxy', () => {
    const many = Array.from({ length: 9 }, (_, n) => shard(`stage-w-x${n}`, `10.0.1.${n}:443`));
    const [finding, ...others] = found({}, wanted({ shards: [...wanted().shards, ...many] }));
    expect(finding).toContain('stage-w-x4 (10.0.1.4:443) and 4 more');
    expect(others).toHaveLength(2);
  });
});

describe('a live release without a backend is said first', () => {
  test.each<[string, Partial<ProxyView>, Catalogue | null, string]>([
    [
      'no such backend',
      without(({ backend }) => backend === 'release-1'),
      wanted(),
      `server-drift b: release-1 is live, and b has no such backend: it cannot place a new conference there; ${loaded}`,
    ],
    [
      'no usable server, and no Consul',
      { servers: servers.map((server) => (server.backend === 'release-1' ? { ...server, state: 'maint' } : server)) },
      null,
      `server-drift b: release-1 is live, and b has no usable server in its backend: it cannot place a new conference there; ${loaded}`,
    ],
    [
      'an empty map',
      maps({}, { acme: 'release-2' }),
      wanted(),
      'map-drift b: the map of the live release is empty on b: it answers every request with 503',
    ],
  ])('%s', (_, changes, catalogue, finding) => {
    expect(found(changes, catalogue)[0]).toBe(finding);
  });
});

describe('maps', () => {
  const other = maps({ live: 'release-1' }, { acme: 'release-1', beta: 'release-2' });
  test.each<[string, Partial<ProxyView>, Catalogue | null, string[]]>([
    [
      'pins against Consul',
      other,
      wanted(),
      [
        'map-drift b: the map of tenant pins on b differs from Consul: acme is release-1, ought to be release-2, beta is still release-2',
      ],
    ],
    [
      'pins against the other proxies',
      other,
      null,
      [
        'map-drift b: the map of tenant pins on b differs from that of most proxies: acme is release-1, ought to be release-2, beta is still release-2',
      ],
    ],
    [
      'pins against the other proxies, where Consul did not answer for them',
      maps({ live: 'release-1' }, {}),
      wanted({ troubles: [unanswered('tenants')] }),
      [
        'map-drift b: the map of tenant pins on b differs from that of most proxies: acme is not there, ought to be release-2',
      ],
    ],
    [
      'a live release that one proxy does not have yet',
      maps({ live: 'release-2' }, { acme: 'release-2' }),
      wanted(),
      ['map-drift b: the map of the live release on b differs from Consul: live is release-2, ought to be release-1'],
    ],
    [
      'a map that one proxy does not have',
      { maps: { live: map({ live: 'release-1' }), tenant: { kind: 'unknown', isAbsent: true, why: 'no such map' } } },
      wanted(),
      ['map-drift b: the map of tenant pins is not known on b: no such map'],
    ],
  ])('%s', (_, changes, catalogue, findings) => {
    expect(found(changes, catalogue)).toEqual(findings);
  });

  test('two proxies without Consul: nobody is right, and both are named', () => {
    const views = mesh(['a', 'b'], { a: usual, b: { ...usual, ...other } });
    expect(compareWithWanted(views, null).others.map(({ proxy, because }) => [proxy, because])).toEqual([
      [
        null,
        'the map of tenant pins differs: acme is release-2 on a and release-1 on b, beta is not there on a and release-2 on b',
      ],
    ]);
  });

  test('a map that no proxy has is a wrong setting, said once', () => {
    const lacking = {
      ...usual,
      maps: { live: map({ live: 'release-1' }), tenant: { kind: 'unknown', isAbsent: true, why: 'x' } as const },
    };
    const views = mesh(['a', 'b'], { a: lacking, b: lacking });
    expect(compareWithWanted(views, null).others.map(({ because }) => because)).toEqual([
      'no proxy has the map of tenant pins: check discovery.maps.tenant (x)',
    ]);
  });

  test('each proxy follows the datacenter of its region; datacenters that differ are said', () => {
    const two = wanted({
      liveReleases: [
        { datacenter: 'stage-w', release: 'release-1' },
        { datacenter: 'stage-e', release: 'release-2' },
      ],
      tenantPins: [],
    });
    const east = { ...usual, ...maps({ live: 'release-2' }, {}) };
    const west = { ...usual, ...maps({ live: 'release-1' }, {}) };
    const views = mesh(['a', 'b', 'c'], {
      a: { ...west, region: 'w' },
      b: { ...east, region: 'w' },
      c: { ...east, region: 'stage-e' },
    });
    expect(compareWithWanted(views, two).others.map(({ proxy }) => proxy)).toEqual([null, 'b']);
  });
});

test('a proxy that Consul has and that one proxy does not list as a peer', () => {
  const views = mesh(['a', 'b'], {
    a: { ...usual, peers: [...mesh(['a', 'b', 'z'])[0]!.peers] },
    b: usual,
  });
  const proxies = ['a', 'b', 'z'].map((name) => ({ name, address: null, region: null }));
  expect(compareWithWanted(views, wanted({ proxies })).others).toMatchObject([
    { kind: 'peer-unknown', proxy: 'b', peer: 'z', because: expect.stringContaining('b does not list z as a peer') },
  ]);
});
