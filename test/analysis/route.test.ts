// HAProxy's rule: the key where it names a server, else the id, else nothing.

import { expect, test } from 'vitest';
import { routeOf } from '../../src/analysis/route.ts';
import { createServerDirectory } from '../../src/analysis/server-directory.ts';
import type { Server, ServerState } from '../../src/domain/server.ts';

const server = (id: number, name: string, address: string, state: ServerState = 'up', backend = 'nodes'): Server => ({
  backend,
  id,
  name,
  address,
  state,
});
const simple = createServerDirectory([
  server(11, 'a', '10.0.0.1:443'),
  server(12, 'b', '10.0.0.2:443'),
  server(13, 'c', '10.0.0.3:443', 'maint'),
  server(14, 'd', '10.0.0.4:443', 'drain'),
]);
const releases = createServerDirectory([
  server(1, 's', '10.0.0.1:443', 'up', 'release-1'),
  server(1, 's', '10.0.0.2:443', 'up', 'release-2'),
  server(2, 't', '10.0.0.2:443', 'up', 'release-2'),
]);

test.each([
  ['the key counts', simple, 11, '10.0.0.1:443', '10.0.0.1:443', true, false],
  ['the key counts, also against the id', simple, 12, '10.0.0.1:443', '10.0.0.1:443', true, true],
  ['the name is a key too', simple, 12, 'b', '10.0.0.2:443', true, false],
  ['without a key the id counts', simple, 12, null, '10.0.0.2:443', true, false],
  ['a key that names no server leaves it to the id', simple, 12, '10.9.9.9:443', '10.0.0.2:443', true, false],
  ['a key that names a server in maintenance does not', simple, 12, '10.0.0.3:443', '10.0.0.3:443', false, true],
  ['a draining server is followed', simple, 14, '10.0.0.4:443', '10.0.0.4:443', true, false],
  ['an id that the proxy has not is no contradiction', simple, 99, '10.0.0.1:443', '10.0.0.1:443', true, false],
] as const)('%s', (_, directory, serverId, serverKey, shard, usable, mixed) => {
  expect(routeOf({ serverId, serverKey }, directory)).toMatchObject({ shard, usable, mixed });
});

test.each([
  ['neither key nor id names a server', simple, 99, '10.9.9.9:443', 'no-server'],
  ['id 0, as a bare `set` leaves it', simple, 0, null, 'no-server'],
  ['an id of two shards in two backends', releases, 1, null, 'ambiguous'],
  ['a name and an id of two shards', releases, 1, 's', 'ambiguous'],
  ['a name of two shards: the backend decides, whatever the id', releases, 2, 's', 'ambiguous'],
] as const)('%s: no known route', (_, directory, serverId, serverKey, reason) => {
  expect(routeOf({ serverId, serverKey }, directory)).toMatchObject({ shard: null, reason });
});

test('servers, none of which counts: not known, and not taken at its word', () => {
  const blind = createServerDirectory([{ ...server(11, 'a', '10.0.0.1:443'), counts: false }]);
  expect(routeOf({ serverId: 11, serverKey: '10.0.0.1:443' }, blind)).toMatchObject({
    shard: null,
    reason: 'no-addresses',
  });
});

test('a shard that takes requests in one backend and not in the other is partly usable, which is not followed', () => {
  const differing = createServerDirectory([
    server(11, 'a', '10.0.0.1:443', 'up', 'release-1'),
    server(11, 'r2-a', '10.0.0.1:443', 'maint', 'release-2'),
  ]);
  for (const serverKey of [null, '10.0.0.1:443', 'a', 'r2-a'])
    expect(routeOf({ serverId: 11, serverKey }, differing)).toMatchObject({
      shard: '10.0.0.1:443',
      usable: false,
      partly: true,
    });
});

test('a backend that lacks the shard beside others places the request anew; one with other shards says nothing', () => {
  const both = (second: readonly Server[]) =>
    createServerDirectory([
      server(11, 'a', '10.0.0.1:443', 'up', 'release-1'),
      server(12, 'b', '10.0.0.2:443', 'up', 'release-1'),
      ...second,
    ]);
  const lacking = both([server(12, 'r2-b', '10.0.0.2:443', 'up', 'release-2')]);
  const apart = both([server(21, 'x', '10.0.0.9:443', 'up', 'other')]);
  const label = { serverId: 11, serverKey: '10.0.0.1:443' };
  expect(routeOf(label, lacking)).toMatchObject({ shard: '10.0.0.1:443', usable: false, partly: true });
  expect(routeOf(label, apart)).toMatchObject({ shard: '10.0.0.1:443', usable: true, partly: false });
});

test.each([
  ['a name', 's'],
  ['no key', null],
])('%s where no server address is known: not known, which is not nowhere', (_, serverKey) => {
  const unresolved = { ...server(1, 's', ''), address: null };
  for (const servers of [[], [unresolved]])
    expect(routeOf({ serverId: 1, serverKey }, createServerDirectory(servers))).toMatchObject({
      shard: null,
      reason: 'no-addresses',
    });
});

test("a proxy of which no server address is known is taken at its key's word", () => {
  expect(routeOf({ serverId: 1, serverKey: '::1:443' }, createServerDirectory([]))).toMatchObject({
    shard: '[::1]:443',
    usable: true,
  });
});
