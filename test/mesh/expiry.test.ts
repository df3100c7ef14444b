// Tables with another `expire`, and with none: what has ended is not missing, and what never ends
// can be.

import { describe, expect, test } from 'vitest';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { healingLab } from '../support/healing-lab.ts';
import { lookWhileLinked } from '../support/look-while-still.ts';
import { findingLines, meshKinds } from '../support/report-file.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const { here, lab } = healingLab(command);
  async function settle(conference: string): Promise<void> {
    await here().mesh.request(0, conference);
    for (const proxy of [1, 2]) await here().mesh.untilEntry(proxy, conference, (entry) => entry !== undefined);
  }

  test('no expire: what c lacks behind a cut link is missing', async () => {
    const { mesh } = await lab({ configure: (_, text) => text.replace(/ expire \S+/, '') });
    await settle('whole');
    for (const proxy of [0, 1]) await mesh.cut(proxy, 2);
    for (const proxy of [0, 1]) await mesh.untilPeers(proxy, 2, 'down');
    await mesh.request(0, 'endless');
    await mesh.untilEntry(1, 'endless', (entry) => entry !== undefined);
    const { exitCode, report } = await here().run(['report']);
    expect([exitCode, findingLines(report)]).toEqual([2, ['missing endless: peer-link-down']]);
  });

  test('another expire on c: an idle conference that ended there is table-drift, not missing, and not filled in', async () => {
    const { mesh } = await lab({
      expire: '5m',
      configure: (i, text) => (i === 2 ? text.replace(' expire 5m', ' expire 15s') : text),
    });
    await settle('idle');
    await mesh.untilEntry(2, 'idle', (entry) => entry === undefined);
    await settle('busy');
    const { exitCode, report } = await lookWhileLinked(mesh, configure(here().scratch, mesh));
    expect([exitCode, findingLines(report), meshKinds(report)]).toEqual([0, [], ['table-drift']]);
    expect(report.meshFindings.find(({ kind }) => kind === 'table-drift')?.because).toMatch(
      /^entries expire about 28\d s sooner on hap-c than on hap-a, hap-b/,
    );
    const heal = await here().heal();
    expect([heal.exitCode, heal.writes]).toEqual([0, []]);
  });

  test('another expire on c, and all entries made at once in a mesh that has just started: table-drift, and no pass', async () => {
    const { mesh } = await lab({
      configure: (i, text) => (i === 2 ? text.replace(' expire 1h', ' expire 30m') : text),
    });
    for (const name of ['one', 'two', 'three']) await mesh.request(0, name);
    for (const proxy of [1, 2]) await mesh.untilEntry(proxy, 'three', (entry) => entry !== undefined);
    const { exitCode, stdout } = await runSplitbrain(['check', ...configure(here().scratch, mesh)]);
    expect([exitCode, stdout.replace(/\s+/g, ' ')]).toEqual([
      2,
      expect.stringMatching(/table entries expire about 1[78]\d\d s sooner on hap-c than on hap-a, hap-b/),
    ]);
  });
});
