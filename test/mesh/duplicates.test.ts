// One dump that shows a key twice, leading apart: which entry counts is not known, whatever their
// order.

import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { type HealingLab, refusalsOf, startHealingLab } from '../support/healing-lab.ts';
import { findingLines } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';

const saved = (name: string) => fileURLToPath(new URL(`../fixtures/cases/${name}`, import.meta.url));

test.each(['duplicates-1', 'duplicates-2'])(
  '%s, saved: duplicated and a disagreement; those that say the same are none',
  async (name) => {
    const { exitCode, report, stdout } = await runReport(['--from', saved(name)]);
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([2, 'split', ['duplicated dup-differ']]);
    expect(report.counts).toMatchObject({ conferences: 3, duplicated: 1, split: 0, missing: 0 });
    expect(report.findings[0]!.because).toContain('hap-a shows it as server_id=11');
    expect(stdout).toContain('held twice by one proxy');
  },
);

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  let here: HealingLab;
  afterEach(() => here?.stop());

  test.each(['before', 'after'])(
    'live, the other entry %s the real one: duplicated, confirmed, and not healed',
    async (place) => {
      here = await startHealingLab({ binary: command, proxies: 2 });
      const { mesh, relay } = here;
      await mesh.request(0, 'twice', { forceShard: 0 });
      await mesh.untilEntry(1, 'twice', (entry) => entry !== undefined);
      const lie = (proxy: string, line: string, answer: string) =>
        proxy === 'hap-b' && line === 'show table nodes'
          ? answer.replace(/^0x.* key=twice .*\n/m, (row) => {
              const other = row
                .replace(/server_id=\d+/, 'server_id=12')
                .replace(/server_key=\S+/, `server_key=${mesh.shards[1]!.address}`);
              return place === 'before' ? other + row : row + other;
            })
          : answer;
      relay.follow({ rewrite: lie });
      const look = await here.start(['report']).ended;
      expect([look.exitCode, findingLines(look.report!)]).toEqual([2, ['duplicated twice']]);
      const heal = await here.start(['heal', '--yes']).ended;
      expect([heal.exitCode, refusalsOf(heal.report!), heal.writes]).toEqual([4, ['duplicated twice'], []]);
    },
  );
});
