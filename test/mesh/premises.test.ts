// What a write stands on is looked at right before it, on every proxy: what changed since the look
// is not overrun.

import { afterEach, describe, expect, test } from 'vitest';
import { conferenceShards } from '../support/conference-shards.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { type HealingLab, refusalsOf, startHealingLab } from '../support/healing-lab.ts';
import { findingLines } from '../support/report-file.ts';

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  afterEach(() => here?.stop());
  const shard = (n: number) => here.mesh.shards[n]!.address;

  /**
   * {a, b: s1 | c: s2} with c behind cut links; `change` happens between the look and the first
   * write.
   */
  async function healAround(change: () => Promise<void>, words: readonly string[] = ['heal', '--yes']) {
    const { mesh, relay } = here;
    let hasChanged: Promise<void> | null = null;
    relay.follow({
      beforeAny: async (_, line) => {
        if (!line.startsWith('show info;show servers state;show table nodes key ')) return;
        hasChanged ??= change();
        await hasChanged;
      },
    });
    const run = await here.start(words).ended;
    expect(hasChanged).not.toBeNull();
    relay.follow({});
    return { ...run, report: run.report!, mesh };
  }
  async function split(): Promise<void> {
    here = await startHealingLab({ binary: command });
    await here.mesh.split(
      ['t/standup'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  }

  test('it came together by itself: nothing is written, exit 0', async () => {
    await split();
    const run = await healAround(async () => {
      await here.mesh.command(2, 'clear table nodes key t\\/standup');
      await here.mesh.command(2, 'set table nodes key t\\/standup data.server_id 11');
    });
    expect([run.exitCode, run.writes, run.report.heal]).toMatchObject([
      0,
      [],
      { planned: 1, settledThemselves: 1, verified: 0, failed: 0 },
    ]);
    expect(run.stdout).toContain('1 had come together before anything was written');
  });

  test('it ended on every proxy: over, nothing is written, exit 0', async () => {
    await split();
    const run = await healAround(async () => {
      for (const proxy of [0, 1, 2]) await here.mesh.command(proxy, 'clear table nodes key t\\/standup');
    });
    expect([run.exitCode, run.writes, run.report.heal]).toMatchObject([
      0,
      [],
      { planned: 1, ended: 1, failed: 0, refusals: [] },
    ]);
  });

  test('the winner went into maintenance on one proxy: refused, and nobody is moved', async () => {
    await split();
    const run = await healAround(async () => {
      await here.mesh.command(1, 'set server nodes/shard-1 state maint');
    });
    expect([run.exitCode, run.writes, refusalsOf(run.report)]).toEqual([4, [], ['no-eligible-shard t/standup']]);
  });

  test('another conference of the loser: c moved it to a third shard: respected', async () => {
    await split();
    const run = await healAround(async () => {
      await here.mesh.command(2, 'clear table nodes key t\\/standup');
      await here.mesh.request(2, 't/standup', { forceShard: 2 });
    });
    expect([run.exitCode, run.writes, refusalsOf(run.report)]).toEqual([4, [], ['entry-changed t/standup']]);
  });

  test('a proxy restarted: what was read is of another process, and nothing is written', async () => {
    await split();
    const run = await healAround(async () => {
      await here.mesh.kill(2);
      await here.mesh.start(2);
    });
    expect([run.exitCode, run.writes]).toEqual([4, []]);
    expect(run.report.heal?.refusals[0]?.because).toMatch(
      /hap-c could not be read right before the write: .*was reloaded/,
    );
  });

  test('apply: what has come together since the plan is no work', async () => {
    await split();
    const plan = here.scratch.file('plan.json', '');
    expect((await here.start(['plan', '-o', plan]).ended).exitCode).toBe(2);
    await here.mesh.command(2, 'clear table nodes key t\\/standup');
    await here.mesh.command(2, 'set table nodes key t\\/standup data.server_id 11');
    here.relay.follow({});
    const run = await here.start(['apply', '--yes', plan]).ended;
    expect([run.exitCode, run.writes, run.report?.heal]).toMatchObject([0, [], { settledThemselves: 1 }]);
    expect(await conferenceShards(here.mesh, ['t/standup'])).toEqual(new Map([['t/standup', shard(0)]]));
  });

  test('a reload between the two looks: incomplete, and no agreement', async () => {
    here = await startHealingLab({ binary: command, proxies: 2 });
    const { mesh, relay } = here;
    await mesh.request(0, 'whole', { forceShard: 0 });
    await mesh.untilEntry(1, 'whole', (entry) => entry !== undefined);
    await mesh.cut(0, 1);
    await mesh.untilPeers(0, 1, 'down');
    await mesh.request(0, 'missing', { forceShard: 1 });
    let restarted: Promise<void> | null = null;
    relay.follow({
      beforeAny: async (proxy, line) => {
        if (proxy !== 'hap-b' || !line.startsWith('show info;show table nodes key ')) return;
        restarted ??= mesh.kill(1).then(() => mesh.start(1));
        await restarted;
      },
    });
    const { exitCode, report } = await here.start(['report']).ended;
    expect([exitCode, findingLines(report!), report!.proxies.map(({ trouble }) => trouble?.code ?? null)]).toEqual([
      3,
      [],
      [null, 'reloaded'],
    ]);
  });
});
