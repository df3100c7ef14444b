// Entries are judged by where they lead: tables without servers, server keys that are names or not
// there, ids that mean different shards.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { ServerSlot } from '../../lab/haproxy/haproxy-config.ts';
import { type Mesh, type MeshOptions, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import { lookWhileLinked } from '../support/look-while-still.ts';
import { findingLines, meshKinds, routesOf } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';

/** The order in which a proxy numbers its servers itself: 1 is the first of them. */
const numbered = (...shards: number[]): readonly ServerSlot[] => shards.map((shard) => ({ shard, id: null }));

describe.each(everyHaproxy())('HAProxy $version', ({ command }) => {
  let mesh: Mesh | undefined;
  const scratch = makeScratch();
  async function lab(options: MeshOptions): Promise<Mesh & { readonly addresses: readonly string[] }> {
    mesh = await startMesh({ binary: command, ...options });
    return { ...mesh, addresses: mesh.shards.map(({ address }) => address) };
  }
  afterEach(async () => {
    await mesh?.stop();
    mesh = undefined;
  });
  afterAll(() => scratch.clear());

  /** One request, and the wait until every proxy has heard of it. */
  async function settle(where: Mesh, proxy: number, name: string, how: Parameters<Mesh['request']>[2] = {}) {
    await where.request(proxy, name, how);
    await Promise.all(where.proxies.map((_, i) => where.untilEntry(i, name, (entry) => entry !== undefined)));
  }

  test('{a, b: s1}, s1 in maintenance on b only -> split, state-drift; requests part', async () => {
    const two = await lab({ proxies: 2 });
    await settle(two, 0, 'colour', { forceShard: 0 });
    expect(await two.command(1, 'set server nodes/shard-1 state maint')).toBe('\n');
    const { exitCode, report, stdout } = await runReport(configure(scratch, two));
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([2, 'split', ['split colour: state-drift']]);
    expect(stdout).toContain('maint, not followed');
    const landings = [await two.request(0, 'colour'), await two.request(1, 'colour')].map(({ shard }) => shard);
    expect(landings[0]).toBe(two.addresses[0]);
    expect(landings[1]).not.toBe(two.addresses[0]);
  });

  test('{a, b: s1}, b has no s1 since its roll-out -> split, server-drift', async () => {
    const two = await lab({
      proxies: 2,
      serverIds: [
        undefined,
        [
          { shard: 1, id: 12 },
          { shard: 2, id: 13 },
        ],
      ],
    });
    await settle(two, 0, 'rolled-out', { forceShard: 0 });
    const { exitCode, report } = await runReport(configure(scratch, two));
    expect([exitCode, findingLines(report)]).toEqual([2, ['split rolled-out: server-drift']]);
  });

  test('{a, b: s1}, s1 `disabled` in the file and ready since -> up: followed by a request, and agreed on', async () => {
    const two = await lab({
      proxies: 2,
      configure: (_, text) => text.replace(/(server shard-1 \S+ id 11)/, '$1 disabled'),
    });
    for (const proxy of [0, 1]) expect(await two.command(proxy, 'set server nodes/shard-1 state ready')).toBe('\n');
    await settle(two, 0, 'slot', { forceShard: 0 });
    const { exitCode, report } = await runReport(configure(scratch, two));
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([0, 'agree', []]);
    for (const proxy of [0, 1]) expect((await two.request(proxy, 'slot')).shard).toBe(two.addresses[0]);
  });

  test('{table in `nodes` without servers, servers in two releases}: agree, then {a: s1, b: s1 | c: s2} is split', async () => {
    const jitsi = await lab({ layout: 'jitsi', srvkey: 'addr' });
    for (const n of [0, 1, 2]) {
      await settle(jitsi, n, `old/room-${n}`);
      await settle(jitsi, n, `new/room-${n}`, { release: 'release-2' });
    }
    const healthy = await runReport(configure(scratch, jitsi));
    expect([healthy.exitCode, findingLines(healthy.report), healthy.report.counts.conferences]).toEqual([0, [], 6]);
    expect(healthy.report.shards.map(({ address }) => address).sort()).toEqual(jitsi.addresses);

    await jitsi.split(
      ['t/standup'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    await jitsi.untilPeers(0, 2, 'down');
    for (const lines of [[], ['backends: ["release-*"]'], ['backends: [release-1, release-2]']]) {
      const { exitCode, report } = await runReport(configure(scratch, jitsi, { lines }));
      expect([exitCode, findingLines(report)]).toEqual([2, ['split t/standup: peer-link-down']]);
      expect(routesOf(report, 't/standup')).toEqual({
        'hap-a': jitsi.addresses[0],
        'hap-b': jitsi.addresses[0],
        'hap-c': jitsi.addresses[1],
      });
    }
    // No server is left to lead to: that is said of every conference, and is no agreement.
    const none = await runReport(configure(scratch, jitsi, { lines: ['backends: ["no-such-*"]'] }));
    expect([none.report.verdict, none.exitCode, findingLines(none.report)]).toEqual(['incomplete', 3, []]);
  });

  test('srvkey name, the releases call one shard by two names: agree; another shard by one name on c: split, server-drift', async () => {
    const byName = await lab({ layout: 'jitsi', srvkey: 'name' });
    await settle(byName, 0, 'r1', { forceShard: 1 });
    await settle(byName, 1, 'r2', { forceShard: 1, release: 'release-2' });
    const { exitCode, report } = await runReport(configure(scratch, byName));
    expect([exitCode, findingLines(report)]).toEqual([0, []]);
    expect(report.shards.find(({ address }) => address === byName.addresses[1])?.conferences).toBe(2);
    await mesh?.stop();

    // `shard-1` is another address on c: tables alike to the byte, and two meetings.
    const slots = await lab({
      srvkey: 'name',
      configure: (i, text) => (i === 2 ? swapAddresses(text) : text),
    });
    await settle(slots, 0, 'slots', { forceShard: 0 });
    const drifted = await runReport(configure(scratch, slots));
    expect([drifted.exitCode, findingLines(drifted.report)]).toEqual([2, ['split slots: server-drift']]);
    expect(routesOf(drifted.report, 'slots')).toEqual({
      'hap-a': slots.addresses[0],
      'hap-b': slots.addresses[0],
      'hap-c': slots.addresses[1],
    });
    expect((await slots.request(2, 'slots')).shard).toBe(slots.addresses[1]);
  });

  test('no srvkey: agree, and a real split is one', async () => {
    const plain = await lab({ srvkey: 'none' });
    for (const n of [0, 1, 2]) await settle(plain, n, `calm-${n}`);
    const healthy = await runReport(configure(scratch, plain));
    expect([healthy.exitCode, findingLines(healthy.report)]).toEqual([0, []]);
    await plain.split(
      ['t/standup'],
      [
        { proxies: [0], shard: 2 },
        { proxies: [1, 2], shard: 0 },
      ],
    );
    await plain.untilPeers(0, 1, 'down');
    const { exitCode, report } = await runReport(configure(scratch, plain));
    expect([exitCode, findingLines(report)]).toEqual([2, ['split t/standup: peer-link-down']]);
  });

  test('c numbers its servers otherwise: keys count and nothing is split, id-drift is said for the mesh; without a key it is a split', async () => {
    const drifting = await lab({ serverIds: [numbered(0, 1, 2), numbered(0, 1, 2), numbered(2, 0, 1)] });
    for (let n = 0; n < 9; n++) await settle(drifting, n % 3, `keyed-${n}`);
    const keyed = await lookWhileLinked(drifting, configure(scratch, drifting));
    expect(findingLines(keyed.report).filter((each) => each.startsWith('split'))).toEqual([]);
    expect([keyed.exitCode, findingLines(keyed.report), meshKinds(keyed.report)]).toEqual([0, [], ['id-drift']]);
    expect(keyed.report.meshFindings.filter(({ kind }) => kind === 'id-drift')).toHaveLength(3);
    const said = keyed.stdout.split('\n').filter((line) => line.includes('id-drift'));
    expect(said).toHaveLength(1);

    // What a `clear; set` leaves behind everywhere: the same id, no key, and another shard on c.
    for (const [i] of drifting.proxies.entries()) await drifting.command(i, 'clear table nodes key keyed\\-0');
    await drifting.command(0, 'set table nodes key keyed\\-0 data.server_id 1');
    for (const i of [1, 2])
      await drifting.untilEntry(i, 'keyed-0', (entry) => entry?.serverId === 1 && entry.serverKey === null);
    const keyless = await runReport(configure(scratch, drifting));
    expect([keyless.exitCode, findingLines(keyless.report)]).toEqual([2, ['split keyed-0: id-drift']]);
    expect(routesOf(keyless.report, 'keyed-0')).toEqual({
      'hap-a': drifting.addresses[0],
      'hap-b': drifting.addresses[0],
      'hap-c': drifting.addresses[2],
    });
    expect((await drifting.request(2, 'keyed-0')).shard).toBe(drifting.addresses[2]);
  });
});

/** The first two servers' addresses change places; their names stay. */
function swapAddresses(text: string): string {
  const [one, two] = [...text.matchAll(/^ {2}server shard-[12] (\S+)/gm)].map((match) => match[1]!);
  return text.replace(/^( {2}server shard-)([12]) \S+/gm, (_, word, n) => `${word}${n} ${n === '1' ? two : one}`);
}
