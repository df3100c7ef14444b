// `splitbrain explain` on meshes in Jitsi's shape, told without `backends:`, and on one screen.

import { describe, expect, test } from 'vitest';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { explainOn } from '../support/explain-runs.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { healingLab } from '../support/healing-lab.ts';
import { runOnTerminal } from '../support/terminal-run.ts';

/** Jitsi's: named like the shard, always up, and HAProxy's own id. */
function backendPerShard(text: string): string {
  const servers = [...text.matchAll(/^ {2}server (shard-\d+) (\S+)/gm)];
  return `${text}${servers.map(([, name, address]) => `backend ${name}\n  server shard-${name} ${address}`).join('\n')}\n`;
}

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const { here, lab, shard } = healingLab(command);

  async function settle(conference: string, forceShard: number): Promise<void> {
    const { mesh } = here();
    await mesh.request(0, conference, { forceShard });
    await Promise.all(mesh.proxies.map((_, i) => mesh.untilEntry(i, conference, (entry) => entry !== undefined)));
  }

  test('a shard in maintenance on one proxy: not followed there, whatever its own backend says', async () => {
    const { mesh } = await lab({ layout: 'jitsi', configure: (_, text) => backendPerShard(text) });
    for (const n of [0, 1, 2]) await settle(`other-${n}`, n);
    await settle('acme/daily', 0);
    for (const server of ['release-1/shard-1', 'release-2/r2-shard-1'])
      await mesh.command(2, `set server ${server} state maint`);
    const { exitCode, explained } = await explainOn(here(), ['acme/daily']);
    expect([exitCode, explained.findings]).toMatchObject([2, [{ kind: 'split', cause: 'state-drift' }]]);
    expect(explained.routes.map(({ followed, why, shardState }) => [followed, why, shardState])).toEqual([
      [true, null, 'up'],
      [true, null, 'up'],
      [false, 'maint', 'maint'],
    ]);
    expect((await mesh.request(2, 'acme/daily')).shard).not.toBe(shard(0));
  });

  test('five proxies that disagree fit on a screen of 80 columns and 40 lines', async () => {
    const { mesh } = await lab({ proxies: 5 });
    await mesh.split(
      ['acme/daily'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2, 3, 4], shard: 1 },
      ],
    );
    const { shown } = await runOnTerminal(['explain', 'acme/daily', ...configure(here().scratch, mesh)], {
      columns: 80,
    });
    // Without the moving line before it.
    const lines = shown
      .slice(shown.indexOf('SPLIT  acme'))
      .replaceAll(/\r|\x1b\[[0-9;?]*[A-Za-z]/g, '')
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    const commands = /splitbrain heal (?:--only=\S+ )?-c|(?:set|clear) table/;
    expect(lines.filter((line) => line.length > 80 && !commands.test(line))).toEqual([]);
    expect(lines.filter((line) => /^ {2}hap-[a-e] {2}→ shard-[12] /.test(line))).toHaveLength(5);
  });
});
