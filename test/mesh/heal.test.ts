// Healing on real meshes, whatever the table calls its shards: each split is made by real requests,
// and real requests judge the heal.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writtenKeys } from '../../lab/links/command-relay.ts';
import { crossRequests } from '../../lab/mesh/crossed-requests.ts';
import { tableRoutes } from '../../lab/mesh/table-routes.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, startHealingLab, winnersOf } from '../support/healing-lab.ts';

const grounds = oldestAndNewest().flatMap(({ command, version }) =>
  (['addr', 'name', 'none'] as const).map((srvkey) => ({ command, version, srvkey })),
);

describe.each(grounds)('HAProxy $version, srvkey $srvkey', ({ command, srvkey }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command, srvkey });
    for (const [n, conference] of calm.entries()) {
      await here.mesh.request(0, conference, { forceShard: n % 3 });
      for (const proxy of [1, 2]) await here.mesh.untilEntry(proxy, conference, (entry) => entry !== undefined);
    }
  });
  afterAll(() => here?.stop());

  const calm = ['calm/a', 'calm/b', 'calm/c'];
  const shard = (n: number) => here.mesh.shards[n]!.address;
  const knows = (conference: string, n: number) => async (proxy: number) =>
    here.mesh.untilEntry(proxy, conference, (entry) => entry?.serverId === 11 + n);

  /**
   * Heals, and looks where the conferences are then; nothing else may have been written to, and all
   * of it must hold.
   */
  async function healed(conferences: readonly string[]) {
    const run = await here.heal();
    expect({ exitCode: run.exitCode, heal: run.report.heal, stderr: run.stderr }).toMatchObject({
      exitCode: 0,
      heal: { planned: conferences.length, verified: conferences.length, failed: 0, refusals: [] },
    });
    expect(writtenKeys(run.writes)).toEqual([...conferences].sort());
    const winners = winnersOf(run.report);
    expect(await conferenceShards(here.mesh, conferences)).toEqual(winners);
    expect(await conferenceShards(here.mesh, calm)).toEqual(new Map(calm.map((name, n) => [name, shard(n)])));
    return { ...run, winners, verbs: [...new Set(run.writes.map((write) => write.command.split(' ')[0]))] };
  }

  test('{a: s1, b: s2, c: s3} at once, every link up: each holds what another said -> one shard, by touch alone', async () => {
    const { verbs } = await healed([await crossRequests(here.mesh, 'permuted', [0, 1, 2])]);
    expect(verbs).toEqual(['set']);
  });

  test('{a: s1, b: s2} at once: a holds s2 and b holds s1 -> one shard, by touch alone', async () => {
    const { verbs } = await healed([await crossRequests(here.mesh, 'swapped', [0, 1])]);
    expect(verbs).toEqual(['set']);
  });

  test("somebody's plain set on {a, b, c: s1}: id and key name two shards everywhere -> the key's shard, relabelled", async () => {
    await here.mesh.request(0, 'mixed', { forceShard: 0 });
    for (const proxy of [1, 2]) await knows('mixed', 0)(proxy);
    expect(await here.mesh.command(0, 'set table nodes key mixed data.server_id 12')).toBe('\n');
    for (const proxy of [0, 1, 2]) await knows('mixed', 1)(proxy);
    const { report, winners } = await healed(['mixed']);
    expect(report.findings.map(({ kind, decision }) => [kind, decision?.policy])).toEqual([['mixed', 'unanimous']]);
    expect(winners.get('mixed')).toBe(shard(0));
    for (const proxy of [0, 1, 2]) expect((await here.mesh.entry(proxy, 'mixed'))?.serverId).toBe(11);
  });

  test('only a-c cut, {a: s1, b: s2, c: s2}: the loser is linked to a holder -> majority, by touch', async () => {
    await here.mesh.cut(0, 2);
    await here.mesh.untilPeers(0, 2, 'down');
    await here.mesh.request(0, 'linked', { forceShard: 0 });
    await knows('linked', 0)(1);
    await here.mesh.request(2, 'linked', { forceShard: 1 });
    await knows('linked', 1)(1);
    expect((await tableRoutes(here.mesh)).get('linked')).toEqual([shard(0), shard(1), shard(1)]);
    const { winners, report, verbs } = await healed(['linked']);
    expect([winners.get('linked'), report.findings[0]?.decision?.policy]).toEqual([shard(1), 'majority']);
    expect(verbs).toEqual(['set']);
  });

  test('c linked to nobody, {a, b: s1 | c: s2}, {a: s3 alone}: clear and set on c, and on c only; c gets what it lacks', async () => {
    await here.mesh.split(
      ['island', 'island/2'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    await here.mesh.request(0, 'unheard', { forceShard: 2 });
    await here.mesh.untilEntry(1, 'unheard', (entry) => entry !== undefined);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
    const { winners, writes, report } = await healed(['island', 'island/2', 'unheard']);
    expect(Object.fromEntries(winners)).toEqual({ island: shard(0), 'island/2': shard(0), unheard: shard(2) });
    expect([...new Set(writes.map(({ proxy }) => proxy))]).toEqual(['hap-c']);
    expect(writes.map((write) => write.command).filter((line) => line.includes('unheard'))).toEqual([
      'set table nodes key unheard data.server_id 13',
    ]);
    expect(report.findings.map(({ kind, cause }) => [kind, cause])).toEqual([
      ['split', 'peer-link-down'],
      ['split', 'peer-link-down'],
      ['missing', 'peer-link-down'],
    ]);
  });

  test('the links return: what was healed holds, and a second heal writes nothing', async () => {
    await here.mesh.split(
      ['returning'],
      [
        { proxies: [0, 1], shard: 2 },
        { proxies: [2], shard: 0 },
      ],
    );
    const { winners } = await healed(['returning']);
    for (const proxy of [0, 1]) await here.mesh.restore(proxy, 2);
    await here.mesh.untilPeersUp();
    const again = await here.heal();
    expect(again.exitCode).toBe(0);
    expect(again.writes).toEqual([]);
    expect(await conferenceShards(here.mesh, ['returning', 'island', 'linked'])).toEqual(
      new Map([...winners, ['island', shard(0)], ['linked', shard(1)]]),
    );
  });
});
