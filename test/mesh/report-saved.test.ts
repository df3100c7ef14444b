// Saved looks at a real mesh say what the live look said: our own snapshots, reports that were
// kept, and the predecessor's folders.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import { findingLines, type ReportFile } from '../support/report-file.ts';
import { runReport, runSplitbrain } from '../support/splitbrain.ts';

const parted = ['t/retro', 't/standup'];

/** What must be the same, live or saved: findings with all routes, without the time that runs. */
function essence({ findings, proxies, counts, shards, verdict }: ReportFile) {
  return {
    findings: findings.map(({ routes, ...rest }) => ({
      ...rest,
      routes: routes.map(({ proxy, shard, serverId, serverKey }) => ({ proxy, shard, serverId, serverKey })),
    })),
    proxies: proxies.map(({ name, status, haproxy, table }) => ({ name, status, haproxy, entries: table?.entries })),
    counts,
    shards,
    verdict,
  };
}

describe.each(everyHaproxy())('HAProxy $version', ({ command }) => {
  const scratch = makeScratch();
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh({ binary: command });
    // No command can ask for the empty one; the last one's arrival says that it has arrived.
    const calm = ['', 'calm/a', 'calm/\u001b[31m'];
    for (const name of calm) await mesh.request(0, name);
    for (const i of [1, 2]) await mesh.untilEntry(i, calm.at(-1)!, (entry) => entry !== undefined);
    await mesh.split(parted, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
    await mesh.untilPeers(0, 2, 'down');
    await mesh.untilPeers(1, 2, 'down');
  });
  afterAll(async () => {
    await mesh?.stop();
    scratch.clear();
  });
  const config = () => configure(scratch, mesh);

  test('report --save, then report --from: the same findings, reported as one look', async () => {
    const folder = join(scratch.folder, 'kept', 'monday');
    const live = await runReport([...config(), '--save', folder]);
    expect([live.exitCode, findingLines(live.report)]).toEqual([
      2,
      parted.map((name) => `split ${name}: peer-link-down`),
    ]);
    expect(live.stdout).toContain(`Saved in ${folder}. Look at it again: splitbrain report -c `);
    const saved = await runReport(['--from', folder]);
    expect(essence(saved.report)).toEqual(essence(live.report));
    expect([saved.exitCode, saved.report.run.looks, saved.report.run.source]).toEqual([2, 1, folder]);
    expect(saved.stdout).toContain(`1 look at saved dumps in ${folder}`);
    expect(saved.stdout).toContain('Saved dumps are one look: nothing could be confirmed');
    expect(readdirSync(join(scratch.folder, 'kept'))).toEqual(['monday']);
  });

  test('snapshot: exit 0 though the mesh disagrees, what it disagrees on comes back; a second one is refused', async () => {
    const folder = join(scratch.folder, 'tuesday');
    const { exitCode, stdout } = await runSplitbrain(['snapshot', folder, ...config()]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(folder)]);
    const saved = await runReport(['--from', folder]);
    expect([saved.exitCode, findingLines(saved.report)]).toEqual([
      2,
      parted.map((name) => `split ${name}: peer-link-down`),
    ]);

    const manifest = readFileSync(join(folder, 'manifest.json'));
    for (const words of [
      ['snapshot', folder],
      ['report', '--save', folder],
    ]) {
      const again = await runSplitbrain([...words, ...config()]);
      expect([again.exitCode, again.stdout]).toEqual([64, '']);
      expect(again.stderr).toContain(`${folder}: there is something under this name already`);
    }
    expect(readFileSync(join(folder, 'manifest.json'))).toEqual(manifest);
  });

  test("the predecessor's folder, with its `show stat`: the same splits; without it, and for another table: reported", async () => {
    const folder = join(scratch.folder, 'wednesday');
    mkdirSync(folder);
    for (const [i, { name }] of mesh.proxies.entries()) {
      writeFileSync(join(folder, `haproxy-table-nodes-${name}`), await mesh.command(i, 'show table nodes'), 'latin1');
      writeFileSync(join(folder, `haproxy-stat-${name}`), await mesh.command(i, 'show stat'), 'latin1');
    }
    const live = await runReport(config());
    const saved = await runReport(['--from', folder]);
    // No peers were saved: nothing says why.
    expect([saved.exitCode, findingLines(saved.report)]).toEqual([2, parted.map((name) => `split ${name}: unknown`)]);
    expect(essence(saved.report).shards).toEqual(essence(live.report).shards);
    expect(essence(saved.report).findings.map(({ routes }) => routes)).toEqual(
      essence(live.report).findings.map(({ routes }) => routes),
    );

    for (const { name } of mesh.proxies) rmSync(join(folder, `haproxy-stat-${name}`));
    const blind = await runReport(['--from', folder]);
    expect(findingLines(blind.report)).toEqual(findingLines(saved.report));
    expect(blind.stdout).toContain('No server addresses are known of hap-a, hap-b, hap-c');

    const other = await runSplitbrain(['report', '--from', folder, '--table', 'rooms']);
    expect([other.exitCode, other.report]).toEqual([64, null]);
    expect(other.stderr).toContain('haproxy-table-nodes-hap-a');
    const nowhere = await runSplitbrain(['report', '--from', join(scratch.folder, 'never')]);
    expect([nowhere.exitCode, nowhere.stderr]).toEqual([
      64,
      expect.stringContaining('there is no such folder of saved dumps'),
    ]);
    expect(existsSync(join(scratch.folder, 'never'))).toBe(false);
  });
});
