// Healing through the data plane: one request rewrites id and key where the operator's rule allows
// it, and nobody else gets through.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tableRoutes } from '../../lab/mesh/table-routes.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, refusalsOf, startHealingLab } from '../support/healing-lab.ts';

const SECRET = 's3cret';

/** The snippet of docs/healing.md: the rule, and its access control in front of it. */
function withRule(_proxy: number, text: string): string {
  const guarded = `  acl healer req.hdr(X-Splitbrain-Secret) -m str ${SECRET}
  http-request deny if { req.hdr(X-Splitbrain-Server) -m found } !healer
`;
  return text
    .replace(
      /^( {2}use-server (\S*shard-(\d+)) if .*)$/gm,
      '$1\n  use-server $2 if { req.hdr(X-Splitbrain-Server) 1$3 }',
    )
    .replace(/^( {2}use-server )/m, `${guarded}$1`);
}

describe.each(oldestAndNewest())('HAProxy $version, c linked to nobody', ({ command }) => {
  let here: HealingLab;
  beforeAll(async () => {
    here = await startHealingLab({ binary: command, configure: withRule });
    for (const proxy of [0, 1]) await here.mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await here.mesh.untilPeers(proxy, 2, 'down');
  });
  afterAll(() => here?.stop());

  const dataPlane = (secret: string) => {
    const urls = here.mesh.proxies.map(({ name, httpPort }) => `${name}: "http://127.0.0.1:${httpPort}/"`).join(', ');
    return {
      heal: `maxRatio: 1, dataPlane: { urls: { ${urls} }, keyHeader: X-StickToken, shardHeader: X-Splitbrain-Server, headers: { X-Splitbrain-Secret: ${secret} } }`,
    };
  };
  const split = (conferences: readonly string[]) =>
    here.mesh.split(conferences, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);

  test('{a: s1, b: s1, c: s2} -> one request through c, id and key at once; no command was written', async () => {
    await split(['by request', 'two']);
    const run = await here.heal(dataPlane(SECRET));
    expect([run.exitCode, run.report.heal?.verified, run.report.heal?.applied]).toEqual([0, 2, 2]);
    expect(run.writes).toEqual([]);
    expect(here.lastJournal().filter(({ event }) => event === 'intent')).toMatchObject([
      { kind: 'request', proxy: 'hap-c' },
      { kind: 'request', proxy: 'hap-c' },
    ]);
    const winner = here.mesh.shards[0]!.address;
    expect((await here.mesh.entry(2, 'two'))?.serverKey).toBe(winner);
    expect(await conferenceShards(here.mesh, ['by request', 'two'])).toEqual(
      new Map([
        ['by request', winner],
        ['two', winner],
      ]),
    );
  });

  test('a name that no header carries goes by the runtime API', async () => {
    for (const [proxy, id] of [11, 11, 12].entries()) {
      await here.mesh.command(proxy, `set table nodes key a\\,b data.server_id ${id}`);
    }
    const run = await here.heal(dataPlane(SECRET));
    expect([run.exitCode, run.report.heal?.verified]).toEqual([0, 1]);
    expect(run.writes.map(({ proxy }) => proxy)).toEqual(['hap-c', 'hap-c']);
  });

  test('without the secret the proxy refuses: not healed, and said so', async () => {
    await split(['kept out']);
    const before = await tableRoutes(here.mesh);
    const run = await here.heal(dataPlane('wrong'));
    expect(run.exitCode).toBe(4);
    expect([refusalsOf(run.report), run.writes]).toEqual([['rejected kept\\ out'], []]);
    expect(await tableRoutes(here.mesh)).toEqual(before);
  });
});
