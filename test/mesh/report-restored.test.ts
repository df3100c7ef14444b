// Tables that differ though every link is up: after a cut, and after first requests at the same
// instant. Nothing that can be read says why.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import { lookWhileLinked, lookWhileStill } from '../support/look-while-still.ts';
import { findingLines, meshKinds, routesOf } from '../support/report-file.ts';
import { compareWhenStill } from '../support/table-disagreements.ts';

const versions = everyHaproxy();
const scratch = makeScratch();
const meshes = new Map<string, Mesh>();

// A proxy that is younger than its entries can live is `restarted`, which would explain everything.
// All meshes grow up together.
const EXPIRE_SECONDS = 25;

async function untilGrown(mesh: Mesh): Promise<void> {
  await until(`the proxies have been up for ${EXPIRE_SECONDS} s`, async () => {
    const answers = await Promise.all(mesh.proxies.map((_, i) => mesh.command(i, 'show info')));
    return answers.every((text) => Number(/^Uptime_sec: (\d+)$/m.exec(text)?.[1]) > EXPIRE_SECONDS) || null;
  });
}

/**
 * First requests at the same instant part a conference in a healthy mesh too: both stores cross on
 * the wire, and a proxy ends up with what the other one chose. The first proxy's requests go to the
 * second shard, the other's to the first. Resolves when three are split.
 */
async function crossUntilSplit(mesh: Mesh, [one, other]: readonly [number, number]): Promise<void> {
  let n = 0;
  await until('three first requests have crossed', async () => {
    for (const last = n + 15; n < last; n++) {
      await Promise.all([
        mesh.request(one, `race/room-${n}`, { forceShard: 1 }),
        mesh.request(other, `race/room-${n}`, { forceShard: 0 }),
      ]);
    }
    const seen = await compareWhenStill(mesh);
    return seen.split.filter((key) => key.startsWith('race/')).length >= 3 || null;
  });
}

beforeAll(async () => {
  for (const { version, command } of versions)
    meshes.set(version, await startMesh({ binary: command, expire: `${EXPIRE_SECONDS}s` }));
  for (const mesh of meshes.values()) await untilGrown(mesh);
});
afterAll(async () => {
  for (const mesh of meshes.values()) await mesh.stop();
  scratch.clear();
});

describe.each(versions)('HAProxy $version', ({ version }) => {
  test('links were cut and are back, others crossed in a healthy mesh: exactly what differs, cause unknown', async () => {
    const mesh = meshes.get(version)!;
    const parted = Array.from({ length: 8 }, (_, n) => `parted/room-${n}`);
    await mesh.split(parted, [
      { proxies: [0, 1], shard: 0 },
      { proxies: [2], shard: 1 },
    ]);
    await mesh.restore(0, 2);
    await mesh.restore(1, 2);
    const { look, tables } = await lookWhileStill(mesh, configure(scratch, mesh), () => crossUntilSplit(mesh, [0, 1]));
    const { exitCode, report, stdout } = look;
    const { split, missing } = tables;
    expect(findingLines(report)).toEqual(
      [...split.map((key) => `split ${key}: unknown`), ...missing.map((key) => `missing ${key}: unknown`)].sort(),
    );
    expect([exitCode, report.verdict, meshKinds(report)]).toEqual([2, 'split', []]);
    expect(stdout).toContain('no evidence says why (split, unknown)');
    // Where each proxy sends requests is what the report says of it.
    for (const key of split.slice(0, 5)) {
      const routes = Object.entries(routesOf(report, key));
      expect(new Set(routes.map(([, shard]) => shard)).size).toBeGreaterThan(1);
      const entries = await Promise.all(mesh.proxies.map((_, i) => mesh.entry(i, key)));
      expect(routes).toEqual(mesh.proxies.map(({ name }, i) => [name, entries[i]?.serverKey]));
    }
  });

  test('`clear table ... key` on c alone: {a: s1, b: s1, c: nothing} -> missing there, cause unknown; one request settles it', async () => {
    const mesh = meshes.get(version)!;
    await Promise.all(mesh.proxies.map((_, i) => mesh.command(i, 'clear table nodes')));
    const shard = mesh.shards[0]!.address;
    // A link that drops and comes back may tell c of it again, and the others lose it in time.
    const { look, tables } = await lookWhileStill(mesh, configure(scratch, mesh), async () => {
      await mesh.request(0, 'forgotten', { forceShard: 0 });
      await Promise.all(
        mesh.proxies.map((_, i) => mesh.untilEntry(i, 'forgotten', (entry) => entry?.serverKey === shard)),
      );
      await mesh.command(2, 'clear table nodes key forgotten');
    });
    const { exitCode, report, stdout } = look;
    expect(tables).toEqual({ split: [], missing: ['forgotten'] });
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([2, 'split', ['missing forgotten: unknown']]);
    expect([routesOf(report, 'forgotten'), report.findings[0]?.absentOn]).toEqual([
      { 'hap-a': shard, 'hap-b': shard },
      ['hap-c'],
    ]);
    expect(stdout).toMatch(/^MISSING {2}1 of 1 conference is missing on some proxies/);
    expect(stdout).toMatch(new RegExp(`${shard} on hap-a, hap-b +\\| +absent on hap-c`));

    await mesh.request(0, 'forgotten', { forceShard: 0 });
    await mesh.untilEntry(2, 'forgotten', (entry) => entry?.serverKey === shard);
    const after = await lookWhileLinked(mesh, configure(scratch, mesh));
    expect([after.exitCode, findingLines(after.report)]).toEqual([0, []]);
  });

  test('s2 in maintenance on c, first requests at a (s2) and c (s1) crossed -> split, state-drift, also for the mesh', async () => {
    const mesh = meshes.get(version)!;
    await Promise.all(mesh.proxies.map((_, i) => mesh.command(i, 'clear table nodes')));
    await mesh.command(2, 'disable server nodes/shard-2');
    const { look, tables } = await lookWhileStill(mesh, configure(scratch, mesh), () => crossUntilSplit(mesh, [0, 2]));
    const { report } = look;
    const two = mesh.shards[1]!.address;
    // Where c holds s2 it places the next request anew, whatever the others hold.
    const notFollowedOnC = (await mesh.entries(2)).filter(({ serverKey }) => serverKey === two).map(({ key }) => key);
    expect(findingLines(report).filter((each) => each.startsWith('split'))).toEqual(
      [...new Set([...tables.split, ...notFollowedOnC])].map((key) => `split ${key}: state-drift`).sort(),
    );
    for (const { kind, because } of report.findings)
      if (kind === 'split') expect(because.startsWith(`${two} is maint on hap-c`)).toBe(true);
    expect([report.verdict, meshKinds(report)]).toEqual(['split', ['state-drift']]);
  });
});
