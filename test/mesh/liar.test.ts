// One stats socket of five lies: it costs its own view, and no healthy conference elsewhere.

import { afterEach, describe, expect, test } from 'vitest';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, startHealingLab } from '../support/healing-lab.ts';

const names = ['t/one', 't/two', 't/three'];

describe.each(oldestAndNewest().slice(-1))('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  afterEach(() => here?.stop());

  /** Five proxies that agree on s1; the fifth says s2, and what `lie` makes of its answers. */
  async function lab(lie: (line: string, answer: string) => string = (_, answer) => answer): Promise<void> {
    here = await startHealingLab({ binary: command, proxies: 5 });
    const { mesh, relay } = here;
    for (const name of names) await mesh.request(0, name, { forceShard: 0 });
    for (const proxy of [1, 2, 3, 4])
      for (const name of names) await mesh.untilEntry(proxy, name, (entry) => entry !== undefined);
    const [one, two] = mesh.shards.map(({ address }) => address);
    relay.follow({
      rewrite: (proxy, line, answer) =>
        proxy === 'hap-e'
          ? lie(line, answer.replaceAll(`server_id=11 server_key=${one}`, `server_id=12 server_key=${two}`))
          : answer,
    });
  }
  const maint = (line: string, answer: string) =>
    line.includes('show servers state') ? answer.replace(/^(\d+ nodes 11 \S+ \S+ \d+) 0 /m, '$1 1 ') : answer;

  test.each([
    ['other routes', undefined],
    ['other routes, and the shard in maintenance', maint],
    [
      'other routes, and no such server',
      (line: string, answer: string) =>
        line.includes('show servers state') ? answer.replace(/^\d+ nodes 11 .*\n/m, '') : answer,
    ],
  ] as const)('%s: nothing that is healthy moves', async (_, lie) => {
    await lab(lie);
    const heal = await here.start(['heal', '--yes'], { heal: 'maxRatio: 1' }).ended;
    expect(heal.exitCode).toBe(4);
    expect(
      heal.writes.filter(({ proxy, command: each }) => proxy !== 'hap-e' && !each.endsWith('server_id 11')),
    ).toEqual([]);
    const s1 = here.mesh.shards[0]!.address;
    expect(await conferenceShards(here.mesh, names)).toEqual(new Map(names.map((name) => [name, s1])));
  });

  /** What is missing on the second proxy is missing, whatever the fifth says of its own table. */
  test.each<[string, (answer: string, isLater: boolean) => string]>([
    ['never expire', (answer) => answer.replace(/ exp=\d+/g, ' exp=0')],
    ['are spread over the peers', (answer) => answer.replace(/ shard=\d+/g, ' shard=1')],
    [
      'change from look to look',
      (answer, isLater) => answer.replace(/ server_id=.*/g, ` server_id=${isLater ? 12 : 11} server_key=-`),
    ],
    ['come and go', (answer, isLater) => (isLater ? answer.replace(/^0x.* key=t\/.*\n/gm, '') : answer)],
  ])('its entries %s: what others lack is missing all the same', async (_, lie) => {
    await lab();
    here.relay.follow({
      rewrite: (proxy, line, answer) =>
        proxy === 'hap-e' && line.includes('show table nodes') ? lie(answer, line.includes(' key ')) : answer,
    });
    await here.mesh.command(1, 'clear table nodes key t\\/one');
    await here.mesh.command(2, 'clear table nodes key t\\/two');
    const look = await here.start(['report']).ended;
    expect(look.exitCode).toBe(2);
    expect(look.report!.findings.map(({ key }) => key)).toEqual(expect.arrayContaining(['t/one', 't/two']));
  });

  test('conferences that it invents are not written to the others', async () => {
    await lab();
    const s2 = here.mesh.shards[1]!.address;
    const invented = Array.from(
      { length: 300 },
      (_, n) => `0x55d0a0${1000 + n}: key=invented/${n} use=0 exp=3598000 server_id=12 server_key=${s2}\n`,
    ).join('');
    here.relay.follow({
      rewrite: (proxy, line, answer) => {
        if (proxy !== 'hap-e') return answer;
        if (line === 'show table nodes') return answer.replace(/\n\n$/, `\n${invented}\n`);
        // Asked by key it holds them too.
        return answer;
      },
    });
    const heal = await here.start(['heal', '--yes'], { heal: 'maxRatio: 1' }).ended;
    expect(heal.writes.filter(({ command: each }) => each.includes('invented'))).toEqual([]);
    for (const proxy of [0, 1, 2, 3])
      expect((await here.mesh.entries(proxy)).filter(({ key }) => key.startsWith('invented'))).toEqual([]);
    expect(heal.exitCode).not.toBe(1);
  });

  test('asked by key it stands by what it invents: refused by name', async () => {
    await lab();
    const s2 = here.mesh.shards[1]!.address;
    const row = `0x55d0a01000: key=invented use=0 exp=3598000 server_id=12 server_key=${s2}\n`;
    here.relay.follow({
      rewrite: (proxy, line, answer) => {
        if (proxy !== 'hap-e') return answer;
        if (line === 'show table nodes') return answer.replace(/\n\n$/, `\n${row}\n`);
        if (line.includes('key invented'))
          return answer.replace(/\n\n\n$/, `\n\n# table: nodes, type: string, size:204800, used:4\n${row}\n`);
        return answer;
      },
    });
    const heal = await here.start(['heal', '--yes'], { heal: 'maxRatio: 1' }).ended;
    expect(heal.report?.heal?.refusals.map(({ reason, key }) => `${reason} ${key}`)).toContain('unexplained invented');
    expect(heal.writes).toEqual([]);
  });

  test('names that it spells as no HAProxy does are written to nobody, least of all to the real ones', async () => {
    await lab();
    const { mesh, relay } = here;
    const s2 = mesh.shards[1]!.address;
    await mesh.command(3, 'clear table nodes');
    // Older than every process: their youth would explain that they lack it.
    relay.follow({
      rewrite: (proxy, _, answer) =>
        proxy === 'hap-e'
          ? answer.replace(
              / key=t\/(\S+ use=\d+) exp=\d+ (.*)server_id=.*/g,
              ` key=t\\x2F$1 exp=1000000 $2server_id=12 server_key=${s2}`,
            )
          : answer,
    });
    const fill = await here.start(['fill', '--yes']).ended;
    expect(
      fill.writes.filter(({ proxy, command: each }) => proxy === 'hap-e' || !each.endsWith('server_id 11')),
    ).toEqual([]);
    expect(fill.report?.heal?.refusals.map(({ reason, key }) => `${reason} ${key}`)).toContain(
      'key-inexpressible t\\x2Fone',
    );
    for (const proxy of mesh.proxies.keys())
      expect((await mesh.entries(proxy)).map(({ key, serverId }) => `${key} ${serverId}`).sort()).toEqual(
        names.map((name) => `${name} 11`).sort(),
      );
  });
});
