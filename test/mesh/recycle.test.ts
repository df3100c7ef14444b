// A recycle in full: the pool is doubled, the new proxies missed their resync, and the gate fails.
// A fill, and the gate passes; then traffic and the scale-down. The same without the fill loses
// conferences. Requests are the judge.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { joinLate } from '../../lab/mesh/newcomers.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const script = join(project, 'jobs/gate.sh');
const rooms = Array.from({ length: 30 }, (_, n) => `team/room-${n}`);
const before = [0, 1];
const after = [2, 3];

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const scratch = makeScratch();
  let mesh: Mesh;
  let saves = 0;
  afterEach(async () => {
    await mesh?.stop();
  });
  afterAll(() => scratch.clear());

  const lines = () => [`heal: { journal: ${join(scratch.folder, 'journal')}, settle: 400ms }`];
  /** The words for a mesh of these proxies. */
  const configOf = (proxies: readonly number[]) =>
    configure(scratch, { proxies: proxies.map((i) => mesh.proxies[i]!) }, { lines: lines() });
  /** The gate as the recycle job runs it, from the project's folder. */
  const gate = (fill: 'yes' | 'no') => {
    const [, config] = configOf([...before, ...after]);
    const words = [script, config!, join(scratch.folder, `out-${fill}`), 'hap-c', 'hap-d'];
    const env = { ...process.env, FILL: fill, EXPECT: '4', WAIT: '30s' };
    const child = spawn('sh', words, { cwd: project, env, stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    return new Promise<{ readonly exitCode: number | null; readonly stdout: string }>((resolve) =>
      child.once('close', (exitCode) => resolve({ exitCode, stdout })),
    );
  };
  /** Where a request through each of the proxies lands, by conference. */
  const landings = async (proxies: readonly number[]) => {
    const shards = new Map<string, (string | null)[]>();
    for (const room of rooms) {
      const landed: (string | null)[] = [];
      for (const i of proxies) landed.push((await mesh.request(i, room)).shard);
      shards.set(room, landed);
    }
    return shards;
  };
  const unmoved = (proxies: readonly number[], home: string) =>
    new Map(rooms.map((room) => [room, proxies.map(() => home)]));

  /** {a, b: s1} for each room; c and d join, know everybody, and hold nothing. */
  async function poolsDoubled(): Promise<{ readonly home: string; readonly saved: string }> {
    mesh = await startMesh({ binary: command, proxies: 4, members: 2 });
    for (const room of rooms) await mesh.request(0, room, { forceShard: 0 });
    await mesh.untilEntry(1, rooms.at(-1)!, (entry) => entry !== undefined);
    const saved = await snapshot(before, 'before');
    await joinLate(mesh, before, after);
    return { home: mesh.shards[0]!.address, saved };
  }
  async function snapshot(proxies: readonly number[], name: string): Promise<string> {
    const folder = join(scratch.folder, `${name}-${saves++}`);
    const run = await runSplitbrain(['snapshot', folder, ...configOf(proxies)]);
    expect([0, 2, 3], run.stderr).toContain(run.exitCode);
    return folder;
  }
  async function compare(one: string, other: string) {
    const path = join(scratch.folder, 'compared.json');
    const { exitCode, stdout } = await runSplitbrain(['compare', one, other, '--json', path]);
    return { exitCode, stdout, counts: JSON.parse(readFileSync(path, 'utf8')).counts };
  }
  /** The old proxies go, and the new ones no longer list them. */
  async function scaleDown(): Promise<void> {
    for (const i of before) await mesh.kill(i);
    await mesh.relist(after, after);
    await mesh.untilPeersUp();
  }

  test('with the fill: the gate fails, fills, passes; no conference changes its shard, to the end', async () => {
    const { home, saved } = await poolsDoubled();
    const closed = await gate('no');
    expect([closed.exitCode, closed.stdout]).toEqual([2, expect.stringContaining('hap-c')]);
    const open = await gate('yes');
    expect([open.exitCode, open.stdout], open.stdout).toEqual([0, expect.stringContaining('FILLED  30 of 30')]);
    expect(await landings(after)).toEqual(unmoved(after, home));
    expect(await landings(before)).toEqual(unmoved(before, home));
    await scaleDown();
    const remaining = await runSplitbrain(['check', '--after-scale-down', ...configOf(after)]);
    expect([remaining.exitCode, remaining.stdout], remaining.stdout).toEqual([0, expect.any(String)]);
    expect(await landings(after)).toEqual(unmoved(after, home));
    const compared = await compare(saved, await snapshot(after, 'after'));
    expect([compared.exitCode, compared.counts], compared.stdout).toMatchObject([0, { moved: 0, lost: 0 }]);
  });

  test('without the fill: the first requests through the new proxies move conferences for the whole mesh', async () => {
    const { home, saved } = await poolsDoubled();
    const moved = [...(await landings(after)).values()].filter((landed) => landed.some((shard) => shard !== home));
    // Balanced over three shards: about two of three.
    expect(moved.length).toBeGreaterThanOrEqual(rooms.length / 3);
    await scaleDown();
    const gone = [...(await landings(after)).values()].filter((landed) => landed.some((shard) => shard !== home));
    expect(gone.length).toBeGreaterThanOrEqual(rooms.length / 3);
    const compared = await compare(saved, await snapshot(after, 'after'));
    expect(compared.exitCode, compared.stdout).toBe(2);
    expect(compared.counts.moved).toBeGreaterThanOrEqual(rooms.length / 3);
  });
});
