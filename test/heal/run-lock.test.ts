// One heal at a time: which run is kept out, and that no dead run keeps another one out.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { LEASE_MS, takeLease } from '../../src/heal/run-lock.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { deadPid, isHeld, leave, mustTake, never, now, pathIn, releaseAll, since, take } from './taken-lease.ts';

afterEach(releaseAll);

test('a lock file that cannot be read is left where it is: it may be a living run of another user', async () => {
  const folder = temporaryFolder();
  // Root may read every file, but no user can read a link to itself.
  symlinkSync('stage.lock', pathIn(folder));
  expect(await take(folder)).toEqual({ problem: expect.stringContaining('the lock cannot be taken') });
  expect(readdirSync(folder)).toEqual(['stage.lock']);
});

test('a free lock is taken, names its holder, and is removed at its release', async () => {
  const folder = join(temporaryFolder(), 'new');
  const lease = await mustTake(folder);
  expect(JSON.parse(readFileSync(pathIn(folder), 'utf8'))).toEqual({
    runId: 'mine',
    since,
    pid: process.pid,
    host: hostname(),
    bootId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    pidNamespace: expect.stringMatching(/^pid:\[\d+\]$/),
    startTicks: expect.stringMatching(/^\d+$/),
  });
  expect([lease.takenOver, lease.lost(), statSync(pathIn(folder)).mode & 0o777]).toEqual([null, null, 0o600]);
  lease.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a second run of a living process is kept out at once, and the holder is named', async () => {
  const folder = temporaryFolder();
  const lease = await mustTake(folder, 'first');
  const clock = createFakeClock(now);
  expect(await take(folder, 'second', clock)).toEqual({
    because: `run first (process ${process.pid} on ${hostname()}, since ${since}) is healing stage: wait for it to end`,
  });
  expect(clock.now()).toBe(now);
  lease.release();
  expect(isHeld(await take(folder, 'second'))).toBe(true);
});

test('two environments do not keep each other out, whatever they are called', async () => {
  const folder = temporaryFolder();
  for (const name of ['stage', 'prod', '../up', 'a/b'])
    expect(isHeld(await take(folder, name.slice(0, 1), createFakeClock(now), name))).toBe(true);
  expect(readdirSync(folder).length).toBe(4);
});

describe('a lock of a dead process of this kernel and pid namespace is taken over at once, with a note', () => {
  test('a pid that is gone', async () => {
    const folder = temporaryFolder();
    await leave(folder, { pid: deadPid(), host: 'renamed' });
    const clock = createFakeClock(now);
    const { takenOver } = await mustTake(folder, 'mine', clock);
    expect(takenOver).toMatch(
      /^run theirs \(process \d+ on renamed, since .*\) is gone and did not give its lock back/,
    );
    expect([clock.now(), readdirSync(folder)]).toEqual([now, ['stage.lock']]);
    expect(JSON.parse(readFileSync(pathIn(folder), 'utf8')).runId).toBe('mine');
  });

  test('a pid that is another process by now', async () => {
    const folder = temporaryFolder();
    await leave(folder, { startTicks: '1' });
    expect((await mustTake(folder)).takenOver).toContain('is gone');
  });

  test('a process that was killed, and whose parent does not wait for it', async () => {
    const folder = temporaryFolder();
    // The shell becomes a program that waits for no child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
    const child = Number(String((await once(parent.stdout, 'data'))[0]));
    const stat = () => readFileSync(`/proc/${child}/stat`, 'utf8').split(' ');
    await leave(folder, { pid: child, startTicks: stat()[21] });
    expect(isHeld(await take(folder))).toBe(false);
    process.kill(child, 'SIGKILL');
    while (stat()[2] !== 'Z') await new Promise(setImmediate);
    expect((await mustTake(folder)).takenOver).toContain('is gone');
    parent.kill('SIGKILL');
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
  ])('a file that no run has written: %j', async (text) => {
    const folder = temporaryFolder();
    writeFileSync(pathIn(folder), text);
    expect((await mustTake(folder)).takenOver).toBe(null);
  });
});

describe('a holder whose pid means nothing here', () => {
  const elsewhere = [
    ['another kernel, the same host name', { bootId: '00000000-0000-4000-8000-000000000000' }],
    ['another container of this kernel, the same host name', { pidNamespace: 'pid:[1]' }],
    ['no boot id, another host', { bootId: null, pidNamespace: null, host: 'elsewhere' }],
  ] as const;

  test.each(elsewhere)('%s, which gives signs of life -> kept out as soon as one is seen', async (_, changes) => {
    const folder = temporaryFolder();
    await leave(folder, { ...changes, pid: deadPid() });
    const clock = createFakeClock(now);
    // Its clock is a day behind: only that the time changes counts.
    clock.after(2_600, () => utimesSync(pathIn(folder), now / 1000 - 86_400, now / 1000 - 86_400));
    expect(await take(folder, 'mine', clock)).toMatchObject({ because: expect.stringContaining('is healing stage') });
    expect(clock.now() - now).toBe(3_000);
  });

  test.each(elsewhere)('%s, silent for its whole lease -> taken over, with a note', async (_, changes) => {
    const folder = temporaryFolder();
    await leave(folder, changes);
    const clock = createFakeClock(now);
    const { takenOver } = await mustTake(folder, 'mine', clock);
    expect([takenOver, clock.now() - now]).toEqual([
      expect.stringContaining('gave no sign of life for 15 s and did not give its lock back: it was taken over'),
      LEASE_MS,
    ]);
  });

  test('that releases it while it is watched -> taken, without a note', async () => {
    const folder = temporaryFolder();
    await leave(folder, { pidNamespace: 'pid:[1]' });
    const clock = createFakeClock(now);
    clock.after(1_200, () => rmSync(pathIn(folder)));
    expect([(await mustTake(folder, 'mine', clock)).takenOver, clock.now() - now]).toEqual([null, 1_500]);
  });

  test('an interrupt ends the watch', async () => {
    const folder = temporaryFolder();
    await leave(folder, { pidNamespace: 'pid:[1]' });
    const interrupt = new AbortController();
    const clock = createFakeClock(now);
    clock.after(1_200, () => interrupt.abort(new Error('Ctrl-C')));
    const claim = { folder, environment: 'stage', runId: 'mine', what: 'healing' };
    await expect(takeLease(claim, clock, interrupt.signal)).rejects.toThrow('Ctrl-C');
    expect(existsSync(pathIn(folder))).toBe(true);
  });
});

describe('the holder', () => {
  test('gives signs of life until it gives the lease back, and writes nothing into the file for it', async () => {
    const folder = temporaryFolder();
    const clock = createFakeClock(now);
    const lease = await mustTake(folder, 'mine', clock);
    const text = readFileSync(pathIn(folder), 'utf8');
    const times: number[] = [];
    for (let beat = 0; beat < 3; beat++) {
      await clock.sleep(3_000, never);
      times.push(statSync(pathIn(folder)).mtimeMs - now);
    }
    expect([times, readFileSync(pathIn(folder), 'utf8')]).toEqual([[3_000, 6_000, 9_000], text]);
    lease.release();
    await clock.sleep(60_000, never);
    expect(existsSync(pathIn(folder))).toBe(false);
  });

  test('that was asleep for longer than its lease notices that another run has it, and leaves it alone', async () => {
    const folder = temporaryFolder();
    const lease = await mustTake(folder, 'first');
    await leave(folder, { runId: 'second' });
    expect(lease.lost()).toMatch(/^the lock .*stage\.lock is no longer this run's: run second \(.*\) has it$/);
    lease.release();
    expect(existsSync(pathIn(folder))).toBe(true);
  });

  test('whose file somebody removed by hand has lost it, and its release does not fail', async () => {
    const folder = temporaryFolder();
    const lease = await mustTake(folder);
    rmSync(pathIn(folder));
    expect(lease.lost()).toContain('it was removed');
    lease.release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('a folder that cannot be made -> a problem, and no exception', async () => {
  const folder = join(temporaryFolder(), 'file');
  writeFileSync(folder, '');
  expect(await take(folder)).toEqual({ problem: expect.stringMatching(/stage\.lock: the lock cannot be taken: E/) });
});
