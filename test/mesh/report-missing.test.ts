// A proxy that restarted while nobody could reach it lacks what was there before, for ever: five
// entries, and 20,000.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { until } from '../../lab/until.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { lookWhileLinked } from '../support/look-while-still.ts';
import { findingLines, meshKinds, statusesOf } from '../support/report-file.ts';

const MANY = 20_000;
const few = Array.from({ length: 5 }, (_, n) => `old/room-${n}`);

/**
 * HAProxy gives up asking for old entries after 5 s without a peer, and never asks again (2.6 to
 * 3.4); a busy machine makes it longer.
 */
const ALONE_SECONDS = [7, 12, 20];

/**
 * Waits until everybody has heard of the last conference and c has acknowledged it: what is not, is
 * sent again when c is back. An acknowledgement travels on the same connection as c's own news, and
 * before it.
 */
async function hearOut(mesh: Mesh, last: string): Promise<void> {
  for (const i of [1, 2]) await mesh.untilEntry(i, last, (entry) => entry !== undefined);
  await mesh.request(2, 'probe');
  for (const i of [0, 1]) {
    await mesh.untilEntry(i, 'probe', (entry) => entry !== undefined);
    await mesh.command(i, 'clear table nodes key probe');
  }
}

/**
 * Every c is started anew and finds nobody in its first seconds; all of them spend this lonely time
 * together.
 */
async function restartAlone(meshes: readonly Mesh[], aloneSeconds: number): Promise<void> {
  for (const mesh of meshes) {
    for (const i of [0, 1]) await mesh.cut(i, 2);
    await mesh.kill(2);
    await mesh.start(2);
  }
  for (const mesh of meshes) {
    await until(`hap-c has been alone for ${aloneSeconds} s`, async () => {
      const info = await mesh.command(2, 'show info');
      return Number(/^Uptime_sec: (\d+)$/m.exec(info)?.[1]) >= aloneSeconds || null;
    });
    for (const i of [0, 1]) await mesh.restore(i, 2);
  }
  for (const mesh of meshes) await mesh.untilPeersUp();
}

/**
 * Whether c has old entries after all. What a tells it later comes behind all that it asked for.
 */
async function hasLearned(mesh: Mesh): Promise<boolean> {
  await mesh.request(0, 'probe');
  for (const i of [1, 2]) await mesh.untilEntry(i, 'probe', (entry) => entry !== undefined);
  for (const i of [0, 1, 2]) await mesh.command(i, 'clear table nodes key probe');
  return (await mesh.entries(2)).length > 0;
}

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const scratch = makeScratch();
  const meshes: Mesh[] = [];
  beforeAll(async () => {
    for (let n = 0; n < 2; n++) meshes.push(await startMesh({ binary: command }));
    for (const name of few) await meshes[0]!.request(0, name);
    await meshes[1]!.fill(0, MANY, (n) => ({ key: `old/room-${n}`, serverId: 11 + (n % 3) }));
    await hearOut(meshes[0]!, few.at(-1)!);
    await hearOut(meshes[1]!, `old/room-${MANY - 1}`);
    // Where c has learned after all, it is no case of this, and starts once more.
    let left: readonly Mesh[] = meshes;
    for (const aloneSeconds of ALONE_SECONDS) {
      await restartAlone(left, aloneSeconds);
      const learned = await Promise.all(left.map(hasLearned));
      left = left.filter((_, n) => learned[n]);
      if (left.length === 0) break;
    }
  });
  afterAll(async () => {
    for (const mesh of meshes) await mesh.stop();
    scratch.clear();
  });

  test('{a: s, b: s, c: nothing} x 5 -> missing, emptied; a touched one is not', async () => {
    const mesh = meshes[0]!;
    const { exitCode, report, stdout } = await lookWhileLinked(mesh, configure(scratch, mesh));
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([
      2,
      'split',
      few.map((name) => `missing ${name}: emptied`),
    ]);
    expect(report.findings.map(({ absentOn }) => absentOn)).toEqual(few.map(() => ['hap-c']));
    expect(meshKinds(report)).toEqual([]);
    expect(report.meshFindings.filter(({ kind }) => kind === 'restarted').map(({ proxy }) => proxy)).toContain('hap-c');
    expect(stdout).toMatch(/^MISSING {2}5 of 5 conferences are missing on some proxies/);
    expect(stdout).toContain('(missing, emptied)');
    expect(stdout.replace(/\s+/g, ' ')).toContain('finds no peer in its first 5 s never asks for the old ones again.');

    await mesh.request(0, few[0]!);
    await mesh.untilEntry(2, few[0]!, (entry) => entry !== undefined);
    const { report: after } = await lookWhileLinked(mesh, configure(scratch, mesh));
    expect(findingLines(after)).toEqual(few.slice(1).map((name) => `missing ${name}: emptied`));
  });

  test('{a: s, b: s, c: nothing} x 20,000 -> all of them, read by a second dump; the text stays short', async () => {
    const { exitCode, report, stdout } = await lookWhileLinked(meshes[1]!, configure(scratch, meshes[1]!));
    expect([exitCode, report.verdict, report.counts.missing, report.findings.length]).toEqual([2, 'split', MANY, MANY]);
    expect(statusesOf(report)).toEqual(['hap-a ok', 'hap-b ok', 'hap-c ok']);
    expect(new Set(report.findings.map(({ kind, cause, absentOn }) => `${kind} ${cause} ${absentOn}`))).toEqual(
      new Set(['missing emptied hap-c']),
    );
    expect(new Set(report.findings.map(({ conference }) => conference)).size).toBe(MANY);
    expect(stdout).toMatch(/^MISSING {2}20,000 of 20,000 conferences are missing on some proxies/);
    expect(stdout).toContain('and 19,997 more');
    expect(stdout.split('\n').length).toBeLessThan(40);
  });
});
