// The heal of a scheduled run on a model mesh: what keeps it from writing, and how it ends then.

import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HealSettings } from '../../src/domain/plan.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { takeLease } from '../../src/heal/run-lock.ts';
import { healIn } from '../../src/workflows/heal.ts';
import { type ModelRun, modelRun, takeWrites } from '../support/model-command-run.ts';
import { drawEntry } from '../support/model-look.ts';
import type { ModelMesh } from '../support/model-mesh.ts';
import { draw, settingsWith } from '../support/model-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const flags = { proxy: [] };

interface Healed {
  readonly run: ModelRun;
  readonly exitCode: number;
  /** The commands that reached the proxies. */
  readonly writes: readonly string[];
  /** What became of the heal, as `afterwards` got it. */
  readonly report: RunReport;
  readonly journal: string;
}

interface Circumstances {
  /** Comes before the run, which journals in the folder that it is given. */
  readonly prepare?: (run: ModelRun, journal: string) => unknown;
  readonly gone?: readonly string[];
  readonly changes?: Partial<HealSettings>;
}

async function heal(mesh: ModelMesh, { prepare, gone = [], changes = {} }: Circumstances = {}): Promise<Healed> {
  const folder = temporaryFolder();
  const settings = { heal: settingsWith({ journal: join(folder, 'journal'), ...changes }).heal };
  const run = modelRun(mesh, { folder, gone, settings });
  const { journal } = settings.heal;
  const writes = await takeWrites(mesh, folder);
  await prepare?.(run, journal);
  const told: RunReport[] = [];
  const exitCode = await healIn(run, flags, async (report) => {
    told.push(report);
    return ['a note of the metrics'];
  });
  return { run, exitCode, writes, report: told[0]!, journal };
}

const reasonsOf = ({ heal: healed }: RunReport) => healed?.refusals.map(({ reason }) => reason);
const journalsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.journal.jsonl'));

test('{p1: s1, p2: s1, p3: s2} -> p3 is replaced, exit 0, a journal, and the note is in the report', async () => {
  const mesh = draw({ k: { p1: 's1', p2: 's1', p3: 's2' } });
  const { exitCode, writes, report, run, journal } = await heal(mesh);
  expect([exitCode, writes]).toEqual([0, ['p3 clear table nodes key k', 'p3 set table nodes key k data.server_id 11']]);
  expect(report.heal).toMatchObject({ planned: 1, verified: 1, failed: 0, refusals: [] });
  expect(journalsIn(journal)).toHaveLength(1);
  expect(run.written).toMatchObject([{ exitCode: 0, notes: expect.arrayContaining(['a note of the metrics']) }]);
});

test('{p1: s1, p2: s1} -> nothing to write: exit 0, and no journal is begun', async () => {
  const { exitCode, writes, report, journal } = await heal(draw({ k: { p1: 's1', p2: 's1' } }));
  expect([exitCode, writes, report.heal, journalsIn(journal)]).toMatchObject([0, [], { planned: 0 }, []]);
});

test('it comes together while the look settles -> nothing is planned, exit 0', async () => {
  const mesh = draw({ k: { p1: 's1', p2: 's1', p3: 's2' } });
  const { exitCode, writes, report } = await heal(mesh, {
    prepare: (run) => run.clock.after(1, () => mesh.put('p3', 'k', drawEntry('s1', mesh, 'p3'))),
  });
  expect([exitCode, writes, report.heal?.planned]).toEqual([0, [], 0]);
});

describe('{p1: s1, p2: s1, p3: s2}, and p4 is gone', () => {
  const partly = () => draw({ k: { p1: 's1', p2: 's1', p3: 's2', p4: null } });

  test('enough proxies were read -> p3 is replaced, and exit 3 says that the view is incomplete', async () => {
    const { exitCode, writes, report } = await heal(partly(), { gone: ['p4'] });
    expect([exitCode, writes.length, reasonsOf(report)]).toEqual([3, 2, []]);
  });

  test('heal.minReporting wants all of them -> the run is refused, exit 4, nothing is written', async () => {
    const { exitCode, writes, report } = await heal(partly(), { gone: ['p4'], changes: { minReporting: 1 } });
    expect([exitCode, writes, reasonsOf(report)]).toEqual([4, [], ['coverage']]);
  });
});

describe('another run holds the lock', () => {
  const claim = (folder: string) => ({ folder, environment: 'stage', runId: 'other', what: 'healing' });
  const lockedBy = async ({ clock, context }: ModelRun, journal: string) => {
    const lease = await takeLease(claim(journal), clock, context.signal);
    if (!('release' in lease)) throw new Error('the lock could not be taken');
  };

  test('something to heal -> refused as locked, nothing is written, and the exit code is that of the look: 2', async () => {
    const { exitCode, writes, report } = await heal(draw({ k: { p1: 's1', p2: 's1', p3: 's2' } }), {
      prepare: lockedBy,
    });
    expect([exitCode, writes, reasonsOf(report)]).toEqual([2, [], ['locked']]);
    expect(report.exitCode).toBe(2);
  });

  test('nothing to heal -> no word of a refusal, exit 0', async () => {
    const { exitCode, report } = await heal(draw({ k: { p1: 's1', p2: 's1' } }), { prepare: lockedBy });
    expect([exitCode, reasonsOf(report)]).toEqual([0, []]);
  });
});

describe('no journal can be written', () => {
  // Access rights do not stop root. A link to nowhere reads as no journals, and cannot become a
  // folder.
  const prepare = (_: ModelRun, journal: string) => symlinkSync('/nowhere/at-all', journal);

  test('something to heal -> refused as no-journal, exit 4, nothing is written', async () => {
    const { exitCode, writes, report } = await heal(draw({ k: { p1: 's1', p2: 's1', p3: 's2' } }), { prepare });
    expect([exitCode, writes, reasonsOf(report)]).toEqual([4, [], ['no-journal']]);
  });

  test('nothing to heal -> exit 0, and a note says why nothing could be', async () => {
    const { exitCode, report } = await heal(draw({ k: { p1: 's1', p2: 's1' } }), { prepare });
    expect([exitCode, reasonsOf(report)]).toEqual([0, []]);
    expect(report.notes).toContainEqual(expect.stringContaining('without lock and journal nothing is healed'));
  });
});

test('the journals cannot be read -> how often a conference was healed is not known: refused as cooldown, exit 4', async () => {
  const prepare = (_: ModelRun, journal: string) => writeFileSync(journal, 'a file where the folder should be');
  const { exitCode, writes, report } = await heal(draw({ k: { p1: 's1', p2: 's1', p3: 's2' } }), { prepare });
  expect([exitCode, writes, reasonsOf(report)]).toEqual([4, [], ['cooldown']]);
});

test('the lock is free again after a run, and after one that failed', async () => {
  const journal = join(temporaryFolder(), 'journal');
  mkdirSync(journal);
  const mesh = draw({ k: { p1: 's1', p2: 's1' } });
  const run = modelRun(mesh, { settings: { heal: settingsWith({ journal }).heal } });
  const failing = () => Promise.reject(new Error('a defect in what follows'));
  await expect(healIn(run, flags, failing)).rejects.toThrow('a defect in what follows');
  expect(await healIn(run, flags, async () => [])).toBe(0);
  expect(reasonsOf(run.written[0]!)).toEqual([]);
});
