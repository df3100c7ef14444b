// A mesh cut in two with a hundred split conferences among two hundred others: healed, held when
// the links return; every guard that refuses; Ctrl-C.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { holdWrites, writtenKeys } from '../../lab/links/command-relay.ts';
import { untilNewsArrived, untilSteady } from '../../lab/mesh/steady-links.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { type HealingLab, refusalsOf, startHealingLab, winnersOf } from '../support/healing-lab.ts';
import { tableContents } from '../support/table-contents.ts';

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}/${n}`);

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  const calm = names('calm', 200);
  const torn = names('torn', 100);
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
    await Promise.all(calm.map((name, n) => here.mesh.request(n % 3, name, { forceShard: n % 3 })));
    await untilNewsArrived(here.mesh, 'heard');
    await here.mesh.split(torn, sides);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  });
  afterAll(() => here?.stop());

  const sides = [
    { proxies: [0, 1], shard: 0 },
    { proxies: [2], shard: 1 },
  ];
  const shard = (n: number) => here.mesh.shards[n]!.address;
  const onFirst = (conferences: readonly string[]) => new Map(conferences.map((name) => [name, shard(0)]));

  /** A run that must be refused as a whole, before anything is written. */
  async function refused(heal: string) {
    const before = await tableContents(here.mesh);
    const run = await here.heal({ heal });
    expect(await tableContents(here.mesh)).toEqual(before);
    expect([run.exitCode, run.writes]).toEqual([4, []]);
    expect(run.report.heal).toMatchObject({ planned: 0, applied: 0, journal: null });
    return run.report.heal!.refusals.map(({ reason, because }) => `${reason}: ${because}`);
  }

  test('100 of 303 conferences would change, and fewer may -> those, the oldest first; the rest is refused by name', async () => {
    const limited = async (heal: string) => {
      const run = await here.heal({ heal });
      const refusals = run.report.heal!.refusals;
      expect([run.exitCode, new Set(refusals.map(({ key }) => key)).size]).toEqual([4, refusals.length]);
      return [run.report.heal!.verified, new Set(refusals.map(({ reason }) => reason)), refusals.length];
    };
    expect(await limited('maxRatio: 1, maxConferences: 30')).toEqual([30, new Set(['too-many-conferences']), 70]);
    expect(await limited('maxRatio: 0.1')).toEqual([30, new Set(['too-large-share']), 40]);
    expect(await limited('maxRatio: 0.001')).toEqual([10, new Set(['too-large-share']), 30]);
    await here.mesh.split(torn, sides);
  });

  test('most of all conferences disagree, and maxRatio does not allow it -> refused as a whole', async () => {
    const most = names('most', 110);
    await here.mesh.split(most, sides);
    expect(await refused('maxRatio: 0.4')).toEqual([
      expect.stringMatching(
        /^too-large-share: 210 of 413 conferences disagree: with more than 50% the evidence is in doubt/,
      ),
    ]);
    for (const proxy of [0, 1, 2])
      for (const name of most) await here.mesh.command(proxy, `clear table nodes key ${name.replace('/', '\\/')}`);
  });

  test('another run that is healing holds the lock -> refused, and its end frees the mesh', async () => {
    const writes = holdWrites(here.relay);
    const healing = here.start(['heal', '--yes']);
    await writes.arrived;
    const before = await tableContents(here.mesh);
    const other = await here.start(['heal', '--yes']).ended;
    expect([other.exitCode, other.report?.heal?.refusals.map(({ reason }) => reason)]).toEqual([4, ['locked']]);
    expect(await tableContents(here.mesh)).toEqual(before);
    writes.goOn();
    expect((await healing.ended).exitCode).toBe(0);
    expect(await conferenceShards(here.mesh, torn)).toEqual(onFirst(torn));
    await here.mesh.split(torn, sides);
  });

  test('100 split among 203 others, c linked to nobody -> one shard for every request, and so when the links return', async () => {
    const run = await here.heal({ heal: 'maxRatio: 0.34' });
    expect([run.exitCode, run.report.heal]).toMatchObject([
      0,
      { planned: 100, applied: 100, verified: 100, failed: 0, refusals: [] },
    ]);
    expect(writtenKeys(run.writes)).toEqual([...torn].sort());
    expect(winnersOf(run.report)).toEqual(onFirst([...torn].sort()));
    expect(await conferenceShards(here.mesh, torn)).toEqual(onFirst(torn));
    for (const proxy of [0, 1]) await here.mesh.restore(proxy, 2);
    await untilSteady(here.mesh);
    await untilNewsArrived(here.mesh, 'again');
    expect(await conferenceShards(here.mesh, torn)).toEqual(onFirst(torn));
    expect(await conferenceShards(here.mesh, calm)).toEqual(new Map(calm.map((name, n) => [name, shard(n % 3)])));
  });

  test('healed so often already -> cooldown for that conference alone', async () => {
    await here.mesh.split(['flapping'], sides);
    expect((await here.heal()).exitCode).toBe(0);
    await here.mesh.split(['flapping', 'first time'], sides);
    const run = await here.heal({ heal: 'maxRatio: 1, cooldown: { heals: 1, within: 1h }' });
    expect([run.exitCode, refusalsOf(run.report)]).toEqual([4, ['cooldown flapping']]);
    expect(writtenKeys(run.writes)).toEqual(['first time']);
    expect((await here.heal()).exitCode).toBe(0);
  });

  test('Ctrl-C in the middle of 100 conferences: exit 130, every write has its intent and its outcome, the rest is untouched', async () => {
    const many = names('many', 100);
    await here.heal();
    await here.mesh.split(many, sides);
    let lines = 0;
    here.relay.follow({
      // The clears of the first batch are on their way: their sets still belong to the writes in
      // hand.
      before: async () => {
        if (lines++ === 0) started.kill('SIGINT');
      },
    });
    const started = here.start(['heal', '--yes']);
    const run = await started.ended;
    expect(run.exitCode).toBe(130);
    const records = here.lastJournal();
    const of = <E extends (typeof records)[number]['event']>(event: E) =>
      records.filter((record): record is Extract<typeof record, { event: E }> => record.event === event);
    expect([...new Set(of('intent').map(({ key }) => key))].sort()).toEqual(writtenKeys(run.writes));
    expect(of('outcome').map(({ seq, outcome }) => [seq, outcome])).toEqual(
      of('intent').map(({ seq }) => [seq, 'accepted']),
    );
    expect(run.writes.filter((write) => write.command.startsWith('clear'))).toHaveLength(of('intent').length);
    expect(run.writes.filter((write) => write.command.startsWith('set'))).toHaveLength(of('intent').length);
    expect(of('verdict')).toEqual([]);
    expect(of('intent').length).toBeGreaterThan(0);
    expect(of('intent').length).toBeLessThan(100);
    expect(of('end')).toHaveLength(1);
    expect(run.report?.heal).toMatchObject({ planned: 100, verified: 0, interrupted: true });

    const again = await here.heal();
    expect([again.exitCode, again.report.heal?.planned]).toEqual([0, 100 - of('intent').length]);
    expect(await conferenceShards(here.mesh, many)).toEqual(onFirst(many));
  });

  test('c does not answer: 2 of 3 proxies are fewer than minReporting -> refused, nothing written', async () => {
    await here.mesh.split(
      ['unseen'],
      [
        { proxies: [0], shard: 0 },
        { proxies: [1], shard: 1 },
      ],
    );
    await here.mesh.kill(2);
    expect(await refused('maxRatio: 1')).toEqual(['coverage: 2 of 3 proxies were read in full, at least 75% must be']);
  });
});
