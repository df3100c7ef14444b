// Locks of people against heals, on a model mesh: nothing is written while one is in force.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/domain/run-report.ts';
import { createLock, type LockPlace } from '../../src/locks/lock-folder.ts';
import { openLocks } from '../../src/session/mesh-locks.ts';
import { healIn } from '../../src/workflows/heal.ts';
import { lockOf } from '../locks/lock-of.ts';
import { modelRun, takeWrites } from '../support/model-command-run.ts';
import { draw, settingsWith } from '../support/model-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Circumstances {
  /** The picture of the mesh's one conference. */
  readonly shards?: Readonly<Record<string, string>>;
  readonly isIgnoring?: boolean;
  /** Before the run. */
  readonly before?: (place: LockPlace, nowMs: number) => void;
  /** When the look has begun. */
  readonly during?: (place: LockPlace, nowMs: number) => void;
}

const SPLIT = { p1: 's1', p2: 's1', p3: 's2' };

/** A scheduled heal; locks are read when the run begins. */
async function heal({ shards = SPLIT, isIgnoring = false, before, during }: Circumstances) {
  const folder = temporaryFolder();
  const settings = { heal: settingsWith({ journal: join(folder, 'journal') }).heal };
  const place = { folder: settings.heal.journal, environment: 'stage' };
  const model = draw({ k: shards });
  const writes = await takeWrites(model, folder);
  const run = modelRun(model, { folder, settings });
  before?.(place, run.clock.now());
  const locks = openLocks({ ...place, isIgnoring, hostFile: null, now: () => run.clock.now() });
  if (during) run.clock.after(1, () => during(place, run.clock.now()));
  const reports: RunReport[] = [];
  const members = run.mesh.members.map((member) => ({
    ...member,
    reader: locks.guarded(member.target, member.reader),
  }));
  const mesh = { ...run.mesh, members, locks } as typeof run.mesh;
  const exitCode = await healIn({ ...run, mesh }, { proxy: [] }, async (report) => {
    reports.push(report);
    return [];
  });
  const [report] = reports as [RunReport];
  return { exitCode, writes, report, reasons: report.heal?.refusals.map(({ reason }) => reason) };
}

const lockOn =
  (proxy: string | null, minutes = 30) =>
  (place: LockPlace, nowMs: number) =>
    void createLock(place, lockOf({ proxy, sinceMs: nowMs, untilMs: nowMs + minutes * 60_000 }));

describe('{p1: s1, p2: s1, p3: s2}', () => {
  test('the environment is locked -> refused as locked, exit 4, nothing is written, and what was seen is told', async () => {
    const { exitCode, writes, reasons, report } = await heal({ before: lockOn(null) });
    expect([exitCode, writes, reasons, report.view]).toEqual([4, [], ['locked'], 'incomplete']);
    expect(report.heal?.refusals[0]?.because).toMatch(/^stage is locked by alice@deploy-1 \("kernel upgrade"\) until /);
    expect([report.counts.byKind.split, report.counts.proxiesReporting]).toEqual([1, 3]);
  });

  test('p3 is locked -> it is not read, and nothing is written to the others either', async () => {
    const { exitCode, writes, reasons, report } = await heal({ before: lockOn('p3') });
    expect([exitCode, writes, reasons]).toEqual([4, [], ['locked']]);
    expect(report.proxies.map(({ status }) => status)).toEqual(['ok', 'ok', 'locked']);
  });

  test('the environment is locked while the run looks -> refused all the same', async () => {
    const { exitCode, writes, reasons } = await heal({ during: lockOn(null) });
    expect([exitCode, writes, reasons]).toEqual([4, [], ['locked']]);
  });

  test('the lock has ended -> healed, exit 0, and a note says so', async () => {
    const { exitCode, writes, report } = await heal({ before: lockOn(null, -5) });
    expect([exitCode, writes.length]).toEqual([0, 2]);
    expect(report.notes.join()).toMatch(/the lock of alice@deploy-1 on stage ended at .* It is ignored/);
  });

  test('the run ignores it -> healed, and a note says whose it was', async () => {
    const { exitCode, writes, report } = await heal({ before: lockOn('p3'), isIgnoring: true });
    expect([exitCode, writes.length]).toEqual([0, 2]);
    expect(report.notes.join()).toContain(
      'This run ignores a lock, as --ignore-lock says: p3 is locked by alice@deploy-1',
    );
  });
});

test('{p1: s1, p2: s1}, and p2 is locked -> nothing was seen to heal, and it is refused all the same', async () => {
  const { exitCode, writes, reasons } = await heal({ shards: { p1: 's1', p2: 's1' }, before: lockOn('p2') });
  expect([exitCode, writes, reasons]).toEqual([4, [], ['locked']]);
});
