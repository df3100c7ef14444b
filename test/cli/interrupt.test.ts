// Ctrl-C at any moment: a quick end with 130 and a word, nothing half-written left behind, older
// files untouched.

import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { type BadProxy, startHung } from '../support/bad-proxies.ts';
import { startSplitbrain } from '../support/splitbrain.ts';

let mesh: Mesh;
let hung: BadProxy;
let scratch: Scratch;
/** Where files may be left behind. */
let place = '';
beforeAll(async () => {
  scratch = makeScratch();
  place = join(scratch.folder, 'place');
  mkdirSync(place);
  hung = await startHung();
  mesh = await startMesh({ proxies: 2 });
  await mesh.split(
    ['t/standup'],
    [
      { proxies: [0], shard: 0 },
      { proxies: [1], shard: 1 },
    ],
  );
});
afterAll(async () => {
  await mesh?.stop();
  await hung?.stop();
  scratch.clear();
});

/** Longer than this test may take: only the signal can end these runs. */
const settling = () => configure(scratch, mesh, { lines: ['confirm: { reads: 2, settle: 10m }'] });
const waiting = () =>
  configure(scratch, mesh, {
    endpoints: { hung: `tcp://127.0.0.1:${hung.port}` },
    lines: ['collect: { timeout: 10m }'],
  });

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s -> %i', (signal, exitCode) => {
  test('while it settles', async () => {
    const run = startSplitbrain(['report', ...settling(), '--log-level', 'info']);
    await run.untilStderr('"nominated"');
    run.kill(signal);
    const ended = await run.ended;
    expect([ended.exitCode, ended.stdout, ended.report]).toEqual([exitCode, '', null]);
    expect(ended.stderr.trimEnd().split('\n').at(-1)).toBe('splitbrain: interrupted: nothing was judged');
  });
});

test('while a proxy keeps it waiting: report and snapshot end, the partial folder is gone', async () => {
  for (const words of [
    ['report', '--save', join(place, 'saved')],
    ['snapshot', join(place, 'snapshot')],
  ]) {
    const before = hung.accepted;
    const run = startSplitbrain([...words, ...waiting()]);
    await until('it waits for the hung proxy', async () => hung.accepted > before || null);
    run.kill('SIGINT');
    const ended = await run.ended;
    expect([ended.exitCode, ended.stdout, readdirSync(place)]).toEqual([130, '', []]);
  }
});

test('while it settles: snapshot leaves neither folder nor partial folder, --json no empty file', async () => {
  const run = startSplitbrain([
    'snapshot',
    join(place, 'new'),
    ...settling(),
    '--log-level',
    'info',
    '--json',
    join(place, 'new.json'),
  ]);
  await run.untilStderr('"nominated"');
  expect(readdirSync(place).some((name) => name.startsWith('new.partial-'))).toBe(true);
  run.kill('SIGINT');
  expect((await run.ended).exitCode).toBe(130);
  expect(readdirSync(place)).toEqual([]);
});

test('an older report stays as it was', async () => {
  const older = scratch.file('older.json', '{"older":true}\n');
  const run = startSplitbrain(['report', ...settling(), '--log-level', 'info', '--json', older]);
  await run.untilStderr('"nominated"');
  run.kill('SIGINT');
  expect((await run.ended).exitCode).toBe(130);
  expect([existsSync(older), readFileSync(older, 'utf8')]).toEqual([true, '{"older":true}\n']);
});

test('lock --on-hosts, after the lock of the folder: it says that this one stands, and how to release it', async () => {
  let asked = 0;
  let isHanging = () => {};
  const hanging = new Promise<void>((resolve) => {
    isHanging = resolve;
  });
  // The first question is whether there is a lock; the second connection would make it.
  const host = createServer((socket) => {
    socket.on('error', () => {});
    asked++;
    if (asked === 1) socket.destroy();
    else isHanging();
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const { port } = host.address() as AddressInfo;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const config = configure(scratch, mesh, {
    endpoints: { far: `ssh://nobody@127.0.0.1:${port}/run/x.sock` },
    lines: [
      `ssh: { agent: false, privateKey: ${scratch.file('key', key)}, knownHosts: ${scratch.file('known', '')} }`,
      `heal: { journal: ${join(scratch.folder, 'locks')} }`,
    ],
  });
  const words = ['lock', '--on-hosts', '--reason', 'work', '--for', '5m', '--owner', 'alice', ...config];
  try {
    const run = startSplitbrain(words);
    await Promise.race([hanging, run.ended]);
    run.kill('SIGINT');
    const { exitCode, stdout } = await run.ended;
    const said = stdout.replaceAll(/\s+/g, ' ');
    expect([exitCode, said]).toEqual([130, expect.stringMatching(/is locked until .* by alice: work\. Interrupted: /)]);
    expect(said).toContain('Release: splitbrain unlock --owner alice --on-hosts');
    const locks = await startSplitbrain(['locks', ...config]).ended;
    expect(locks.stdout).toContain('alice');
  } finally {
    host.close();
  }
});
