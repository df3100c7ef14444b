// Entries that lie or lead nowhere: mixed and orphaned; and shards that are down here and up there.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import { lookWhileLinked } from '../support/look-while-still.ts';
import { findingLines, meshKinds, routesOf } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';
import { compareWhenStill } from '../support/table-disagreements.ts';

describe.each(everyHaproxy())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  let one = '';
  let two = '';
  const scratch = makeScratch();
  beforeAll(async () => {
    mesh = await startMesh({ binary: command });
    [one, two] = mesh.shards.map(({ address }) => address) as [string, string];
  });
  afterAll(async () => {
    await mesh?.stop();
    scratch.clear();
  });

  async function settle(name: string, forceShard: number) {
    const { shard } = await mesh.request(0, name, { forceShard });
    await Promise.all(mesh.proxies.map((_, i) => mesh.untilEntry(i, name, (entry) => entry?.serverKey === shard)));
  }
  afterEach(async () => {
    for (const [i] of mesh.proxies.entries()) await mesh.command(i, 'enable server nodes/shard-2');
    // News of an entry that was on its way brings it back.
    await until('all tables are empty', async () => {
      for (const [i] of mesh.proxies.entries()) await mesh.command(i, 'clear table nodes');
      const { split, missing } = await compareWhenStill(mesh);
      const left = await Promise.all(mesh.proxies.map((_, i) => mesh.entries(i)));
      return split.length + missing.length + left.flat().length === 0 || null;
    });
  });

  test('{a: 12/s1, b: 12/s1, c: 12/s1} after a plain `set ... data.server_id 12` -> mixed, still led to s1, not split', async () => {
    await settle('relabelled', 0);
    await mesh.command(1, 'set table nodes key relabelled data.server_id 12');
    for (const i of [0, 1, 2])
      await mesh.untilEntry(i, 'relabelled', (entry) => entry?.serverId === 12 && entry.serverKey === one);
    const { exitCode, report, stdout } = await runReport(configure(scratch, mesh));
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([2, 'split', ['mixed relabelled']]);
    expect(routesOf(report, 'relabelled')).toEqual({ 'hap-a': one, 'hap-b': one, 'hap-c': one });
    expect(report.findings[0]?.because).toContain('hap-a, hap-b, hap-c; HAProxy follows the key');
    expect(stdout).toMatch(/^SPLIT {2}1 of 1 conference is mixed/);
    expect(stdout).toContain(`${one} (id 12)`);
    expect((await mesh.request(2, 'relabelled')).shard).toBe(one);
  });

  test('{a, b, c: an id that no server has, or one in maintenance} -> orphaned, reported, exit 0', async () => {
    await mesh.command(0, 'set table nodes key nowhere data.server_id 99');
    await settle('in-repair', 1);
    for (const i of [1, 2]) await mesh.untilEntry(i, 'nowhere', (entry) => entry?.serverId === 99);
    for (const i of [0, 1, 2]) await mesh.command(i, 'disable server nodes/shard-2');
    const { exitCode, report, stdout } = await lookWhileLinked(mesh, configure(scratch, mesh));
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([
      0,
      'agree',
      ['orphaned in-repair', 'orphaned nowhere'],
    ]);
    expect(report.shards.find(({ address }) => address === two)?.state).toBe('down');
    expect(meshKinds(report)).toEqual([]);
    expect(stdout).toContain('2 conferences without a usable shard (orphaned)');
  });

  test('s2 in maintenance on c alone, links up: c does not follow the entry -> split, state-drift', async () => {
    await settle('half-open', 1);
    await mesh.command(2, 'disable server nodes/shard-2');
    const { exitCode, report } = await lookWhileLinked(mesh, configure(scratch, mesh));
    expect([exitCode, findingLines(report), meshKinds(report)]).toEqual([
      2,
      ['split half-open: state-drift'],
      ['state-drift'],
    ]);
    expect(report.meshFindings.find(({ kind }) => kind === 'state-drift')?.because).toMatch(
      new RegExp(`^${two} is up on hap-a, hap-b; maint on hap-c$`),
    );
    expect(report.shards.find(({ address }) => address === two)?.state).toBe('partly');
    expect(report.findings[0]?.because).toBe(
      `${two} is maint on hap-c and takes requests elsewhere: hap-c places the next request anew`,
    );
  });
});
