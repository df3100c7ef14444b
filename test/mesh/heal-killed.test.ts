// A heal that is killed outright after every single write: the journal tells the truth, nothing is
// locked, and the next heal ends what was begun.

import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writtenKeys } from '../../lab/links/command-relay.ts';
import { crossRequests } from '../../lab/mesh/crossed-requests.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { type HealingLab, startHealingLab } from '../support/healing-lab.ts';

const container = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
const mayUnshare = spawnSync(container[0]!, [...container.slice(1), 'true']).status === 0;
if (!mayUnshare) console.warn('not tested: heals in two containers: unshare wants root');
/** Everybody in it is process 1 of a host called twin. */
const twin = { within: [...container, 'sh', '-c', 'hostname twin && exec "$@"', 'sh'] };

describe.each(newestHaproxy())('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
    for (const proxy of [0, 1]) await here.mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  });
  afterAll(() => here?.stop());

  /**
   * {a, b: s1 | c: s2} twice; {a: s2, b: s1 | c: s3}, where a touch comes before the replace; {a,
   * b: s3 | c: nothing}.
   */
  async function disagree(n: number): Promise<readonly string[]> {
    const { split, request, untilEntry } = here.mesh;
    const [one, two, unheard] = [`${n} island`, `${n} island again`, `${n} unheard`] as const;
    const crossed = await crossRequests(here.mesh, `${n} crossed`, [0, 1]);
    await request(2, crossed, { forceShard: 2 });
    await split(
      [one, two],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    await request(0, unheard, { forceShard: 2 });
    await untilEntry(1, unheard, (entry) => entry !== undefined);
    return [one, two, crossed, unheard];
  }

  test('kill -9 after the nth write, for every n until the heal ends: each write has its intent, and the next heal converges', async () => {
    const endings: boolean[] = [];
    while (!endings.includes(true)) {
      const count = endings.length + 1;
      const conferences = await disagree(count);
      here.relay.follow({ stopAfter: { count, call: () => started.kill('SIGKILL') } });
      const started = here.start(['heal', '--yes']);
      const { exitCode, writes, stderr } = await started.ended;
      endings.push(exitCode !== null);
      expect([0, null], stderr).toContain(exitCode);

      const records = here.lastJournal();
      expect(records[0]).toMatchObject({ event: 'run', command: 'heal' });
      expect(records.at(-1)?.event).toBe(exitCode === null ? 'intent' : 'end');
      const intents = records.flatMap((record) =>
        record.event === 'intent' ? [`${record.proxy} ${writtenKeys([{ command: `- key ${record.key}` }])}`] : [],
      );
      for (const write of writes) expect(intents).toContain(`${write.proxy} ${writtenKeys([write])}`);

      const next = await here.heal();
      expect([count, next.exitCode, next.report.heal?.refusals]).toEqual([count, 0, []]);
      const shards = [...(await conferenceShards(here.mesh, conferences)).values()];
      const addresses = here.mesh.shards.map(({ address }) => address);
      for (const shard of shards) expect(addresses).toContain(shard);
      expect([shards[0], shards[1], shards[3]]).toEqual([addresses[0], addresses[0], addresses[2]]);
    }
    // Three clears and five sets at least, and the run that was left to end.
    expect(endings.length).toBeGreaterThan(8);
  });

  test.skipIf(!mayUnshare)(
    'two containers with one host name: the second is kept out; when the first is killed, the third takes over and heals',
    async () => {
      const conferences = await disagree(1_000);
      let arrived = () => {};
      const writing = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      here.relay.follow({
        before: () => {
          arrived();
          return new Promise(() => {});
        },
      });
      const first = here.start(['heal', '--yes'], {}, twin);
      await writing;
      const second = await here.start(['heal', '--yes'], {}, twin).ended;
      expect([second.exitCode, second.report?.heal?.refusals]).toEqual([
        4,
        [{ reason: 'locked', key: null, because: expect.stringMatching(/^run \w+ \(process 1 on twin, since /) }],
      ]);
      first.kill('SIGKILL');
      await first.ended;
      const third = await here.run(['heal', '--yes'], {}, twin);
      expect([third.exitCode, third.report.heal?.refusals]).toEqual([0, []]);
      const note = third.report.notes.filter((each) => each.includes('gave no sign of life for 15 s'));
      expect([note.length, third.stdout.replaceAll(/\s+/g, ' ').split('gave no sign of life').length]).toEqual([1, 2]);
      expect(third.stderr).toContain('"event":"lock-taken-over"');
      const addresses = here.mesh.shards.map(({ address }) => address);
      for (const shard of (await conferenceShards(here.mesh, conferences)).values()) expect(addresses).toContain(shard);
    },
  );
});
