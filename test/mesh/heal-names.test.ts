// Conferences whose names would be commands, or no text at all: healed like any other, or refused
// because no command can name them.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writtenKeys } from '../../lab/links/command-relay.ts';
import { tableRoutes } from '../../lab/mesh/table-routes.ts';
import { conferenceOf, encodeKey } from '../../src/domain/key.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, refusalsOf, startHealingLab } from '../support/healing-lab.ts';

const hostile = [
  'x; clear table nodes',
  'x; disable server nodes/shard-1;#',
  'k\tdata.server_id 13',
  'ends in a backslash\\',
  'x<<',
  '\x1b[31mred\x7f',
  'r\xff\xfe',
  'caf\xc3\xa9 \xe2\x98\x95',
  'n'.repeat(200),
].map((name) => Buffer.from(name, 'latin1'));

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command });
    for (const proxy of [0, 1]) await here.mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  });
  afterAll(() => here?.stop());

  const shard = (n: number) => here.mesh.shards[n]!.address;

  test('{a, b: s1 | c: s2} under hostile names -> s1 for each; the empty name is refused, and stays as it is', async () => {
    const { request, mesh } = { request: here.mesh.request, mesh: here.mesh };
    const empty = Buffer.alloc(0);
    for (const name of [...hostile, empty]) {
      for (const proxy of [0, 1]) await request(proxy, name, { forceShard: 0 });
      await request(2, name, { forceShard: 1 });
    }
    const split = [shard(0), shard(0), shard(1)];
    const before = await tableRoutes(mesh);
    expect([...before.values()]).toEqual([...hostile, empty].map(() => split));

    const run = await here.heal();
    expect([run.exitCode, refusalsOf(run.report)]).toEqual([4, ['key-inexpressible ']]);
    expect(run.report.heal).toMatchObject({ planned: hostile.length, verified: hostile.length, failed: 0 });
    expect(writtenKeys(run.writes)).toEqual(hostile.map((name) => name.toString('latin1')).sort());
    expect(run.report.findings.map(({ conference }) => conference)).toContain(conferenceOf('r\\xFF\\xFE'));

    const after = await tableRoutes(mesh);
    expect(after.get('')).toEqual(split);
    for (const name of hostile) {
      expect([name.toString('latin1'), after.get(encodeKey(name))]).toEqual([
        name.toString('latin1'),
        [shard(0), shard(0), shard(0)],
      ]);
      for (const proxy of [0, 1, 2]) expect((await request(proxy, name)).shard).toBe(shard(0));
    }
    expect(after.size).toBe(before.size);
    expect(await mesh.command(0, 'show servers state nodes')).toMatch(/ shard-1 127\.0\.1\.11 2 0 /);
  });
});
