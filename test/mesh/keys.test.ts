// Keys on real HAProxies: every byte that a user can put into a conference's name goes in, comes
// out, and is found again.

import { afterEach, describe, expect, test } from 'vitest';
import { absentHaproxies, haproxyBinaries } from '../../lab/haproxy/haproxy-binary.ts';
import { type Mesh, type MeshOptions, startMesh } from '../../lab/mesh/mesh.ts';
import { until } from '../../lab/until.ts';
import { decodeKey, encodeKey } from '../../src/domain/key.ts';
import type { Endpoint } from '../../src/domain/proxy.ts';
import { ProtocolError } from '../../src/errors.ts';
import { systemClock } from '../../src/process/clock.ts';
import { createTableReader, type TableReader } from '../../src/runtime-api/table-reader.ts';
import { collect } from '../../src/snapshot/collect.ts';
import { createEntryGrid } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { socketTransport } from '../../src/transport/socket.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { collectingSink } from '../support/collected-entries.ts';
import { hostileNames } from '../support/hostile-names.ts';

for (const { name, reason } of absentHaproxies()) console.warn(`not tested: ${name}: ${reason}`);

let mesh: Mesh | undefined;
async function lab(options: MeshOptions): Promise<Mesh> {
  mesh = await startMesh(options);
  return mesh;
}
afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

const signal = new AbortController().signal;
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

function adminSocket({ proxies }: Mesh, proxy = 0): Endpoint & { kind: 'unix' } {
  return { kind: 'unix', path: proxies[proxy]!.socketPath };
}
const readerAt = (endpoint: Exclude<Endpoint, { kind: 'ssh' }>, table = 'nodes') =>
  createTableReader(socketTransport(endpoint, { timeoutMs: 20_000, firstByteMs: 20_000 }), table, 30_000);

async function dumpOf(reader: TableReader) {
  const sink = collectingSink();
  const dump = await reader.dump(sink, signal);
  return { ...dump, found: sink.entries };
}

/**
 * A header cannot carry CR, LF and NUL, and HAProxy takes blanks off its ends and the last of a
 * comma list.
 */
const sayableByHttp = (name: string) => !/[\r\n\0,]|[ \t]$/.test(name);

test('there is at least one HAProxy to test with', () => {
  expect(haproxyBinaries()).not.toEqual([]);
});

describe.each(haproxyBinaries())('HAProxy $version', ({ command, version }) => {
  test('every byte and every hostile name, by command and by request, comes back as it went in and is found by its key', async () => {
    const { fill, request, ...rest } = await lab({ binary: command, proxies: 1, shards: 2 });
    const byCommand = hostileNames.map((bytes) => latin1(bytes));
    await fill(0, byCommand.length, (n) => ({ key: hostileNames[n]!, serverId: 11 + (n % 2) }));
    const byHttp = byCommand.map((name) => `h${name.slice(0, 198)}`).filter(sayableByHttp);
    for (const name of byHttp)
      expect([name, (await request(0, Buffer.from(name, 'latin1'))).status]).toEqual([name, 200]);
    await request(0, '');

    const names = [...byCommand, ...byHttp, ''];
    const reader = readerAt(adminSocket({ ...rest, fill, request }));
    const { found, ...dump } = await dumpOf(reader);
    expect(dump).toMatchObject({
      outcome: 'complete',
      entries: new Set(names).size,
      unreadableLines: 0,
      brokenBy: null,
    });
    expect(found.map(({ key }) => latin1(decodeKey(key))).sort()).toEqual([...new Set(names)].sort());
    expect(found.map(({ key }) => encodeKey(decodeKey(key)))).toEqual(found.map(({ key }) => key));

    const keys = found.map(({ key }) => key);
    const again = collectingSink();
    expect(await reader.entries(keys, again, signal)).toEqual(['']);
    const life = ({ key, serverId, serverKey }: (typeof found)[number]) => [key, serverId, serverKey];
    expect(again.entries.map(life)).toEqual(found.filter(({ key }) => key !== '').map(life));
    expect((await dumpOf(reader)).found.map(life).sort()).toEqual(found.map(life).sort());
  });

  test('keys that are not there are not there, and asking for them makes none', async () => {
    const reader = readerAt(adminSocket(await lab({ binary: command, proxies: 1, shards: 1 })));
    const sink = collectingSink();
    expect(await reader.entries(hostileNames.map(encodeKey), sink, signal)).toEqual([]);
    expect(sink.entries).toEqual([]);
    expect(await dumpOf(reader)).toMatchObject({ outcome: 'complete', entries: 0 });
  });

  test('a key of 200 bytes fills a table of `len 200`, one of 199 does not', async () => {
    const { fill, ...rest } = await lab({ binary: command, proxies: 1, shards: 1 });
    const keys = ['f'.repeat(200), '\xff'.repeat(200), `${'r'.repeat(199)}\r`];
    const shorter = ['s'.repeat(199), '\xfe'.repeat(199), 'short', 'sh'];
    const all = [...keys, ...shorter].map((key) => Buffer.from(key, 'latin1'));
    await fill(0, all.length, (n) => ({ key: all[n]!, serverId: 11 }));
    const reader = readerAt(adminSocket({ ...rest, fill }));
    const fills = async (key: string) => reader.fillsKeyLength(encodeKey(Buffer.from(key, 'latin1')), signal);
    expect(await Promise.all(keys.map(fills))).toEqual([true, true, true]);
    expect(await Promise.all(shorter.map(fills))).toEqual([false, false, false, false]);
    // A longer name is not in the table, though HAProxy would answer with the entry of the one it
    // cuts it to.
    const sink = collectingSink();
    await reader.entries([`${'f'.repeat(200)}g`, 'f'.repeat(200)], sink, signal);
    expect(sink.entries.map(({ key }) => key)).toEqual(['f'.repeat(200)]);
  });

  test('a dump of 50,000 entries is complete, each entry once', async () => {
    const { fill, ...rest } = await lab({ binary: command, proxies: 1, shards: 1 });
    await fill(0, 50_000, (n) => ({ key: `room ${n}@conference.example`, serverId: 11 + (n % 7) }));
    const { found, ...dump } = await dumpOf(readerAt(adminSocket({ ...rest, fill })));
    expect(dump).toMatchObject({ outcome: 'complete', entries: 50_000, unreadableLines: 0, header: { used: 50_000 } });
    const ids = new Map(found.map(({ key, serverId }) => [key, serverId]));
    expect(ids.size).toBe(50_000);
    for (let n = 0; n < 50_000; n += 997) expect(ids.get(`room\\ ${n}@conference.example`)).toBe(11 + (n % 7));
  });

  test('at level user the dump is denied, nothing asks for a key, and no entry is held', async () => {
    const here = await lab({ binary: command, proxies: 1, shards: 1, level: 'user' });
    await here.fill(0, 3, (n) => ({ key: `room${n}`, serverId: 11 }));
    const requests: string[] = [];
    const socket = socketTransport(
      { kind: 'tcp', host: '127.0.0.1', port: here.proxies[0]!.statsPort },
      { timeoutMs: 20_000, firstByteMs: 20_000 },
    );
    const watched: Transport = {
      ask: (request, ...rest) => {
        requests.push(request);
        return socket.ask(request, ...rest);
      },
      close: () => socket.close(),
    };
    const reader = createTableReader(watched, 'nodes', 30_000);
    const refused = async (ask: Promise<unknown>) => {
      const error = await ask.catch((reason) => reason);
      return error instanceof ProtocolError ? error.code : error;
    };
    // Before any dump has told the level, and after.
    expect(await refused(reader.entries(['room0'], collectingSink(), signal))).toBe('level');
    expect(await refused(reader.fillsKeyLength('room0', signal))).toBe('level');
    const target = { name: 'hap-a', region: null, endpoint: adminSocket(here) };
    const grid = createEntryGrid({ keys: createKeyTable(1), proxyCount: 1, admitsNewKeys: true, keepsExpiries: false });
    const options = {
      table: 'nodes',
      concurrency: 1,
      perRegion: 1,
      keyLength: null,
      maps: null,
      clock: systemClock,
      signal,
      keeper: null,
    };
    const views = await collect([{ target, reader }], grid, { ...options, onProgress: () => {} });
    expect(views).toMatchObject([{ status: 'denied', trouble: { code: 'level' }, haproxy: version }]);
    expect(await dumpOf(reader)).toMatchObject({ outcome: 'denied', entries: 0, found: [] });
    expect(await refused(reader.entries(['room0'], collectingSink(), signal))).toBe('level');
    expect(requests.filter((request) => request.includes('key'))).toEqual([]);
    expect(await here.command(0, 'show table nodes')).not.toMatch(/ use=[1-9]/);
  });

  test('a table that is not there', async () => {
    const reader = readerAt(adminSocket(await lab({ binary: command, proxies: 1, shards: 1 })), 'node;s x');
    expect(await dumpOf(reader)).toMatchObject({ outcome: 'no-such-table', header: null, entries: 0 });
    expect(await reader.entries(['a'], collectingSink(), signal).catch(({ code }) => code)).toBe('no-such-table');
    expect((await reader.state(signal)).tables.map(({ name }) => name)).toEqual(['nodes']);
  });

  test('{a, b} of two releases: version, servers and peers as they are; a cut link is down at both ends', async () => {
    const here = await lab({ binary: command, proxies: 2, shards: 2, layout: 'jitsi' });
    const { proxies, shards, cut, restore, untilPeers, untilPeersUp } = here;
    const readers = [0, 1].map((proxy) => readerAt(adminSocket(here, proxy)));
    const servers = ['release-1', 'release-2'].flatMap((backend, release) =>
      shards.map(({ address }, n) => ({
        backend,
        id: 11 + n,
        name: `${release === 0 ? '' : 'r2-'}shard-${n + 1}`,
        address,
        state: 'up',
        weight: 1,
        isBackup: false,
      })),
    );
    const linkOf = (proxy: number, state: string) => [{ name: proxies[1 - proxy]!.name, state, protocolErrors: 0 }];
    await untilPeersUp();
    for (const [proxy, reader] of readers.entries()) {
      expect(await reader.state(signal)).toEqual({
        haproxy: version,
        pid: proxies[proxy]!.pid,
        uptimeSeconds: expect.any(Number),
        startedAtSeconds: expect.any(Number),
        servers,
        tables: [{ name: 'nodes', type: 'string', size: 204_800, used: 0 }],
        peersKnown: true,
        peersRemark: null,
        localPeer: proxies[proxy]!.name,
        peers: linkOf(proxy, 'up'),
        // The other end may have described the table already.
        onlyHeard: expect.any(Array),
      });
    }
    await cut(0, 1);
    await untilPeers(0, 1, 'down');
    for (const [proxy, reader] of readers.entries())
      expect((await reader.state(signal)).peers).toEqual(linkOf(proxy, 'down'));
    await restore(0, 1);
    await untilPeersUp();
    await until('both links are up again', async () => {
      const states = await Promise.all(readers.map((reader) => reader.state(signal)));
      return states.every(({ peers }) => peers[0]?.state === 'up') ? true : null;
    });
  });
});
