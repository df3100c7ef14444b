// A new proxy that starts before the others list it stays empty though every link is up. Without
// `fill` its first requests place running conferences anew; with it every conference keeps its
// shard. Requests through the new proxy are the judge.

import { describe, expect, test } from 'vitest';
import { writtenKeys } from '../../lab/links/command-relay.ts';
import { crossRequests } from '../../lab/mesh/crossed-requests.ts';
import type { MeshOptions } from '../../lab/mesh/mesh.ts';
import { joinLate } from '../../lab/mesh/newcomers.ts';
import { tableRoutes } from '../../lab/mesh/table-routes.ts';
import { decodeKey, encodeKey } from '../../src/domain/key.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { healingLab, refusalsOf } from '../support/healing-lab.ts';

const roomsOf = (count: number) => Array.from({ length: count }, (_, n) => `team/room-${n}`);

/** Names that would be commands, or no text at all; one fills the table's length. */
const hostile = [
  'x; clear table nodes',
  'k\tdata.server_id 13',
  'ends in a backslash\\',
  'x<<',
  '\x1b[31mred\x7f',
  'r\xff\xfe',
  'a=b\\=c',
  'n'.repeat(200),
].map((name) => Buffer.from(name, 'latin1'));

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const { here, lab, shard } = healingLab(command);

  /** {a, b, c: s1} for each conference, where d is to come. */
  async function meshWith(conferences: readonly (string | Buffer)[], options: MeshOptions = {}) {
    const { mesh } = await lab({ proxies: 4, members: 3, ...options });
    for (const name of conferences) await mesh.request(0, name, { forceShard: 0 });
    for (const i of [1, 2]) await mesh.untilEntry(i, conferences.at(-1)!, (entry) => entry !== undefined);
    return mesh;
  }
  /** d joins: it holds nothing, although every link is up. */
  async function join(): Promise<void> {
    const { mesh } = here();
    await joinLate(mesh, [0, 1, 2], [3]);
    expect(await mesh.entries(3)).toEqual([]);
  }
  const allOn = (conferences: readonly string[], address: string) =>
    new Map(conferences.map((name) => [name, address]));

  test('without fill: requests through d place conferences anew, for the whole mesh', async () => {
    const rooms = roomsOf(6);
    const mesh = await meshWith(rooms);
    await join();
    const landed: (string | null)[] = [];
    for (const name of rooms) landed.push((await mesh.request(3, name)).shard);
    // Balanced over three shards: two of three conferences leave the shard where their people are.
    expect(landed.filter((address) => address !== shard(0))).toHaveLength(4);
    for (const [n, name] of rooms.entries()) {
      await mesh.untilEntry(0, name, (entry) => entry?.serverKey === landed[n]);
      expect((await mesh.request(0, name)).shard).toBe(landed[n]);
    }
  });

  test('with fill: d gets them all, byte for byte, and every conference keeps its shard', async () => {
    const rooms = roomsOf(6);
    const mesh = await meshWith([...hostile, ...rooms]);
    await join();
    const look = await here().run(['report']);
    expect([look.exitCode, look.report.counts.missing]).toEqual([2, rooms.length + hostile.length]);
    const all = rooms.length + hostile.length;
    const run = await here().run(['fill', '--proxy', 'hap-d', '--yes']);
    expect([run.exitCode, run.report.heal]).toMatchObject([
      0,
      { planned: all, verified: all, failed: 0, refusals: [] },
    ]);
    expect(run.stdout).toContain(
      `hap-d  lacks ${all} of ${all} conferences and has room for 204,800: ${all} to fill in`,
    );
    expect(run.stdout).toMatch(/FILLED {2}14 of 14 conferences/);
    // Nothing is written on the new proxy itself: the others tell it, id and key.
    expect(run.writes.map(({ proxy }) => proxy)).not.toContain('hap-d');
    const routes = await tableRoutes(mesh);
    const everywhere = mesh.proxies.map(() => shard(0));
    for (const name of hostile) expect(routes.get(encodeKey(name))).toEqual(everywhere);
    expect(routes.size).toBe(all);
    for (const name of [...rooms, ...hostile]) expect((await mesh.request(3, name)).shard).toBe(shard(0));
    expect(await conferenceShards(mesh, rooms)).toEqual(allOn(rooms, shard(0)));
    const again = await here().run(['fill', '--yes']);
    expect([again.exitCode, again.writes, again.report.heal?.planned]).toEqual([0, [], 0]);
  });

  test('SIGINT in the middle, then again: the second run does the rest', async () => {
    const rooms = roomsOf(120);
    const mesh = await meshWith(rooms);
    await join();
    const { relay, start, run } = here();
    relay.follow({ stopAfter: { count: 60, call: () => started.kill('SIGINT') } });
    const started = start(['fill', '--yes']);
    const first = await started.ended;
    expect([first.exitCode, first.report?.heal]).toMatchObject([130, { verified: 0, failed: 0 }]);
    expect(first.stdout).toContain('INTERRUPTED');
    const filled = (await mesh.entries(3)).length;
    expect([filled > 0, filled < rooms.length]).toEqual([true, true]);
    const second = await run(['fill', '--yes']);
    const rest = rooms.length - filled;
    expect([second.exitCode, second.report.heal]).toMatchObject([0, { planned: rest, verified: rest }]);
    expect(await conferenceShards(mesh, rooms)).toEqual(allOn(rooms, shard(0)));
  });

  test('no room for all: those used last are filled in, the rest is refused by name, and nothing is thrown out', async () => {
    const size = (i: number, text: string) => text.replace(/ size 200k /, i === 3 ? ' size 60 ' : ' size 100 ');
    const rooms = roomsOf(80);
    const mesh = await meshWith(rooms, { configure: size });
    await join();
    // Seconds later than the others, in the table's own time.
    const own = Array.from({ length: 10 }, (_, n) => `own/${n}`);
    for (const name of own) await mesh.request(3, name, { forceShard: 1 });
    const run = await here().run(['fill', '--yes']);
    expect([run.exitCode, run.report.heal]).toMatchObject([4, { planned: 50, verified: 50, failed: 0 }]);
    const refused = refusalsOf(run.report);
    expect([refused.length, new Set(refused.map((each) => each.split(' ')[0]))]).toEqual([30, new Set(['no-room'])]);
    expect(run.stdout).toContain('refused, no-room: the table on hap-d has no room left');
    expect(run.stdout).toContain('(and 29 more)');
    expect((await mesh.entries(3)).length).toBe(60);
    const routes = await tableRoutes(mesh);
    for (const name of own) expect(routes.get(name)?.[3]).toBe(shard(1));
  });

  test('a table of another length: nothing is written, whether d is empty or not', async () => {
    const longer = (i: number, text: string) => (i === 3 ? text.replace(/ len 200 /, ' len 100 ') : text);
    const rooms = roomsOf(5);
    const mesh = await meshWith(rooms, { configure: longer });
    await join();
    // Nothing shows the length of an empty table: HAProxy drops what the touches send.
    const first = await here().run(['fill', '--yes']);
    expect([first.exitCode, refusalsOf(first.report)]).toEqual([4, rooms.map((name) => `not-held ${name}`)]);
    expect(first.writes.map(({ proxy }) => proxy)).not.toContain('hap-d');
    const run = await here().run(['fill', '--yes']);
    expect([run.exitCode, run.writes, refusalsOf(run.report)]).toEqual([
      4,
      [],
      rooms.map((name) => `table-differs ${name}`),
    ]);
    expect(await mesh.entries(3)).toEqual([]);
  });

  test('a conference whose entries disagree is left for heal, and said; the others are filled in', async () => {
    const rooms = roomsOf(3);
    const mesh = await meshWith(rooms);
    const members = { ...mesh, proxies: mesh.proxies.slice(0, 3) };
    const crossed = await crossRequests(members, 'team/crossed', [0, 1]);
    await join();
    const before = (await tableRoutes(mesh)).get(encodeKey(Buffer.from(crossed)))!;
    const run = await here().run(['fill', '--yes']);
    const names = (await mesh.entries(0)).map(({ key }) => Buffer.from(decodeKey(key)).toString('latin1'));
    const others = names.filter((name) => name !== crossed);
    expect([run.exitCode, run.report.heal]).toMatchObject([2, { verified: others.length, refusals: [] }]);
    expect(writtenKeys(run.writes)).toEqual([...others].sort());
    expect(run.stdout.replace(/\s+/g, ' ')).toContain('1 conference that a proxy lacks has entries that disagree');
    expect((await tableRoutes(mesh)).get(encodeKey(Buffer.from(crossed)))).toEqual(before);
    expect(await conferenceShards(mesh, rooms)).toEqual(allOn(rooms, shard(0)));
  });
});
