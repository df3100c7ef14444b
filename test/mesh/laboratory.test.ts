// The laboratory itself, on every HAProxy that is here: what it says it does to real processes
// really happens.

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { absentHaproxies, haproxyBinaries } from '../../lab/haproxy/haproxy-binary.ts';
import { type Mesh, type MeshOptions, startMesh } from '../../lab/mesh/mesh.ts';

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

test('there is at least one HAProxy to test with', () => {
  expect(haproxyBinaries()).not.toEqual([]);
});

describe.each(haproxyBinaries())('HAProxy $version', ({ command, version }) => {
  test('one conference is one shard on a healthy mesh, whichever proxy it comes through', async () => {
    const { request, proxies, shards, untilEntry } = await lab({ binary: command });
    expect(proxies.map((proxy) => [proxy.name, proxy.version, proxy.running])).toEqual([
      ['hap-a', version, true],
      ['hap-b', version, true],
      ['hap-c', version, true],
    ]);
    const first = await request(0, 'standup', { forceShard: 1 });
    expect(first).toEqual({ status: 200, shard: shards[1]?.address });
    for (const i of [1, 2]) {
      await untilEntry(i, 'standup', (entry) => entry?.serverKey === first.shard);
      expect(await request(i, 'standup')).toEqual(first);
    }
    expect(shards[1]?.requests).toEqual(['hap-a', 'hap-b', 'hap-c'].map((proxy) => ({ conference: 'standup', proxy })));
  });

  test('{a: s1, b: s1 | c: s2} over cut links: tables and requests differ; a restored link carries news again', async () => {
    const { split, entry, request, restore, untilPeers, untilEntry, shards } = await lab({ binary: command });
    const landed = await split(
      ['t/standup'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    const [one, two] = shards.map(({ address }) => address);
    expect(landed.map(({ proxy, shard }) => [proxy, shard])).toEqual([
      ['hap-a', one],
      ['hap-c', two],
    ]);
    await untilPeers(0, 2, 'down');
    await untilPeers(0, 1, 'up');
    const keys = await Promise.all([0, 1, 2].map(async (i) => (await entry(i, 't/standup'))?.serverKey));
    expect(keys).toEqual([one, one, two]);
    const served = await Promise.all([0, 1, 2].map(async (i) => (await request(i, 't/standup')).shard));
    expect(served).toEqual([one, one, two]);

    await restore(0, 2);
    await restore(1, 2);
    await untilPeers(0, 2, 'up');
    await untilPeers(1, 2, 'up');
    expect((await request(1, 'retro', { forceShard: 2 })).status).toBe(200);
    await untilEntry(2, 'retro', (found) => found?.serverKey === shards[2]?.address);
  });

  test('a killed proxy is gone, and learns everything again when it starts', async () => {
    const { kill, start, proxies, request, fill, entries, untilPeersUp, untilEntry } = await lab({ binary: command });
    await fill(0, 1000, (n) => ({ key: `room ${n};x`, serverId: 11 + (n % 3) }));
    await untilEntry(2, 'room 999;x', (entry) => entry !== undefined);
    const before = proxies[2]?.pid;
    await kill(2);
    expect(proxies[2]?.running).toBe(false);
    await expect(request(2, 'standup')).rejects.toThrow('ECONNREFUSED');
    await start(2);
    expect(proxies[2]?.pid).not.toBe(before);
    await untilPeersUp();
    await untilEntry(2, 'room 0;x', (entry) => entry?.serverId === 11);
    await untilEntry(2, 'room 999;x', (entry) => entry?.serverId === 11);
    expect((await entries(0)).length).toBe(1000);
  });

  test('layout jitsi: two releases call the shards by other names and share one table', async () => {
    const { request, command: ask, shards, entry } = await lab({ binary: command, layout: 'jitsi', srvkey: 'name' });
    const servers = (await ask(0, 'show servers state'))
      .split('\n')
      .flatMap((line) => /^\d+ (\S+ \d+ \S+)/.exec(line)?.[1] ?? []);
    expect(servers).toEqual([
      ...[1, 2, 3].map((n) => `release-1 ${10 + n} shard-${n}`),
      ...[1, 2, 3].map((n) => `release-2 ${10 + n} r2-shard-${n}`),
    ]);
    expect((await request(0, 'old', { forceShard: 2 })).shard).toBe(shards[2]?.address);
    expect((await entry(0, 'old'))?.serverKey).toBe('shard-3');
    expect((await request(0, 'new', { release: 'release-2', forceShard: 2 })).shard).toBe(shards[2]?.address);
    expect((await entry(0, 'new'))?.serverKey).toBe('r2-shard-3');
  });

  test('a conference name of hostile bytes arrives as it is', async () => {
    const { request, entry, shards } = await lab({ binary: command, proxies: 1 });
    for (const name of ['a b;c="d" \\', 'caf\u00e9 \u2615', 'k use=9 exp=1', '\u001b[31mred\u007f']) {
      const landed = await request(0, name);
      expect((await entry(0, name))?.serverKey).toBe(landed.shard);
      expect(shards.find(({ address }) => address === landed.shard)?.requests.at(-1)?.conference).toBe(name);
    }
    expect((await request(0, Uint8Array.of(0x72, 0xff, 0xfe))).status).toBe(200);
    expect((await entry(0, Uint8Array.of(0x72, 0xff, 0xfe)))?.key).toBe('r\\xFF\\xFE');
  });

  test('ids drift where one proxy lists its servers otherwise', async () => {
    const { command: ask } = await lab({
      binary: command,
      proxies: 2,
      serverIds: [undefined, [2, 0, 1].map((shard) => ({ shard, id: null }))],
    });
    const ids = async (i: number) =>
      (await ask(i, 'show servers state nodes'))
        .split('\n')
        .flatMap((line) => /^\d+ nodes (\d+ shard-\d)/.exec(line)?.[1] ?? []);
    expect(await ids(0)).toEqual(['11 shard-1', '12 shard-2', '13 shard-3']);
    expect(await ids(1)).toEqual(['1 shard-3', '2 shard-1', '3 shard-2']);
  });
});

test.skipIf(haproxyBinaries().length < 2)('the oldest and the newest version share one mesh', async () => {
  const found = haproxyBinaries();
  const { proxies, request, untilEntry } = await lab({
    proxies: 2,
    binary: [found[0]!.command, found.at(-1)!.command],
  });
  expect(proxies.map(({ version }) => version)).toEqual([found[0]!.version, found.at(-1)!.version]);
  for (const [from, to] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const { shard } = await request(from, `from-${from}`);
    await untilEntry(to, `from-${from}`, (entry) => entry?.serverKey === shard);
  }
});

test('a configuration that HAProxy refuses ends in its own words, and nothing is left behind', async () => {
  const attempt = lab({ proxies: 1, configure: (_, text) => text.replace('mode http', 'mode nonsense') });
  const error = await attempt.then(
    () => null,
    (reason: Error) => reason,
  );
  expect(error?.message).toContain("unknown proxy mode 'nonsense'");
  const folder = dirname(/-f (\S+\.cfg)/.exec(error!.message)?.[1] ?? '');
  expect(folder).toContain('splitbrain-mesh-');
  expect(existsSync(folder)).toBe(false);
});
