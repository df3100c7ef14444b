// Healing while people talk: steady requests, a response that is on its way while the heal writes,
// and conferences that are never quiet.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writtenKeys } from '../../lab/links/command-relay.ts';
import { until } from '../../lab/until.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, type HealReport, refusalsOf, startHealingLab, winnersOf } from '../support/healing-lab.ts';

describe.each(oldestAndNewest())('HAProxy $version, c linked to nobody', ({ command }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
  });
  afterAll(() => here?.stop());

  const shard = (n: number) => here.mesh.shards[n]!.address;
  const splitOver = (conferences: readonly string[]) =>
    here.mesh.split(conferences, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
  const requestsAt = (n: number, conference: string) =>
    here.mesh.shards[n]!.requests.filter((request) => request.conference === conference).length;

  /** Somebody who asks again as soon as there is an answer, until told to stop. */
  type Request = { readonly conference: string; readonly proxy: number };
  function asking(next: () => Request | Promise<Request>) {
    const landed: (string | null)[] = [];
    let stopped = false;
    const ended = (async () => {
      while (!stopped) {
        const { conference, proxy } = await next();
        landed.push((await here.mesh.request(proxy, conference)).shard);
      }
    })();
    // Whoever stops it hears of its failure.
    ended.catch(() => {});
    return {
      landed,
      stop: () => {
        stopped = true;
        return ended;
      },
    };
  }
  /** Whether a line asks what a heal has brought about: the looks behind its writes. */
  const looksBack = (line: string) =>
    here.relay.writes.length > 0 && line.startsWith('show info;show table nodes key ');
  const below = (count: number) => Math.floor(Math.random() * count);

  test('{a, b: s1 | c: s2} and requests at random proxies all the time -> s1, for every request after the heal', async () => {
    const conferences = ['busy/0', 'busy/1', 'busy/2', 'busy/3'];
    await here.mesh.request(0, 'quiet', { forceShard: 2 });
    await here.mesh.request(2, 'quiet', { forceShard: 2 });
    await splitOver(conferences);
    await here.mesh.untilPeers(0, 2, 'down');
    const { landed, stop } = asking(() => ({ conference: conferences[below(4)]!, proxy: below(3) }));
    const run = await here.heal();
    const after = landed.length;
    await until('the traffic has gone on', async () => landed.length > after + 100 || null);
    await stop();
    expect([run.exitCode, run.report.heal?.refusals, run.report.heal?.verified]).toEqual([0, [], 4]);
    expect(writtenKeys(run.writes)).toEqual(conferences);
    // The request that was on its way when the program ended was sent before.
    expect(new Set(landed.slice(after + 1))).toEqual(new Set([shard(0)]));
    for (const n of [0, 1]) expect(landed.slice(0, after)).toContain(shard(n));
    expect(await conferenceShards(here.mesh, conferences)).toEqual(winnersOf(run.report));
  });

  test('a response of s2 that arrives after the write undoes it -> a second round, and s1 holds', async () => {
    await splitOver(['in flight']);
    // It answers once the write is there, and before the heal looks again.
    here.mesh.shards[1]!.hold = async () =>
      void (await here.mesh.untilEntry(2, 'in flight', (entry) => entry?.serverId === 11));
    const asked = requestsAt(1, 'in flight');
    let late: Promise<{ shard: string | null }> | undefined;
    here.relay.follow({
      before: async () => {
        late ??= here.mesh.request(2, 'in flight');
        await until('the slow shard has been asked', async () => requestsAt(1, 'in flight') > asked || null);
      },
      beforeAny: async (_, line) => {
        if (looksBack(line)) await late;
      },
    });
    const run = await here.start(['heal', '--yes']).ended;
    here.mesh.shards[1]!.hold = null;
    expect((await late)?.shard).toBe(shard(1));
    expect([run.exitCode, run.report?.heal?.refusals]).toEqual([0, []]);
    expect(run.writes.map((write) => `${write.proxy} ${write.command.slice(0, 3)}`)).toEqual([
      'hap-c cle',
      'hap-c set',
      'hap-c cle',
      'hap-c set',
    ]);
    expect(await conferenceShards(here.mesh, ['in flight'])).toEqual(new Map([['in flight', shard(0)]]));
  });

  test('always a request in flight at s2 -> not-held after bounded rounds, and the other conference is healed', async () => {
    await splitOver(['never quiet', 'calm']);
    const leadsTo = async (id: number) => (await here.mesh.entry(2, 'never quiet'))?.serverId === id || null;
    // A request at s2 is answered once the next one is there, or a write: the answer undoes it.
    // Nobody may be on the way to s1 then, whose answer would redo it.
    let held = 0;
    let underWay = 0;
    let isOver = false;
    here.mesh.shards[1]!.hold = async () => {
      const asked = requestsAt(1, 'never quiet');
      held++;
      await until(
        'the next request is there, or a write',
        async () =>
          isOver || requestsAt(1, 'never quiet') > asked || ((await leadsTo(11)) && underWay === held) || null,
      );
      held--;
    };
    const pollers = [0, 1].map(() => {
      let isAnswered = false;
      return asking(async () => {
        if (isAnswered) underWay--;
        await until('c leads to s2', async () => {
          underWay++;
          if (isOver || (await leadsTo(12))) return true;
          underWay--;
          return null;
        });
        isAnswered = true;
        return { conference: 'never quiet', proxy: 2 };
      });
    });
    const oneIsHeld = () => until('a request is at s2', async () => held > 0 || null);
    await oneIsHeld();
    here.relay.follow({
      before: async (proxy) => {
        if (proxy === 'hap-c') await oneIsHeld();
      },
      beforeAny: async (_, line) => {
        if (looksBack(line)) await until('the answer of s2 has undone the write', () => leadsTo(12));
      },
    });
    const run = await here.start(['heal', '--yes']).ended;
    const report = run.report as HealReport;
    isOver = true;
    for (const { stop } of pollers) await stop();
    here.mesh.shards[1]!.hold = null;
    expect([run.exitCode, refusalsOf(report)]).toEqual([4, ['not-held never\\ quiet']]);
    expect(report.heal).toMatchObject({ planned: 2, verified: 1, failed: 1 });
    expect(report.heal?.refusals[0]?.because).toContain(`hap-c routes to ${shard(1)}`);
    expect(await conferenceShards(here.mesh, ['calm'])).toEqual(new Map([['calm', shard(0)]]));

    // Once it is quiet, it can be healed.
    const again = await here.heal();
    expect(again.exitCode).toBe(0);
    expect(await conferenceShards(here.mesh, ['never quiet', 'calm'])).toEqual(
      new Map(['never quiet', 'calm'].map((name) => [name, shard(0)])),
    );
  });

  test('two who are served in turn by s1 and s2, each answer undoing the other: healed is only said where both stay on s1', async () => {
    await splitOver(['in turn']);
    // Each shard answers 200 ms after the other did, so that neither state of the entry is too
    // short to be seen; after 600 ms it waits no longer.
    let answered = { by: 1, at: performance.now() };
    let answers = 0;
    const waiting = [0, 0];
    for (const n of [0, 1])
      here.mesh.shards[n]!.hold = async () => {
        waiting[n]!++;
        await until(
          `it is the turn of shard ${n}`,
          async () => performance.now() - answered.at > (answered.by === n ? 600 : 200) || null,
        );
        answered = { by: n, at: performance.now() };
        answers++;
        waiting[n]!--;
      };
    const asked = requestsAt(1, 'in turn');
    const everybody = [asking(() => ({ conference: 'in turn', proxy: 2 }))];
    let joined: Promise<void> | undefined;
    async function join(): Promise<void> {
      await here.mesh.untilEntry(2, 'in turn', (entry) => entry?.serverId === 11);
      everybody.push(asking(() => ({ conference: 'in turn', proxy: 2 })));
    }
    here.relay.follow({
      before: async () => {
        if (joined) return;
        await until('the first is waiting for s2', async () => requestsAt(1, 'in turn') > asked || null);
        joined = join();
      },
      // Somebody is answered between two looks, however slow this process is, unless all wait for
      // s1.
      beforeAny: async (_, line) => {
        if (!looksBack(line)) return;
        const before = answers;
        await until('an answer', async () => answers > before || waiting[0] === everybody.length || null);
      },
    });
    const run = await here.start(['heal', '--yes'], { settle: '1s' }).ended;
    await joined;
    const before = everybody.map(({ landed }) => landed.length);
    const after = () => everybody.flatMap(({ landed }, n) => landed.slice(before[n]! + 1));
    await until(
      'everybody has been served again',
      async () => everybody.every(({ landed }, n) => landed.length > before[n]! + 3) || null,
    );
    for (const n of [0, 1]) here.mesh.shards[n]!.hold = null;
    for (const { stop } of everybody) await stop();
    const isWhole = after().every((landed) => landed === shard(0));
    // Between a look and a write the other answer may have come: then nothing was written at all.
    const reasons = run.report?.heal?.refusals.map(({ reason }) => reason.replace('entry-changed', 'not-held'));
    expect([run.exitCode, reasons]).toEqual(isWhole ? [0, []] : [4, ['not-held']]);
    expect((await here.heal()).exitCode).toBe(0);
  });
});
