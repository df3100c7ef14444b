// The mesh is what the proxies say it is: whoever shares the table and was not read may send
// requests elsewhere.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startCommandRelay } from '../../lab/links/command-relay.ts';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { findingLines, type ReportFile } from '../support/report-file.ts';
import { runReport, runSplitbrain } from '../support/splitbrain.ts';
import { tableContents } from '../support/table-contents.ts';

const scratch = makeScratch();
afterAll(() => scratch.clear());

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  afterEach(() => mesh?.stop());

  const only = (...positions: readonly number[]) => ({ proxies: positions.map((n) => mesh.proxies[n]!) });
  const unread = ({ meshFindings }: ReportFile) =>
    meshFindings.flatMap(({ kind, peer }) => (kind === 'peer-unread' ? [peer] : []));

  test('one and two proxies of three asked: incomplete, and who is left out is named; ignored on purpose: agree', async () => {
    mesh = await startMesh({ binary: command });
    await mesh.request(0, 'whole', { forceShard: 0 });
    for (const proxy of [1, 2]) await mesh.untilEntry(proxy, 'whole', (entry) => entry !== undefined);
    const one = await runReport(configure(scratch, only(0)));
    expect([one.exitCode, one.report.verdict, unread(one.report)]).toEqual([3, 'incomplete', ['hap-b', 'hap-c']]);
    expect(one.stdout).toMatch(/INCOMPLETE {2}hap-b, hap-c share the table and were not read/);
    const two = await runReport(configure(scratch, only(0, 2)));
    expect([two.exitCode, unread(two.report)]).toEqual([3, ['hap-b']]);
    const all = await runReport(configure(scratch, mesh));
    expect([all.exitCode, unread(all.report)]).toEqual([0, []]);

    const path = configure(scratch, only(0, 2)).at(-1)!;
    const ignoring = configure(scratch, only(0, 2), { lines: ['# other mesh'] }).at(-1)!;
    const { readFileSync, writeFileSync } = await import('node:fs');
    writeFileSync(ignoring, readFileSync(path, 'utf8').replace('proxies:\n', 'proxies:\n  ignorePeers: [hap-b]\n'));
    const meant = await runReport(['-c', ignoring]);
    expect([meant.exitCode, unread(meant.report)]).toEqual([0, []]);
  });

  test('one process under two endpoints is one proxy, and that is said', async () => {
    mesh = await startMesh({ binary: command, proxies: 2 });
    const { statsPort } = mesh.proxies[0]!;
    const { exitCode, report, stdout } = await runReport(
      configure(scratch, mesh, { endpoints: { 'hap-z': `tcp://127.0.0.1:${statsPort}` } }),
    );
    expect([exitCode, report.proxies.map(({ status }) => status)]).toEqual([3, ['ok', 'ok', 'unreachable']]);
    expect(report.proxies[2]!.trouble?.code).toBe('same-process');
    expect(stdout).toContain('same process as hap-a');
  });

  test('a proxy that cannot be read and hears the loser: no replacement', async () => {
    mesh = await startMesh({ binary: command });
    await mesh.split(
      ['t/unseen'],
      [
        { proxies: [0], shard: 0 },
        { proxies: [1, 2], shard: 1 },
      ],
    );
    await mesh.untilPeers(0, 1, 'down');
    await mesh.untilPeers(0, 2, 'down');
    const relay = await startCommandRelay(scratch.folder, mesh.proxies);
    const before = await tableContents(mesh);
    const lines = [`heal: { journal: ${scratch.folder}, settle: 300ms, maxRatio: 1, winner: [latest-access] }`];
    const named = only(0, 1).proxies.map(({ name }) => [name, relay.endpoints[name]!] as const);
    const config = configure(scratch, { proxies: [] }, { endpoints: Object.fromEntries(named), lines });
    const heal = await runSplitbrain(['heal', '--yes', ...config]);
    expect([heal.exitCode, heal.stdout]).toEqual([
      4,
      expect.stringContaining('hap-c would hear what is written on hap-b'),
    ]);
    expect(relay.writes).toEqual([]);
    expect(await tableContents(mesh)).toEqual(before);
    await relay.stop();
    const { report } = await runReport(configure(scratch, only(0, 1)));
    expect([findingLines(report), unread(report)]).toEqual([['split t/unseen: peer-link-down'], ['hap-c']]);
  });
});
