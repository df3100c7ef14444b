// One healer at a time: who is kept out, and that nobody is kept out by the dead.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { type Lock, takeLock } from '../../src/heal/lock.ts';
import { temporaryFolder } from '../support/heal-stage.ts';

const now = new Date('2026-11-21T12:00:00Z');
const pathIn = (folder: string) => join(folder, 'stage.lock');
const take = (folder: string, runId = 'mine') => takeLock(folder, 'stage', runId, now);
const isHeld = (lock: ReturnType<typeof take>): lock is Lock => 'release' in lock;

/** A lock file as another run left it: what this process would write, but for the changes. */
function leave(folder: string, changes: object): void {
  if (!existsSync(pathIn(folder))) take(folder, 'theirs');
  writeFileSync(pathIn(folder), JSON.stringify({ ...JSON.parse(readFileSync(pathIn(folder), 'utf8')), ...changes }));
}

/** The pid of a process that is gone, and has been waited for. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

test('a free lock is taken, says by whom, and is gone after its release', () => {
  const folder = join(temporaryFolder(), 'new');
  const lock = take(folder);
  expect(JSON.parse(readFileSync(pathIn(folder), 'utf8'))).toMatchObject({
    pid: process.pid,
    host: hostname(),
    runId: 'mine',
    since: now.toISOString(),
  });
  if (isHeld(lock)) lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a second run of a living process is kept out, and told by whom', () => {
  const folder = temporaryFolder();
  const lock = take(folder, 'first');
  expect(take(folder, 'second')).toEqual({
    because: `run first (process ${process.pid} on ${hostname()}, since ${now.toISOString()}) is healing stage: wait for it to end`,
  });
  if (isHeld(lock)) lock.release();
  expect(isHeld(take(folder, 'second'))).toBe(true);
});

test('two environments do not keep each other out, whatever they are called', () => {
  const folder = temporaryFolder();
  const locks = ['stage', 'prod', '../up', 'a/b'].map((environment) =>
    takeLock(folder, environment, environment.slice(0, 1), now),
  );
  expect(locks.map(isHeld)).toEqual([true, true, true, true]);
  expect(readdirSync(folder).length).toBe(4);
});

describe('what the dead hold', () => {
  test('a pid that is gone -> taken over', () => {
    const folder = temporaryFolder();
    leave(folder, { pid: deadPid() });
    expect(isHeld(take(folder))).toBe(true);
    expect(readdirSync(folder)).toEqual(['stage.lock']);
    expect(JSON.parse(readFileSync(pathIn(folder), 'utf8')).runId).toBe('mine');
  });

  test('a pid that is somebody else’s by now -> taken over', () => {
    const folder = temporaryFolder();
    leave(folder, { startTicks: '1' });
    expect(isHeld(take(folder))).toBe(true);
  });

  test.each([
    '',
    '{"pid":',
    'garbage',
    'null',
    '42',
    '{}',
    '[]',
    '{"pid":"1","host":"h","runId":"r"}',
    '{"pid":0,"host":"h","runId":"r"}',
  ])('a file that no run has written: %j -> taken over', (text) => {
    const folder = temporaryFolder();
    writeFileSync(pathIn(folder), text);
    expect(isHeld(take(folder))).toBe(true);
  });
});

describe('what cannot be known to be dead', () => {
  test('another host -> kept out, and told what to remove', () => {
    const folder = temporaryFolder();
    leave(folder, { host: 'elsewhere', pid: deadPid() });
    expect(take(folder)).toMatchObject({
      because: expect.stringContaining(`or remove ${pathIn(folder)} if that host is gone`),
    });
  });

  test('a machine that shows no start times: a pid that lives is taken to be the holder', () => {
    const folder = temporaryFolder();
    leave(folder, { startTicks: null });
    expect(isHeld(take(folder))).toBe(false);
  });
});

test('of many processes that find the same dead holder at once, one wins', async () => {
  const folder = temporaryFolder();
  leave(folder, { pid: deadPid() });
  // Each says what came of it and lives until its input ends, so that whoever won is alive while the others try.
  const source = `import { takeLock } from ${JSON.stringify(new URL('../../src/heal/lock.ts', import.meta.url).href)};
    const lock = takeLock(${JSON.stringify(folder)}, 'stage', 'run-' + process.pid, new Date());
    process.stdout.write('release' in lock ? 'won' : 'lost');
    process.stdin.resume();`;
  const racers = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type', 'module', '--eval', source], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  try {
    const said = await Promise.all(racers.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
    expect(said.sort()).toEqual(['lost', 'lost', 'lost', 'won']);
  } finally {
    for (const racer of racers) racer.stdin.end();
    await Promise.all(racers.map((racer) => racer.exitCode ?? once(racer, 'exit')));
  }
  expect(readdirSync(folder)).toEqual(['stage.lock']);
});

test('a release takes away no lock but its own', () => {
  const folder = temporaryFolder();
  const lock = take(folder, 'first');
  if (!isHeld(lock)) throw new Error(lock.because);
  leave(folder, { runId: 'second' });
  lock.release();
  expect(existsSync(pathIn(folder))).toBe(true);
});

test('a release of a lock that somebody removed by hand is no trouble', () => {
  const folder = temporaryFolder();
  const lock = take(folder);
  if (!isHeld(lock)) throw new Error(lock.because);
  rmSync(pathIn(folder));
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder that cannot be had -> a complaint', () => {
  const folder = join(temporaryFolder(), 'file');
  writeFileSync(folder, '');
  expect(() => take(folder)).toThrow(ConfigError);
});
