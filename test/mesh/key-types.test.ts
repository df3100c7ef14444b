// Tables whose keys cannot be asked for as text, keys that are no names, and proxies with a small
// buffer for commands.

import { afterEach, describe, expect, test } from 'vitest';
import type { MeshOptions } from '../../lab/mesh/mesh.ts';
import { until } from '../../lab/until.ts';
import { conferenceShards } from '../support/conference-shards.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, refusalsOf, startHealingLab, winnersOf } from '../support/healing-lab.ts';
import { findingLines } from '../support/report-file.ts';

const typed = (type: string, converter: string) => (_: number, text: string) =>
  text
    .replace(/type string len \d+/, `type ${type}`)
    .replaceAll('hdr(X-StickToken) table', `hdr(X-StickToken)${converter} table`);

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  afterEach(() => here?.stop());

  async function lab(options: MeshOptions): Promise<HealingLab> {
    here = await startHealingLab({ binary: command, proxies: 2, ...options });
    return here;
  }

  /** Each conference on shard 0 at a and on shard 1 at b, over a link that is down. */
  async function splitByHand(conferences: readonly string[]): Promise<void> {
    const { mesh } = here;
    await mesh.cut(0, 1);
    await mesh.untilPeers(0, 1, 'down');
    for (const conference of conferences) {
      for (const proxy of [0, 1]) {
        const { shard } = await mesh.request(proxy, conference, { forceShard: proxy });
        expect(shard).toBe(mesh.shards[proxy]!.address);
      }
    }
    for (const proxy of [0, 1])
      await until(`all entries are in table ${proxy}`, async () => {
        const header = await mesh.command(proxy, 'show table');
        return header.includes(`used:${conferences.length}\n`) || null;
      });
  }

  test('type binary: a split is a split, nothing is ambiguous, and no key can be written', async () => {
    await lab({ configure: typed('binary len 20', ',sha1') });
    await splitByHand(['one', 'two']);
    const look = await here.run(['report']);
    expect([
      look.exitCode,
      look.report.counts.split,
      look.report.counts.inFlight,
      look.report.counts.ambiguous,
    ]).toEqual([2, 2, 0, 0]);
    const heal = await here.heal();
    expect([heal.exitCode, heal.writes]).toEqual([4, []]);
    expect(refusalsOf(heal.report).map((line) => line.split(' ')[0])).toEqual([
      'key-inexpressible',
      'key-inexpressible',
    ]);
  });

  test.each([
    ['ip', ['10.0.0.1', '10.0.0.2']],
    ['integer', ['1234', '7']],
  ] as const)('type %s: split, healed, and never ambiguous', async (type, conferences) => {
    await lab({ configure: typed(type, '') });
    await splitByHand(conferences);
    const look = await here.run(['report']);
    expect([look.exitCode, findingLines(look.report)]).toEqual([
      2,
      [...conferences].sort().map((name) => `split ${name}: peer-link-down`),
    ]);
    const heal = await here.heal();
    expect([heal.exitCode, heal.report.heal?.verified]).toEqual([0, 2]);
    expect(await conferenceShards(here.mesh, conferences)).toEqual(winnersOf(heal.report));
  });

  test('a small tune.bufsize: every split is seen and healed', async () => {
    await lab({ configure: (_, text) => text.replace('global\n', 'global\n  tune.bufsize 4096\n') });
    const conferences = Array.from({ length: 150 }, (_, n) => `team-${n}/${'a-long-name-of-a-room-'.repeat(3)}${n}`);
    await splitByHand(conferences);
    const look = await here.run(['report']);
    expect([look.exitCode, look.report.counts.split, look.report.counts.inFlight]).toEqual([2, 150, 0]);
    const heal = await here.heal();
    expect([heal.exitCode, refusalsOf(heal.report), heal.report.heal?.verified]).toEqual([0, [], 150]);
    expect(await conferenceShards(here.mesh, conferences.slice(0, 20))).toEqual(
      new Map([...winnersOf(heal.report)].filter(([name]) => conferences.indexOf(name) < 20)),
    );
  });
});
