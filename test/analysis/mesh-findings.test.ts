// What is wrong with the mesh itself, kind by kind.

import { describe, expect, test } from 'vitest';
import { emptiedProxies } from '../../src/analysis/emptied.ts';
import { meshFindings } from '../../src/analysis/mesh-findings.ts';
import { restartedProxies } from '../../src/analysis/restarted.ts';
import { createMeshContext } from '../../src/analysis/routed-grid.ts';
import type { Server } from '../../src/domain/server.ts';
import type { ProxyView, TableView } from '../../src/domain/view.ts';
import { mesh, proxyView } from '../support/run-report.ts';

function findingsOf(changes: Readonly<Record<string, Partial<ProxyView>>>, names = ['a', 'b', 'c']) {
  const views = mesh(names, changes);
  const restarted = restartedProxies(views);
  const emptied = emptiedProxies(views, restarted);
  return meshFindings(createMeshContext(views), { mixedByDrift: 0, restarted, emptied, expiryDrift: [], locks: [] });
}

const table = (changes: Partial<TableView>): TableView => ({ ...proxyView('a', []).table!, ...changes });
const server = (
  id: number,
  name: string,
  address: string,
  state: Server['state'] = 'up',
  backend = 'nodes',
): Server => ({ backend, id, name, address, state });
const usual = proxyView('a', []).servers;

test('a healthy mesh has none', () => {
  expect(findingsOf({})).toEqual([]);
});

test('one proxy alone, and no proxy at all', () => {
  expect(findingsOf({}, ['a'])).toEqual([]);
  expect(findingsOf({}, [])).toEqual([]);
});

test.each(['unreachable', 'denied', 'truncated', 'no-table'] as const)('%s is said with its reason', (status) => {
  const trouble = { code: 'refused' as const, message: 'refused the connection', remedy: 'start it' };
  expect(findingsOf({ b: { status, trouble } })).toContainEqual({
    kind: status,
    proxy: 'b',
    peer: null,
    because: 'refused the connection',
  });
});

describe('peers', () => {
  const down = (name: string) => ({ name, state: 'down' as const, protocolErrors: 0 });
  const up = (name: string) => ({ name, state: 'up' as const, protocolErrors: 0 });

  test('a link that both ends call down is one finding', () => {
    const found = findingsOf({ a: { peers: [down('b'), up('c')] }, b: { peers: [down('a'), up('c')] } });
    expect(found).toEqual([{ kind: 'peer-down', proxy: 'a', peer: 'b', because: 'a says down, b says down' }]);
  });

  test('a link that one end calls down is down', () => {
    expect(findingsOf({ a: { peers: [down('b'), up('c')] } })).toMatchObject([
      { kind: 'peer-down', proxy: 'a', peer: 'b' },
    ]);
  });

  test('a peer that is not listed', () => {
    expect(findingsOf({ a: { peers: [up('b')] } })).toMatchObject([
      { kind: 'peer-unknown', proxy: 'a', peer: 'c', because: 'a does not list c as a peer of this table' },
    ]);
  });

  test('peers of which nothing is known say nothing', () => {
    const unknown = { peersKnown: false, localPeer: null, peers: [] };
    expect(findingsOf({ a: unknown, b: unknown, c: unknown })).toEqual([]);
  });

  test('a peer outside of the inventory', () => {
    expect(findingsOf({ a: { peers: [up('b'), up('c'), down('x')] } })).toMatchObject([
      { kind: 'peer-down', proxy: 'a', peer: 'x' },
    ]);
  });

  test('protocol errors', () => {
    expect(findingsOf({ a: { peers: [{ name: 'b', state: 'up', protocolErrors: 3 }, up('c')] } })).toMatchObject([
      { kind: 'peer-errors', proxy: 'a', peer: 'b' },
    ]);
  });
});

describe('servers', () => {
  test('one id for two shards', () => {
    const swapped = [server(12, 'shard-a', '10.0.0.8:443'), server(11, 'shard-b', '10.0.0.9:443')];
    const found = findingsOf({ c: { servers: swapped } });
    expect(found.filter(({ kind }) => kind === 'id-drift').map(({ because }) => because)).toEqual([
      'server id 11 is 10.0.0.8:443 on a, b; 10.0.0.9:443 on c',
      'server id 12 is 10.0.0.9:443 on a, b; 10.0.0.8:443 on c',
    ]);
  });

  test('one id for two shards in two backends of every proxy is no drift', () => {
    const releases = [server(1, 'a', '10.0.0.8:443', 'up', 'r1'), server(1, 'b', '10.0.0.9:443', 'up', 'r2')];
    expect(findingsOf({ a: { servers: releases }, b: { servers: releases }, c: { servers: releases } })).toEqual([]);
  });

  test('backends of other names: an id for two shards here, for one of them there, where the other has another id', () => {
    const both = [server(1, 'a', '10.0.0.8:443', 'up', 'r1'), server(1, 'b', '10.0.0.9:443', 'up', 'r2')];
    const apart = [server(1, 'a', '10.0.0.8:443', 'up', 'r3'), server(2, 'b', '10.0.0.9:443', 'up', 'r3')];
    expect(findingsOf({ a: { servers: both }, b: { servers: both }, c: { servers: apart } })).toEqual([
      {
        kind: 'id-drift',
        proxy: null,
        peer: null,
        because: 'server id 1 is 10.0.0.8:443 on a, b, c; 10.0.0.9:443 on a, b',
      },
    ]);
  });

  test('backends of other names: a release that one proxy does not have yet is no drift of ids', () => {
    const both = [server(1, 'a', '10.0.0.8:443', 'up', 'r1'), server(1, 'b', '10.0.0.9:443', 'up', 'r2')];
    const found = findingsOf({ a: { servers: both }, b: { servers: both }, c: { servers: both.slice(0, 1) } });
    expect(found).toMatchObject([{ kind: 'server-drift', because: 'c has no server 10.0.0.9:443' }]);
  });

  test('a shard that some proxy lacks', () => {
    expect(findingsOf({ c: { servers: usual.slice(0, 1) } })).toEqual([
      { kind: 'server-drift', proxy: 'c', peer: null, because: 'c has no server 10.0.0.9:443' },
    ]);
  });

  test('one name for two shards', () => {
    const renamed = [server(11, 'shard-b', '10.0.0.8:443'), server(12, 'shard-a', '10.0.0.9:443')];
    expect(findingsOf({ c: { servers: renamed } })).toMatchObject([{ kind: 'server-drift' }, { kind: 'server-drift' }]);
  });

  test('up here and down there', () => {
    const down = [usual[0]!, { ...usual[1]!, state: 'down' as const }];
    expect(findingsOf({ b: { servers: down } })).toEqual([
      { kind: 'state-drift', proxy: null, peer: null, because: '10.0.0.9:443 is up on a, c; down on b' },
    ]);
  });

  test('up here and draining there is no drift: both take what sticks', () => {
    expect(findingsOf({ b: { servers: [usual[0]!, { ...usual[1]!, state: 'drain' }] } })).toEqual([]);
  });
});

describe('tables and versions', () => {
  test.each([
    ['table type is string on a, b; ip on c', { type: 'ip' }],
    ['table size is 204800 on a, b; 1024 on c', { size: 102_400 * 0 + 1024, used: 10 }],
  ])('%s', (because, changes) => {
    const fresh = { table: table({ maxExpiresInMs: 299_800 }) };
    const found = findingsOf({ a: fresh, b: fresh, c: { table: table({ maxExpiresInMs: 299_800, ...changes }) } });
    expect(found).toContainEqual({ kind: 'table-drift', proxy: null, peer: null, because });
  });

  test('two versions', () => {
    expect(findingsOf({ b: { haproxy: '3.2.26' } })).toEqual([
      { kind: 'version-skew', proxy: null, peer: null, because: 'HAProxy is 2.6.12 on a, c; 3.2.26 on b' },
    ]);
  });

  test('nine tenths are nearly full', () => {
    expect(
      findingsOf({
        a: { table: table({ size: 1000, used: 900 }) },
        b: { table: table({ size: 1000, used: 899 }) },
        c: { table: table({ size: 1000, used: 1 }) },
      }),
    ).toMatchObject([{ kind: 'table-nearly-full', proxy: 'a' }]);
  });

  test('a proxy younger than its entries live has restarted', () => {
    expect(findingsOf({ b: { uptimeSeconds: 297 }, c: { uptimeSeconds: 298 } })).toMatchObject([
      { kind: 'restarted', proxy: 'b' },
    ]);
  });

  test('a young proxy with less than half of what the others have was emptied; an old one was not', () => {
    const few = table({ entries: 616 });
    expect(findingsOf({ b: { uptimeSeconds: 297, table: few }, c: { table: few } })).toMatchObject([
      { kind: 'restarted' },
    ]);
    expect(findingsOf({ b: { uptimeSeconds: 297, table: few } })).toMatchObject([
      { kind: 'restarted' },
      { kind: 'emptied', proxy: 'b' },
    ]);
  });
});
