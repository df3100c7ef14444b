// Tables that say nothing of where conferences go, and proxies without the table: what there is to
// compare is compared.

import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { lookWhileLinked } from '../support/look-while-still.ts';
import { findingLines, meshKinds } from '../support/report-file.ts';

const scratch = makeScratch();
afterAll(() => scratch.clear());

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  afterEach(() => mesh?.stop());

  test('counters only: not-sticky, nothing to compare, and no agreement', async () => {
    const counting = (_: number, text: string) =>
      text
        .replace(/( stick-table .*?) srvkey addr$/m, '$1 store gpc0')
        .replace(
          /^ {2}stick match .*\n {2}stick store-request .*$/m,
          '  http-request track-sc0 hdr(X-StickToken) table nodes',
        );
    mesh = await startMesh({ binary: command, configure: counting });
    await mesh.request(0, 'counted');
    for (const proxy of [0, 1, 2])
      await until(
        `the entry is in table ${proxy}`,
        async () => (await mesh.command(proxy, 'show table nodes')).includes('key=counted ') || null,
      );
    const { exitCode, report, stdout } = await lookWhileLinked(mesh, configure(scratch, mesh));
    expect([exitCode, findingLines(report), meshKinds(report)]).toEqual([3, [], ['not-sticky']]);
    expect(stdout).toMatch(/^INCOMPLETE {2}the table names no servers, so that there is nothing to compare/);
  });

  test('a wrong table name: no-table, and their servers are compared all the same', async () => {
    mesh = await startMesh({ binary: command });
    await mesh.command(1, 'set server nodes/shard-2 state maint');
    const { exitCode, report } = await lookWhileLinked(mesh, configure(scratch, mesh, { lines: ['table: rooms'] }));
    expect([exitCode, meshKinds(report)]).toEqual([3, ['no-table', 'state-drift']]);
  });
});
