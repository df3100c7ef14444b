// Snapshots of real meshes against each other and against the live mesh: what really happened to
// conferences, proxies, servers and maps between two looks is what `compare` says.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { jitsiShape } from '../support/jitsi-shape.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const scratch = makeScratch();
afterAll(() => scratch.clear());
let runs = 0;
const newPath = (name: string) => join(scratch.folder, `${name}-${runs++}`);

async function snapshot(config: readonly string[]): Promise<string> {
  const folder = newPath('snapshot');
  const { exitCode, stderr } = await runSplitbrain(['snapshot', folder, ...config, '--log-level', 'silent']);
  expect([exitCode, stderr]).toEqual([0, '']);
  return folder;
}

async function compare(...words: readonly string[]) {
  const path = newPath('compare.json');
  const run = await runSplitbrain(['compare', ...words, '--json', path, '--log-level', 'silent']);
  const json = JSON.parse(readFileSync(path, 'utf8'));
  const changes = (json.changes as { kind: string; key: string; because: string | null }[]).map(
    ({ kind, key, because }) => [kind, key, ...(because === null ? [] : [because])].join(' '),
  );
  const fates = Object.fromEntries(
    (json.proxies as { name: string; fate: string }[]).map(({ name, fate }) => [name, fate]),
  );
  expect(json.exitCode).toBe(run.exitCode);
  return { exitCode: run.exitCode, stdout: run.stdout, json, changes, fates };
}

async function everywhere(mesh: Mesh, name: string): Promise<void> {
  for (const proxy of mesh.proxies.keys()) await mesh.untilEntry(proxy, name, (entry) => entry !== undefined);
}

describe.each(newestHaproxy())('HAProxy $version: three proxies, three shards', ({ command: binary }) => {
  let mesh: Mesh;
  let before = '';
  const config = () => configure(scratch, mesh);
  const hostile = 'x\u001b]0;boo\u0007\u001b[31m';
  beforeAll(async () => {
    mesh = await startMesh({ binary });
    for (const [n, name] of ['stays', 'moves', 'parts', hostile].entries()) {
      await mesh.request(n % 3, name, { forceShard: 0 });
      await everywhere(mesh, name);
    }
    before = await snapshot(config());
  });
  afterAll(() => mesh?.stop());

  test('nothing happened: 0, to another snapshot and to the live mesh', async () => {
    for (const after of [[await snapshot(config())], ['--live', ...config()]]) {
      const { exitCode, changes, fates, json, stdout } = await compare(before, ...after);
      expect([exitCode, changes, json.counts.kept]).toEqual([0, [], 4]);
      expect(Object.values(fates)).toEqual(['same', 'same', 'same']);
      expect(stdout).toMatch(/^KEPT {2}no conference changed shard of the 4 that both sides hold, and none was lost/);
    }
  });

  test('the wrong order, and one folder twice, are refused', async () => {
    const after = await snapshot(config());
    for (const [words, complaint] of [
      [[after, before], 'is older than BEFORE'],
      [[before, before], 'is the same folder as'],
      [[before, after, '--table', 'other'], 'this snapshot is of table nodes, not other'],
      [[before], 'which AFTER?'],
    ] as const) {
      const { exitCode, stderr } = await runSplitbrain(['compare', ...words]);
      expect([exitCode, stderr]).toEqual([64, expect.stringContaining(complaint)]);
    }
  });

  test('one really moved, one is split, one is new, and a name acts on nothing', async () => {
    for (const name of ['moves', hostile]) {
      await mesh.request(1, name, { forceShard: 1 });
      for (const proxy of [0, 1, 2]) await mesh.untilEntry(proxy, name, (entry) => entry?.serverId === 12);
    }
    await mesh.request(0, 'young', { forceShard: 2 });
    await everywhere(mesh, 'young');
    expect((await mesh.request(2, 'moves')).shard).toBe(mesh.shards[1]!.address);
    const moved = await compare(before, '--live', ...config());
    expect([moved.exitCode, moved.changes.slice(0, 1), moved.changes.slice(2)]).toEqual([
      2,
      ['moved moves'],
      ['new young'],
    ]);
    expect(moved.json.moves).toEqual([{ from: mesh.shards[0]!.address, to: mesh.shards[1]!.address, count: 2 }]);
    expect(moved.stdout).toMatch(/^MOVED {2}2 of 4 conferences changed shard/);
    expect(moved.stdout).toContain('x\\x1b]0;boo\\x07\\x1b[31m');
    await mesh.split(
      ['parts'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 2 },
      ],
    );
    const split = await compare(before, '--live', ...config());
    expect([split.exitCode, split.changes.filter((change) => change.startsWith('apart'))]).toEqual([
      2,
      ['apart parts'],
    ]);
    expect(split.json.counts).toMatchObject({ moved: 2, apart: 1, lost: 0 });
  });

  test('a proxy is another process, with its entries; then one cannot be read', async () => {
    await mesh.restore(0, 2);
    await mesh.restore(1, 2);
    await mesh.untilPeersUp();
    await mesh.kill(1);
    await mesh.start(1);
    await everywhere(mesh, 'stays');
    const restarted = await compare(before, '--live', ...config());
    expect(restarted.fates).toEqual({ 'hap-a': 'same', 'hap-b': 'restarted', 'hap-c': 'same' });
    expect(restarted.json.counts.lost).toBe(0);
    await mesh.kill(1);
    const unread = await compare(before, '--live', ...config());
    expect([unread.exitCode, unread.json.view, unread.fates['hap-b']]).toEqual([3, 'incomplete', 'unread']);
    expect(unread.stdout).toContain('AFTER has 2 of 3 proxies in full: there may be more');
  });
});

test('a proxy restarts without peers: what it alone held is lost, the rest expires in its time', async () => {
  const mesh = await startMesh({ proxies: 2, expire: '20s' });
  try {
    const config = configure(scratch, mesh);
    await mesh.cut(0, 1);
    await mesh.request(0, 'alone');
    await mesh.request(1, 'elsewhere');
    const before = await snapshot(config);
    await mesh.kill(0);
    await mesh.start(0);
    const lost = await compare(before, '--live', ...config);
    expect([lost.exitCode, lost.changes]).toEqual([2, ['lost alone restarted']]);
    expect(lost.json.proxies[0]).toMatchObject({ name: 'hap-a', fate: 'restarted', emptied: true });
    await mesh.untilEntry(1, 'elsewhere', (entry) => entry === undefined);
    await mesh.request(1, 'later');
    const expired = await compare(before, '--live', ...config);
    expect(expired.changes).toContain('expired elsewhere time-over');
    // Nothing is on both sides any more: no shard was compared.
    expect([expired.exitCode, expired.json.counts.kept]).toEqual([3, 0]);
  } finally {
    await mesh.stop();
  }
});

test('a server is gone, a map changed, a proxy has another name', async () => {
  const shape = jitsiShape(scratch);
  const mesh = await startMesh({ layout: 'jitsi', configure: shape.configure });
  try {
    const lines = [`discovery: { maps: { live: ${shape.live}, tenant: ${shape.tenant} } }`];
    const config = configure(scratch, mesh, { lines });
    await mesh.request(0, 'first', { forceShard: 0 });
    await everywhere(mesh, 'first');
    const before = await snapshot(config);
    for (const proxy of [0, 1, 2]) await mesh.command(proxy, `set map ${shape.live} live release-2`);
    const mapped = await compare(before, '--live', ...config);
    expect([mapped.exitCode, mapped.json.maps]).toEqual([
      0,
      [{ map: 'live', key: 'live', before: ['release-1'], after: ['release-2'] }],
    ]);
    for (const [proxy, { configPath }] of mesh.proxies.entries()) {
      const text = readFileSync(configPath, 'utf8');
      writeFileSync(configPath, text.replaceAll(/^ +(?:server|use-server) \S*s3\b.*\n/gm, ''));
      await mesh.kill(proxy);
      await mesh.start(proxy);
      await until(
        () => `proxy ${proxy} holds the conference again`,
        async () => (await mesh.entry(proxy, 'first')) ?? null,
      );
    }
    const renamed = ['--proxy', `other=${mesh.proxies[0]!.socketPath}`];
    const proxies = [...renamed, ...mesh.proxies.slice(1).flatMap(({ socketPath }) => ['--proxy', socketPath])];
    const gone = await compare(before, '--live', ...proxies);
    expect(gone.json.servers).toMatchObject([{ kinds: ['gone'] }]);
    expect(Object.values(gone.fates).sort()).toEqual(['gone', 'new', 'restarted', 'restarted']);
  } finally {
    await mesh.stop();
  }
});
