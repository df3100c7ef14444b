// The servers: the same ones, with the same weights and backups within a region.

import { describe, expect, test } from 'vitest';
import type { Server } from '../../src/domain/server.ts';
import type { ProxyView } from '../../src/domain/view.ts';
import { said } from '../support/check-facts.ts';
import { mesh, meshFinding, shardA, troubledProxy } from '../support/run-report.ts';

const names = ['hap-a', 'hap-b', 'hap-c'];
const usual: Server = {
  backend: 'nodes',
  id: 11,
  name: 's1',
  address: shardA,
  state: 'up',
  weight: 1,
  isBackup: false,
};

/** Each proxy with one server, changed by name; `region` by its last letter. */
function serving(
  changes: Readonly<Record<string, Partial<Server>>>,
  regions: Readonly<Record<string, string>> = {},
): readonly ProxyView[] {
  return mesh(names).map((view) => ({
    ...view,
    region: regions[view.name] ?? null,
    servers: [{ ...usual, ...changes[view.name] }],
  }));
}

describe('server-weights', () => {
  const alike = 'pass: the same weights and backups on every proxy';
  test.each<[string, readonly ProxyView[], string]>([
    ['alike', serving({}), alike],
    [
      'a weight',
      serving({ 'hap-c': { weight: 5 } }),
      `fail: nodes/s1 (${shardA}) is weight 1 on hap-a, hap-b; weight 5 on hap-c`,
    ],
    [
      'a backup',
      serving({ 'hap-c': { isBackup: true } }),
      `fail: nodes/s1 (${shardA}) is no backup on hap-a, hap-b; backup on hap-c`,
    ],
    [
      'a backup in another region is as it should be',
      serving({ 'hap-c': { isBackup: true } }, { 'hap-a': 'west', 'hap-b': 'west', 'hap-c': 'east' }),
      `${alike} of a region`,
    ],
    [
      'a backup in the same region',
      serving({ 'hap-b': { isBackup: true } }, { 'hap-a': 'west', 'hap-b': 'west', 'hap-c': 'east' }),
      `fail: nodes/s1 (${shardA}) is no backup on hap-a; backup on hap-b`,
    ],
    ['a backend that does not serve the table', serving({ 'hap-c': { weight: 5, counts: false } }), alike],
  ])('%s', (_, proxies, expected) => expect(said({ report: { proxies } }, 'server-weights')).toBe(expected));

  test('a dump that does not tell', () => {
    expect(said({}, 'server-weights')).toBe('pass: the same weights and backups on every proxy');
    const proxies = mesh(names).map((view) => ({
      ...view,
      servers: view.servers.map(({ weight: _, isBackup: __, ...server }) => server),
    }));
    expect(said({ report: { proxies } }, 'server-weights')).toBe(
      'unknown: not known: hap-a, hap-b, hap-c does not tell weights or backups',
    );
  });
});

describe('servers', () => {
  test('the same', () => expect(said({}, 'servers')).toBe('pass: the same 2 shards on every proxy'));

  test('a proxy without any', () => {
    expect(said({ report: { proxies: mesh(names, { 'hap-c': { servers: [] } }) } }, 'servers')).toBe(
      'fail: hap-c has no server at all',
    );
  });

  test('no proxy has one', () => {
    const proxies = mesh(names).map((view) => ({ ...view, servers: [] }));
    expect(said({ report: { proxies } }, 'servers')).toBe('unknown: not known: no proxy has a server');
  });

  test('a proxy that shows no address', () => {
    const proxies = serving({ 'hap-c': { address: null } });
    for (const id of ['servers', 'server-ids', 'server-states'] as const)
      expect(said({ report: { proxies } }, id)).toBe('unknown: not known: hap-c shows no address of a server');
  });

  test('a proxy that said nothing', () => {
    const proxies = [...mesh(names).slice(0, 2), troubledProxy('hap-c')];
    expect(said({ report: { proxies } }, 'servers')).toBe('unknown: not known: hap-c could not be asked');
  });

  test('a difference is said though a proxy is silent', () => {
    const proxies = [...mesh(names).slice(0, 2), troubledProxy('hap-c')];
    const meshFindings = [meshFinding('server-drift', 'hap-a', null, 'hap-a has no server 10.0.0.9:443')];
    expect(said({ report: { proxies, meshFindings } }, 'servers')).toBe(
      'fail: hap-a has no server 10.0.0.9:443; not known: hap-c could not be asked',
    );
  });
});

describe('server-ids', () => {
  test.each<[string, readonly ProxyView[], string]>([
    ['alike', serving({}), 'pass: every id means the same shard on every proxy'],
    [
      'a shard has an id of its own on one proxy, which means nothing elsewhere',
      serving({ 'hap-c': { id: 1 } }),
      `fail: nodes ${shardA} has the id 11 on hap-a, hap-b; 1 on hap-c`,
    ],
    [
      'another backend on one proxy',
      serving({ 'hap-c': { backend: 'other', id: 1 } }),
      'pass: every id means the same shard on every proxy',
    ],
  ])('%s', (_, proxies, expected) => expect(said({ report: { proxies } }, 'server-ids')).toBe(expected));

  test('ids that mean two shards are said once', () => {
    const meshFindings = [meshFinding('id-drift', null, null, 'server id 11 is two shards')];
    expect(said({ report: { proxies: serving({ 'hap-c': { id: 1 } }), meshFindings } }, 'server-ids')).toBe(
      'fail: server id 11 is two shards',
    );
  });
});

describe('server-states', () => {
  const alike = 'pass: every shard has the same state everywhere';
  test.each<[string, readonly ProxyView[], string]>([
    ['up', serving({}), alike],
    [
      'draining on one proxy',
      serving({ 'hap-a': { state: 'drain' } }),
      `fail: ${shardA} is draining on hap-a; up on hap-b, hap-c`,
    ],
    [
      'draining on all',
      mesh(names).map((view) => ({ ...view, servers: [{ ...usual, state: 'drain' }] })),
      `${alike}; draining everywhere: ${shardA}`,
    ],
  ])('%s', (_, proxies, expected) => expect(said({ report: { proxies } }, 'server-states')).toBe(expected));
});

test('a shard that is down everywhere is alike, and said', () => {
  const shards = [
    { address: shardA, name: 's1', names: ['s1'], conferences: 0, participants: null, state: 'down' as const },
  ];
  expect(said({ report: { shards } }, 'server-states')).toBe(
    'pass: every shard has the same state everywhere; down everywhere: s1',
  );
});
