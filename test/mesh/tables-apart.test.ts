// Tables that are not alike: links over which this one does not travel, no room, another length,
// entries spread over the peers, one name for two shards.

import { afterEach, describe, expect, test } from 'vitest';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, healingLab, refusalsOf, startHealingLab, winnersOf } from '../support/healing-lab.ts';
import { lookWhileLinked } from '../support/look-while-still.ts';
import { findingLines, meshKinds } from '../support/report-file.ts';
import { tableContents } from '../support/table-contents.ts';
import { compareWhenStill } from '../support/table-disagreements.ts';

/** Other words for c's table. */
const onC = (from: RegExp, to: string) => (i: number, text: string) => (i === 2 ? text.replace(from, to) : text);

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const { here, lab, shard } = healingLab(command);

  test('another len on c: its links are up and deaf, and c is replaced', async () => {
    const { mesh } = await lab({ configure: onC(/ len 200 /, ' len 250 ') });
    for (const proxy of [0, 1]) await mesh.request(proxy, 't/deaf', { forceShard: 0 });
    await mesh.request(2, 't/deaf', { forceShard: 1 });
    const look = await lookWhileLinked(mesh, configure(here().scratch, mesh));
    expect([look.exitCode, findingLines(look.report), meshKinds(look.report)]).toEqual([
      2,
      ['split t/deaf: peer-deaf'],
      ['peer-deaf'],
    ]);
    const heal = await here().heal();
    expect([heal.exitCode, Object.fromEntries(winnersOf(heal.report))]).toEqual([0, { 't/deaf': shard(0) }]);
    expect(new Set(heal.writes.map(({ proxy }) => proxy))).toEqual(new Set(['hap-c']));
    expect(await conferenceShards(mesh, ['t/deaf'])).toEqual(new Map([['t/deaf', shard(0)]]));
  });

  test('a small table without room: nothing that lives there is thrown out', async () => {
    const { mesh } = await lab({ configure: onC(/ size 200k /, ' size 20 ') });
    for (const proxy of [0, 1]) await mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await mesh.untilPeers(proxy, 2, 'down');
    const living = Array.from({ length: 20 }, (_, n) => `living/${n}`);
    for (const name of living) await mesh.request(2, name, { forceShard: 0 });
    await mesh.request(0, 'elsewhere', { forceShard: 1 });
    await mesh.untilEntry(1, 'elsewhere', (entry) => entry !== undefined);
    const before = (await tableContents(mesh))[2];
    const heal = await here().heal();
    expect(heal.exitCode).toBe(4);
    expect(refusalsOf(heal.report)).toContain('table-differs elsewhere');
    expect((await tableContents(mesh))[2]).toEqual(before);
  });

  test('one name, two shards, over cut links and over whole ones: refused, since the next request would undo it', async () => {
    const swapped = [1, 0, 2].map((n) => ({ shard: n, id: 11 + n }));
    const rename = (i: number, text: string) =>
      i === 2
        ? text
            .replace(/^( {2}server shard-)([12]) /gm, (_, word, n) => `${word}${n === '1' ? 2 : 1} `)
            .replace(/^( {2}use-server shard-)([12]) /gm, (_, word, n) => `${word}${n === '1' ? 2 : 1} `)
        : text;
    const { mesh } = await lab({ srvkey: 'name', serverIds: [undefined, undefined, swapped], configure: rename });
    for (const proxy of [0, 1]) await mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await mesh.untilPeers(proxy, 2, 'down');
    for (const proxy of [0, 1]) await mesh.request(proxy, 't/named', { forceShard: 0 });
    await mesh.request(2, 't/named', { forceShard: 1 });
    const undone = expect.stringMatching(/^server shard-[12] is .* would undo it$/);
    const whileCut = await here().heal();
    expect([whileCut.exitCode, whileCut.writes, whileCut.report.heal?.refusals[0]?.because]).toEqual([4, [], undone]);
    for (const proxy of [0, 1]) await mesh.restore(proxy, 2);
    await mesh.untilPeersUp();
    await compareWhenStill(mesh);
    const look = await here().run(['report']);
    expect([look.exitCode, findingLines(look.report)]).toEqual([2, ['mixed t/named', 'split t/named: server-drift']]);
    const heal = await here().heal();
    expect([heal.exitCode, heal.writes, heal.report.heal?.refusals[0]?.because]).toEqual([4, [], undone]);
  });
});

describe.each(oldestAndNewest().slice(-1))('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  afterEach(() => here?.stop());

  test('peers with shards: what others lack is no finding, it is said once, and nothing is healed', async () => {
    const spread = (_: number, text: string) =>
      text
        .replace('peers mesh\n', 'peers mesh\n  shards 3\n')
        .replace(/^( {2}peer hap-([abc]) \S+)$/gm, (line, __, name) => `${line} shard ${'abc'.indexOf(name) + 1}`);
    here = await startHealingLab({ binary: command, configure: spread });
    const { mesh } = here;
    const names = Array.from({ length: 12 }, (_, n) => `room/${n}`);
    for (const name of names) await mesh.request(0, name, { forceShard: 0 });
    const held = await Promise.all([1, 2].map(async (proxy) => (await mesh.entries(proxy)).length));
    expect(Math.max(...held)).toBeLessThan(names.length);
    const look = await here.run(['report']);
    expect([look.exitCode, findingLines(look.report)]).toEqual([0, []]);
    expect(look.report.notes.filter((note) => note.includes('spreads the table over its peers'))).toHaveLength(1);
    await mesh.cut(0, 1);
    await mesh.untilPeers(0, 1, 'down');
    await mesh.request(1, 'room/0', { forceShard: 1 });
    const heal = await here.heal();
    expect([heal.writes, refusalsOf(heal.report)]).toEqual([[], heal.exitCode === 4 ? ['spread-table'] : []]);
  });
});
