// Locks of people on a real mesh: what is locked is left alone, and every run says who, why and
// until when. Requests tell what was written.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { createLock } from '../../src/locks/lock-folder.ts';
import { lockOf } from '../locks/lock-of.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { type HealingLab, startHealingLab } from '../support/healing-lab.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const isLocks = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(new URL('../../schema/locks.schema.json', import.meta.url), 'utf8')),
);
const HELD = /hap-c is locked by alice \("kernel upgrade"\) until \d{4}-\d\d-\d\d [\d:]{8} UTC \(\d+ min left\)/;

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
    for (const proxy of [0, 1]) await here.mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  });
  afterAll(() => here?.stop());

  /** A command on the same mesh; its text on one line. */
  async function run(...words: readonly string[]) {
    const { relay, scratch, mesh, journals } = here;
    relay.follow({});
    const heal = `heal: { journal: ${journals}, settle: 400ms, maxRatio: 1 }`;
    const lines = ['confirm: { reads: 2, settle: 100ms }', heal];
    const config = configure(scratch, mesh, { endpoints: relay.endpoints, lines });
    const { exitCode, stdout, report } = await runSplitbrain([...words, ...config]);
    return { exitCode, report, said: stdout.replaceAll(/\s+/g, ' '), writes: relay.writes.length };
  }

  async function locksNow() {
    const { stdout, exitCode } = await runSplitbrain([
      'locks',
      '--json',
      '-',
      ...configure(here.scratch, here.mesh, { lines: [`heal: { journal: ${here.journals} }`] }),
    ]);
    const document = JSON.parse(stdout) as { readonly locks: readonly Record<string, unknown>[] };
    expect([isLocks(document), isLocks.errors]).toEqual([true, null]);
    return { exitCode, locks: document.locks };
  }

  const lock = (...words: readonly string[]) => run('lock', ...words, '--reason', 'kernel upgrade', '--for', '30m');

  async function disagree(...conferences: readonly string[]): Promise<void> {
    await here.mesh.split(conferences, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
  }

  const shardOf = async (conference: string) => (await conferenceShards(here.mesh, [conference])).get(conference);

  test('a locked proxy is not read: exit 3, and who, why and until when; nothing is written to the others', async () => {
    await disagree('standup');
    const taken = await lock('hap-c', '--owner', 'alice');
    expect([taken.exitCode, taken.said]).toEqual([0, expect.stringContaining('splitbrain unlock hap-c --owner alice')]);
    expect(await locksNow()).toMatchObject({
      exitCode: 0,
      locks: [{ proxy: 'hap-c', state: 'in-force', owner: 'alice' }],
    });

    const looked = await run('report');
    expect([looked.exitCode, looked.report?.verdict]).toEqual([3, 'incomplete']);
    expect(looked.said).toMatch(HELD);
    expect(looked.said).not.toContain('AGREE');
    expect(looked.report?.proxies.map(({ status }) => status)).toEqual(['ok', 'ok', 'locked']);

    const healed = await run('heal', '--yes');
    expect([healed.exitCode, healed.writes]).toEqual([4, 0]);
    expect(healed.said).toMatch(HELD);
    expect(healed.said).toContain('(locked)');

    const planned = await run('plan', '-o', here.scratch.file('plan.json', ''));
    expect([planned.exitCode, HELD.test(planned.said)]).toEqual([3, true]);
    expect(planned.said).toContain('there is nothing to carry out');
    const one = await run('heal', '--only', 'standup', '--yes');
    expect([one.exitCode, one.said.includes('does not disagree')]).toEqual([4, false]);

    const listed = await run('inventory');
    expect([listed.exitCode, HELD.test(listed.said)]).toEqual([3, true]);

    const other = await lock('--owner', 'bob');
    expect([other.exitCode, HELD.test(other.said)]).toEqual([4, true]);
    const forced = await run('unlock', 'hap-c', '--owner', 'bob', '--force');
    expect([forced.exitCode, HELD.test(forced.said), await locksNow()]).toEqual([0, true, { exitCode: 0, locks: [] }]);
  });

  test('a locked environment is looked at and not healed, but by who ignores the lock', async () => {
    await disagree('all hands');
    expect((await lock('--owner', 'alice')).exitCode).toBe(0);

    const looked = await run('report');
    expect([looked.exitCode, looked.report?.verdict, looked.report?.counts.split]).toEqual([3, 'split', 2]);
    const metrics = await run('monitor', '--heal', '--metrics', 'print');
    expect([metrics.exitCode, metrics.writes]).toEqual([4, 0]);
    expect(metrics.said).toMatch(/split_brain_rooms 2 .* proxies_locked 3 .* heals_refused 0 /);
    expect((await run('heal', '--yes')).writes).toBe(0);
    expect((await run('pin', 'all%20hands', 'shard-1', '--yes')).exitCode).toBe(4);

    const readable = await run('plan', '-o', here.scratch.file('plan.json', ''), '--ignore-lock');
    expect(readable.said).toMatch(/This run ignores a lock, .* Plan: 2 conferences, .* Carry it out before/);
    const holder = await run('heal', '--yes', '--ignore-lock');
    expect(holder.exitCode, holder.said).toBe(0);
    expect(holder.said).toContain('This run ignores a lock, as --ignore-lock says: laboratory is locked by alice');
    expect(holder.writes).toBeGreaterThan(0);
    expect(await shardOf('all hands')).toBe(here.mesh.shards[0]!.address);
    expect((await run('unlock', '--owner', 'alice')).exitCode).toBe(0);
  });

  test('a lock that has ended is ignored and said, until it is removed', async () => {
    await disagree('retro');
    const [now, proxy] = [Date.now(), 'hap-a'];
    const ended = { environment: 'laboratory', proxy, sinceMs: now - 3_600_000, untilMs: now - 600_000 };
    createLock({ folder: here.journals, environment: 'laboratory' }, lockOf(ended));
    const healed = await run('heal', '--yes');
    expect(healed.exitCode, healed.said).toBe(0);
    expect(healed.said).toMatch(/the lock of alice@deploy-1 on hap-a ended at .* \(10 min ago\)\. It is ignored/);
    expect(await shardOf('retro')).toBe(here.mesh.shards[0]!.address);
    expect(await locksNow()).toMatchObject({ exitCode: 0, locks: [{ proxy, state: 'expired' }] });
    expect((await run('unlock', proxy)).exitCode).toBe(0);
    expect(await locksNow()).toEqual({ exitCode: 0, locks: [] });
  });

  test('a lock that is taken while a heal writes stops it: the batch in hand is verified, the rest is refused', async () => {
    // A batch is 50 conferences.
    const conferences = Array.from({ length: 60 }, (_, n) => `room ${n}`);
    await disagree(...conferences);
    const nowMs = Date.now();
    const later = lockOf({ environment: 'laboratory', sinceMs: nowMs, untilMs: nowMs + 600_000 });
    const place = { folder: here.journals, environment: 'laboratory' };
    here.relay.follow({ before: async () => void createLock(place, later) });
    const { exitCode, report } = await here.start(['heal', '--yes']).ended;
    expect([exitCode, report?.heal?.planned, report?.heal?.verified]).toEqual([4, 60, 50]);
    const reasons = report?.heal?.refusals.map(({ reason }) => reason);
    expect(reasons).toEqual(Array.from({ length: 10 }, () => 'locked'));
    expect((await run('unlock', '--owner', later.owner)).exitCode).toBe(0);
    expect((await run('heal', '--yes')).exitCode).toBe(0);
  });

  test('who locks while a run may be healing is told so', async () => {
    const lease = join(here.journals, 'laboratory.lock');
    writeFileSync(lease, '{}');
    const taken = await lock('hap-a', '--owner', 'alice');
    expect([taken.exitCode, taken.said]).toEqual([0, expect.stringContaining('A run may be healing this environment')]);
    rmSync(lease);
    expect((await run('unlock', 'hap-a', '--owner', 'alice')).exitCode).toBe(0);
  });

  test('a folder that cannot be written: exit 1, and what to do', async () => {
    const { scratch, mesh } = here;
    const config = configure(scratch, mesh, { lines: [`heal: { journal: ${scratch.file('no-folder', '')} }`] });
    const taken = await runSplitbrain(['lock', '--reason', 'r', '--for', '1m', ...config]);
    expect([taken.exitCode, taken.stdout]).toEqual([
      1,
      expect.stringMatching(/Nothing was locked:[\s\S]*heal\.journal/),
    ]);
  });

  test('a name that no proxy has, and a name that was not locked', async () => {
    const { scratch, mesh } = here;
    const config = configure(scratch, mesh, {});
    const wrong = await runSplitbrain(['lock', 'hpa-c', '--reason', 'r', '--for', '1m', ...config]);
    expect([wrong.exitCode, wrong.stderr]).toEqual([64, expect.stringContaining('did you mean hap-c?')]);
    expect((await run('unlock', 'hap-b')).exitCode).toBe(0);
  });
});
