// `check --wait`: begins failing, says what is missing, and passes when it is mended; ends when the
// time is over; ends by Ctrl-C.

import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { readCheck } from '../support/check-runs.ts';
import { runSplitbrain, startSplitbrain } from '../support/splitbrain.ts';

const scratch = makeScratch();
afterAll(() => scratch.clear());

let mesh: Mesh;
beforeEach(async () => {
  mesh = await startMesh();
  await mesh.cut(0, 1);
  await mesh.untilPeers(0, 1, 'down');
  await mesh.untilPeers(1, 0, 'down');
});
afterEach(() => mesh?.stop());

test('a link that comes back: fails first, then passes', async () => {
  const running = startSplitbrain(['check', '--json', '-', '--wait', '50s', ...configure(scratch, mesh)]);
  await running.untilStderr('1 item does not pass yet: peer-links; waiting for');
  await mesh.restore(0, 1);
  const { exitCode, stdout } = await running.ended;
  expect([exitCode, readCheck(stdout).verdict]).toEqual([0, 'pass']);
});

test('a proxy joins while it waits, and the inventory cannot be read for a while: it is read again', async () => {
  await mesh.restore(0, 1);
  const list = scratch.file('hosts.json', '');
  const hosts = (...proxies: readonly number[]) =>
    writeFileSync(
      list,
      JSON.stringify(
        proxies.map((i) => ({ name: mesh.proxies[i]!.name, host: '127.0.0.1', port: mesh.proxies[i]!.statsPort })),
      ),
    );
  const text = [
    'environment: laboratory',
    'proxies:',
    `  command: { run: [cat, ${list}], endpoint: "tcp://{host}:{port}" }`,
    '  expect: 3',
    '',
  ];
  const config = ['-c', scratch.file('inventory.yaml', text.join('\n'))];
  hosts(0, 1);
  const running = startSplitbrain(['check', '--json', '-', '--wait', '50s', ...config]);
  await running.untilStderr('proxies, ');
  writeFileSync(list, '');
  await running.untilStderr('proxies.command (cat): printed no hosts');
  hosts(0, 1, 2);
  const { exitCode, stdout } = await running.ended;
  expect([exitCode, readCheck(stdout).peers.rows.map(({ proxy }) => proxy)]).toEqual([0, ['hap-a', 'hap-b', 'hap-c']]);
});

test('time is over: the last result, with its exit code', async () => {
  const { exitCode, stdout, stderr } = await runSplitbrain(['check', '--wait', '3s', ...configure(scratch, mesh)]);
  expect([exitCode, stderr.match(/does not pass yet/g)?.length]).toEqual([2, 1]);
  expect(stdout).toMatch(/^FAIL {2}1 of \d+ items fails/);
  expect(stdout).toContain('Exit code 2: an item fails.');
});

test('a proxy that takes connections and says nothing: the first check ends by its own limits', async () => {
  const config = configure(scratch, mesh, { lines: ['collect: { timeout: 2s, firstByte: 1s }'] });
  process.kill(mesh.proxies[2]!.pid, 'SIGSTOP');
  try {
    const { exitCode, stdout } = await runSplitbrain(['check', '--wait', '1s', ...config]);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('hap-c')]);
  } finally {
    process.kill(mesh.proxies[2]!.pid, 'SIGCONT');
  }
});

test('Ctrl-C while it waits: 130, and no verdict', async () => {
  const running = startSplitbrain(['check', '--wait', '10m', ...configure(scratch, mesh)]);
  await running.untilStderr('does not pass yet');
  running.kill('SIGINT');
  const { exitCode, stdout } = await running.ended;
  expect([exitCode, stdout]).toEqual([130, '']);
});
