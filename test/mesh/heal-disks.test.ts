// Healing on disks as they are: full, read-only, full in the middle; and standard output and error
// that nobody can write to.

import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { holdWrites } from '../../lab/links/command-relay.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, refusalsOf, startHealingLab } from '../support/healing-lab.ts';
import { tableContents } from '../support/table-contents.ts';

const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;
if (!mayMount) console.warn('not tested: healing on full disks: mount wants root');
const heal = ['heal', '--yes'];

describe.skipIf(!mayMount).each(oldestAndNewest().slice(-1))('HAProxy $version', ({ command }) => {
  const torn = Array.from({ length: 60 }, (_, n) => `torn/${n}`);
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
    mount('-t', 'tmpfs', '-o', 'size=128k', 'none', here.journals);
  });
  afterAll(async () => {
    if (here !== undefined) spawnSync('umount', [here.journals]);
    await here?.stop();
  });
  beforeEach(async () => {
    mount('-o', 'remount,rw', here.journals);
    for (const name of readdirSync(here.journals)) rmSync(join(here.journals, name));
    await here.mesh.split(torn, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  });

  function mount(...words: readonly string[]): void {
    const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr}`);
  }
  function fillUp(): void {
    try {
      for (;;) appendFileSync(join(here.journals, 'ballast'), Buffer.alloc(1_024));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
  const onFirst = async () => {
    const shard = here.mesh.shards[0]!.address;
    expect(await conferenceShards(here.mesh, torn)).toEqual(new Map(torn.map((name) => [name, shard])));
  };
  const times = (text: string, part: string) => text.replaceAll(/\s+/g, ' ').split(part).length - 1;

  test.each([
    ['full', 'ENOSPC', fillUp],
    ['read-only', 'EROFS', () => mount('-o', 'remount,ro', here.journals)],
  ])(
    'the disk of the journal is %s -> exit 4: looked, reported, metrics; refused with the reason, nothing written',
    async (_, code, spoil) => {
      spoil();
      const before = await tableContents(here.mesh);
      for (const words of [heal, ['monitor', '--heal', '--metrics', 'print']]) {
        const run = await here.run(words);
        expect([run.exitCode, run.writes, refusalsOf(run.report)]).toEqual([4, [], ['no-journal']]);
        expect(run.report).toMatchObject({
          verdict: 'split',
          counts: { split: 60 },
          heal: { applied: 0, journal: null },
        });
        expect([times(run.stdout, code), run.stdout]).toEqual([1, expect.stringMatching(/^SPLIT {2}60 of /)]);
        if (words[0] === 'monitor') expect(run.stdout).toMatch(/split_brain_rooms +60[\s\S]*heals_refused +1/);
      }
      expect(await tableContents(here.mesh)).toEqual(before);
    },
  );

  test('full when the first batch has gone out -> it is finished and verified, the next is refused; later all is healed', async () => {
    here.relay.follow({ before: async () => fillUp() });
    const run = await here.start(heal).ended;
    expect([run.exitCode, run.report?.heal]).toMatchObject([4, { planned: 60, applied: 50, verified: 50, failed: 10 }]);
    expect(new Set(run.report?.heal?.refusals.map(({ reason }) => reason))).toEqual(new Set(['no-journal']));
    const records = here.lastJournal().map(({ event }) => event);
    expect([records.filter((event) => event === 'intent').length, records.at(-1)]).toEqual([50, 'intent']);
    // Each that was cleared was set: the routes are whole.
    const writes = run.writes.map(({ command: line }) => line.split(' ')[0]);
    expect(writes.filter((verb) => verb === 'clear').length).toBe(writes.filter((verb) => verb === 'set').length);

    rmSync(join(here.journals, 'ballast'));
    expect(await here.heal()).toMatchObject({ exitCode: 0, report: { heal: { verified: 10, refusals: [] } } });
    await onFirst();
    // And the way back is known for what went out under the full disk.
    const first = readdirSync(here.journals)
      .filter((name) => name.endsWith('.journal.jsonl'))
      .sort()[0]!;
    expect((await here.run(['undo', '--yes', join(here.journals, first)])).report.heal).toMatchObject({ verified: 50 });
  });

  test.each([
    ['standard output', { stdout: '/dev/full' }],
    ['standard error', { stderr: '/dev/full' }],
    ['both', { stdout: '/dev/full', stderr: '/dev/full' }],
    ['standard output, closed', { stdout: 'closed' }],
    ['standard error, closed', { stderr: 'closed' }],
  ] as const)('%s that takes nothing -> the heal goes on, and ends as it would', async (_, options) => {
    const run = await here.run([...heal, '--log-level', 'debug'], {}, options);
    expect([run.exitCode, run.report.heal]).toMatchObject([0, { planned: 60, verified: 60, refusals: [] }]);
    await onFirst();
  });

  test('nothing to heal, and no journal to be had -> the look, and a note that says so', async () => {
    expect((await here.heal()).exitCode).toBe(0);
    mount('-o', 'remount,ro', here.journals);
    const run = await here.run(['monitor', '--heal', '--metrics', 'print']);
    expect([run.exitCode, run.report.heal?.refusals, times(run.stdout, 'EROFS')]).toEqual([0, [], 1]);
    expect(run.stdout).toMatch(/heals_refused +0/);
  });

  test('a scheduled run beside a heal: it looks, says once who heals, and that is no failure', async () => {
    const writes = holdWrites(here.relay);
    const healing = here.start(heal);
    await writes.arrived;
    const other = await here.start(['monitor', '--heal', '--metrics', 'print', '--junit', junit()]).ended;
    expect([other.exitCode, other.report?.heal?.refusals.map(({ reason }) => reason)]).toEqual([2, ['locked']]);
    expect([times(other.stdout, 'is healing laboratory'), other.stdout]).toEqual([
      1,
      expect.stringMatching(/heals_refused +0/),
    ]);
    expect(readFileSync(junit(), 'utf8')).toMatch(/name="heal"[\s\S]*<skipped/);
    writes.goOn();
    expect((await healing.ended).exitCode).toBe(0);
    await onFirst();
  });
  const junit = () => join(here.scratch.folder, 'junit.xml');
});
