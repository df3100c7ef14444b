// A healthy mesh under real traffic agrees, run after run: whatever is in motion while proxies are
// read is no finding.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { startTraffic } from '../../lab/mesh/traffic.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { everyHaproxy, oldestAndNewest } from '../support/haproxy-versions.ts';
import { lookWhileLinked } from '../support/look-while-still.ts';
import { findingLines, meshKinds, statusesOf } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';

describe.each(everyHaproxy())('HAProxy $version', ({ command, version }) => {
  let mesh: Mesh;
  let scratch: Scratch;
  beforeAll(async () => {
    scratch = makeScratch();
    mesh = await startMesh({ binary: command });
  });
  afterAll(async () => {
    await mesh?.stop();
    scratch.clear();
  });

  // Far above what news takes to travel while this process, which carries the links, is starved.
  const patiently = () => configure(scratch, mesh, { lines: ['confirm: { reads: 2, settle: 1500ms }'] });
  const allOk = ['hap-a ok', 'hap-b ok', 'hap-c ok'];

  test('an empty mesh: agree, and no words of alarm', async () => {
    const { exitCode, report, stdout } = await runReport(configure(scratch, mesh));
    expect([exitCode, report.verdict, statusesOf(report), report.counts.conferences]).toEqual([0, 'agree', allOk, 0]);
    expect(report.proxies.map(({ haproxy }) => haproxy)).toEqual([version, version, version]);
    expect(stdout).toMatch(/^AGREE {2}no proxy holds a conference/);
  });

  test('steady traffic of old and new conferences, three runs: agree', async () => {
    const traffic = startTraffic(mesh);
    let before = 0;
    for (let run = 0; run < 3; run++) {
      await until('there was traffic since the last run', async () => (traffic.answered > before + 50 ? true : null));
      before = traffic.answered;
      const { exitCode, report, stdout } = await lookWhileLinked(mesh, patiently());
      expect([findingLines(report), exitCode, report.verdict, statusesOf(report)]).toEqual([[], 0, 'agree', allOk]);
      expect(meshKinds(report)).toEqual([]);
      expect(report.counts.conferences).toBeGreaterThan(10);
      expect(stdout).toMatch(
        /^AGREE {2}all [\d,]+ conferences lead to the same shard everywhere \(laboratory, table nodes/,
      );
      expect(traffic.answered).toBeGreaterThan(before);
    }
    await traffic.stop();
  });

  test('the same above 20,000 entries that nobody touches', async () => {
    await mesh.fill(0, 20_000, (n) => ({ key: `idle/room ${n}`, serverId: 11 + (n % 3) }));
    await Promise.all(
      [1, 2].map((i) => mesh.untilEntry(i, 'idle/room 19999', (entry) => entry?.serverId === 11 + (19_999 % 3))),
    );
    const traffic = startTraffic(mesh);
    for (let run = 0; run < 2; run++) {
      const { exitCode, report } = await runReport(patiently());
      expect([findingLines(report), exitCode, report.verdict, statusesOf(report)]).toEqual([[], 0, 'agree', allOk]);
      expect(report.counts.conferences).toBeGreaterThan(20_000);
    }
    await traffic.stop();
  });
});

describe.each(oldestAndNewest())('entries that expire while they are read, HAProxy $version', ({ command }) => {
  test('a table that runs empty during the runs: agree each time', async () => {
    const scratch = makeScratch();
    const mesh = await startMesh({ binary: command, expire: '5s' });
    try {
      // Their ends lie apart, so that entries go all the time.
      for (let n = 0; n < 400; n++) await mesh.request(n % 3, `brief/room ${n}`);
      let conferences = 0;
      do {
        const { exitCode, report } = await runReport(configure(scratch, mesh));
        expect([findingLines(report), exitCode, report.verdict]).toEqual([[], 0, 'agree']);
        conferences = report.counts.conferences!;
      } while (conferences > 0);
    } finally {
      await mesh.stop();
      scratch.clear();
    }
  });
});
