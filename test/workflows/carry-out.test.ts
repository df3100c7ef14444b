// From a report and a file to a plan: pins, undo, plans that are too old. The writes themselves are
// tested on real proxies.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HealSettings, Plan } from '../../src/domain/plan.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { ConfigError } from '../../src/errors.ts';
import { healPlan } from '../../src/heal/heal.ts';
import { type JournalRecord, readJournal } from '../../src/heal/journal.ts';
import { carryOutPlan } from '../../src/workflows/carry-out.ts';
import { checkPlan, planPins, planWayBack } from '../../src/workflows/named-plans.ts';
import { addresses, drawEntry, type Picture, planFor, viewsOf } from '../support/model-look.ts';
import type { ModelMesh } from '../support/model-mesh.ts';
import { draw, quietContext, reportOf, runOf, settingsWith } from '../support/model-run.ts';
import { scriptMesh } from '../support/scripted-mesh.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ways = ({ conferences }: Plan) =>
  conferences.map(({ key, steps }) => [key, ...steps.map(({ kind, proxy }) => `${kind} ${proxy}`)].join(' '));
const reasonsOf = ({ refusals }: Plan) => refusals.map(({ reason, key }) => `${key} ${reason}`);

describe('a plan from a file', () => {
  const mesh = draw({ k: { p1: 's1', p2: 's2' } });
  const validUntil = '2026-11-21T10:15:00.000Z';
  const plan: Plan = { ...planFor(mesh), validUntil };
  const refused = (changes: Partial<Plan>, now = Date.parse(validUntil), heal: Partial<HealSettings> = {}) =>
    checkPlan({ ...plan, ...changes }, reportOf(mesh), { settings: settingsWith(heal), context: quietContext(now) })
      .plan.refused;

  test('in time, on its mesh -> carried out', () => expect(refused({})).toBeNull());
  test('a millisecond late -> plan-expired', () =>
    expect(refused({}, Date.parse(validUntil) + 1)).toMatchObject({ reason: 'plan-expired', key: null }));
  test.each([{ environment: 'prod' }, { table: 'other' }])('of another mesh: %j -> wrong-mesh', (changes) => {
    expect(refused(changes)).toMatchObject({ reason: 'wrong-mesh' });
  });
  test('guards that would refuse it today refuse it', () =>
    expect(refused({}, Date.parse(validUntil), { maxRatio: 0.05, maxRatioFloor: 0 })).toMatchObject({
      reason: 'too-large-share',
    }));
});

describe('a plan from a file, and what has become of its conferences', () => {
  const plan = planFor(draw({ k: { p1: 's1', p2: 's1', p3: 's2' } }));
  const inTime = { ...plan, validUntil: '2026-11-21T10:15:00.000Z' };
  const checked = (mesh: ModelMesh, from = inTime) =>
    checkPlan(from, reportOf(mesh), {
      settings: settingsWith(),
      context: quietContext(Date.parse(inTime.validUntil)),
    });

  test('it has come together -> nothing is left to do', () => {
    expect(checked(draw({ k: { p1: 's1', p2: 's1', p3: 's1' } }))).toMatchObject({
      plan: { conferences: [], refusals: [] },
      settled: ['k'],
    });
  });

  test('the same disagreement, other steps -> refused, with the advice to make a new plan', () => {
    expect(reasonsOf(checked(draw({ k: { p1: 's1', p2: 's2', p3: 's1' } })).plan)).toEqual(['k entry-changed']);
  });

  test('a kind that the look does not confirm is corrected: no guard trusts the file', () => {
    const lying = { ...inTime, conferences: plan.conferences.map((each) => ({ ...each, kind: 'missing' as const })) };
    expect(checked(draw({ k: { p1: 's1', p2: 's1', p3: 's2' } }), lying).plan.conferences).toMatchObject([
      { key: 'k', kind: 'split' },
    ]);
  });

  test('the winner is in maintenance -> refused', () => {
    const mesh = draw({ k: { p1: 's1', p2: 's1', p3: 's2' } });
    for (const proxy of mesh.names) mesh.setState(proxy, addresses.s1!, 'maint');
    expect(reasonsOf(checked(mesh).plan)).toEqual(['k no-eligible-shard']);
  });
});

describe('pins', () => {
  const pinned = (mesh: ModelMesh, pins: readonly (readonly [string, string])[], heal: Partial<HealSettings> = {}) =>
    planPins({ pins: pins.map(([key, shard]) => ({ key, shard })), isNew: false }, reportOf(mesh), runOf(mesh, heal));

  test('from the entries of now, not from the look', async () => {
    const mesh = draw({ k: { p1: 's1', p2: 's1' } });
    const report = reportOf(mesh);
    mesh.put('p2', 'k', drawEntry('s2', mesh, 'p2'));
    const plan = await planPins({ pins: [{ key: 'k', shard: 's2' }], isNew: false }, report, runOf(mesh));
    expect(ways(plan)).toEqual(['k replace p1']);
  });

  test('one that is there already is no work; one that is refused does not stop the others', async () => {
    const mesh = draw({ a: { p1: 's2', p2: 's2' }, b: { p1: 's1', p2: 's1' } });
    const plan = await pinned(mesh, [
      ['a', 's2'],
      ['b', 's2'],
      ['c', 's9'],
      ['', 's2'],
    ]);
    expect([ways(plan), reasonsOf(plan)]).toEqual([
      ['b replace p1 replace p2'],
      ['c unknown-shard', ' key-inexpressible'],
    ]);
  });

  test('the guards of a run hold for pins, but for the share: a person named them', async () => {
    const mesh = draw({ a: { p1: 's1', p2: 's1' }, b: { p1: 's1', p2: 's1' } });
    const both = [
      ['a', 's2'],
      ['b', 's2'],
    ] as const;
    expect(ways(await pinned(mesh, both, { maxRatio: 0.05 }))).toHaveLength(2);
    const one = await pinned(mesh, both, { maxConferences: 1 });
    expect([ways(one).length, reasonsOf(one)]).toEqual([1, ['b too-many-conferences']]);
  });
});

describe('undo', () => {
  const run: JournalRecord = {
    event: 'run',
    at: 'x',
    runId: 'r',
    command: 'heal',
    environment: 'stage',
    table: 'nodes',
  };
  const back = (mesh: ModelMesh, records: readonly JournalRecord[]) =>
    planWayBack({ records, path: 'j.jsonl', older: false }, reportOf(mesh), runOf(mesh));

  test('a journal of another mesh, or without a run -> a complaint', async () => {
    const mesh = draw({});
    await expect(back(mesh, [{ ...run, environment: 'prod' }])).rejects.toThrow('is of table nodes of prod');
    await expect(back(mesh, [])).rejects.toThrow(ConfigError);
  });

  test('killed anywhere: cut after every line, only conferences with an intent are touched, and all that were written to', async () => {
    const pictures = { a: { p1: 's1', p2: 's2' }, b: { p1: 's1', p2: null }, c: { p1: 's1', p2: 's2' } };
    const text = await journalOfHeal(draw(pictures));
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(12);
    for (let kept = 1; kept <= lines.length; kept++) {
      const records = recordsOf(`${lines.slice(0, kept).join('\n')}\n${lines[kept]?.slice(0, 20) ?? ''}`);
      const intents = new Set(records.flatMap((record) => (record.event === 'intent' ? [record.key] : [])));
      const healed = draw(Object.fromEntries(Object.keys(pictures).map((key) => [key, { p1: 's1', p2: 's1' }])));
      const plan = await back(healed, records);
      expect(new Set(plan.conferences.map(({ key }) => key))).toEqual(intents);
      expect(plan.refusals).toEqual([]);
    }
  });

  test('a conference without a write is not undone', async () => {
    const pictures = { a: { p1: 's1', p2: 's2' } };
    const records = recordsOf(await journalOfHeal(draw(pictures)));
    expect(ways(await back(draw(pictures), records))).toEqual([]);
  });

  test('a filled-in entry is removed, a replaced one is put back', async () => {
    const mesh = draw({ a: { p1: 's1', p2: 's2' }, b: { p1: 's1', p2: null } });
    const records = recordsOf(await journalOfHeal(mesh));
    expect(ways(await back(mesh, records))).toEqual(['a replace p2', 'b remove p2']);
  });

  test('any prefix of any journal: no conference without an intent', async () => {
    const entry = fc.constantFrom<Picture>(
      { p1: 's1', p2: 's2' },
      { p1: 's2', p2: null },
      { p1: 's1', p2: 's3' },
      { p1: 's1', p2: 's1' },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 5 }), fc.nat(), async (held, seed) => {
        const mesh = draw(Object.fromEntries(held.map((picture, n) => [`k${n}`, picture])));
        const lines = (await journalOfHeal(mesh)).trimEnd().split('\n');
        const records = recordsOf(`${lines.slice(0, 1 + (seed % lines.length)).join('\n')}\n`);
        const intents = records.flatMap((record) => (record.event === 'intent' ? [record.key] : []));
        for (const { key } of (await back(mesh, records)).conferences) expect(intents).toContain(key);
      }),
      { numRuns: 30 },
    );
  });

  /** Heals the mesh, and returns the records of the journal. */
  async function journalOfHeal(mesh: ModelMesh): Promise<string> {
    const scripted = scriptMesh(mesh);
    const { at, ...begin } = run;
    scripted.tools.journal.append([begin]);
    await healPlan({ plan: planFor(mesh), views: viewsOf(mesh) }, scripted.tools, {
      settleMs: 1_000,
      rounds: null,
      onRound: () => {},
    });
    return readJournal(scripted.tools.journal.path)
      .map((record) => `${JSON.stringify(record)}\n`)
      .join('');
  }

  function recordsOf(text: string): readonly JournalRecord[] {
    const path = join(temporaryFolder(), 'cut.journal.jsonl');
    writeFileSync(path, text);
    return readJournal(path);
  }
});

describe('carrying out nothing', () => {
  const empty = (mesh: ModelMesh): Plan => ({ ...planFor(mesh), conferences: [], refusals: [] });
  const codeOf = async (mesh: ModelMesh, plan: Plan, changes: Partial<Omit<RunReport, 'counts'>> = {}) => {
    const report = { ...reportOf(mesh), ...changes };
    const { outcome, exitCode } = await carryOutPlan(plan, report, runOf(mesh));
    expect(outcome).toMatchObject({ applied: 0, journal: null });
    return exitCode;
  };
  const agreeing = draw({ k: { p1: 's1', p2: 's1' } });
  const splitting = draw({ k: { p1: 's1', p2: 's2' } });

  test('a mesh that agrees -> 0, and no journal is begun', async () => {
    expect(await codeOf(agreeing, empty(agreeing))).toBe(0);
  });

  test('an incomplete view -> 3', async () => {
    expect(await codeOf(agreeing, empty(agreeing), { exitCode: 3 })).toBe(3);
  });

  test('a disagreement that is not in the plan -> 2, whatever else went well', async () => {
    expect(await codeOf(splitting, empty(splitting), { exitCode: 2 })).toBe(2);
  });

  test('a refusal -> 4', async () => {
    const refusals = [{ reason: 'cooldown', key: 'k', because: 'healed 3 times' } as const];
    expect(await codeOf(splitting, { ...empty(splitting), refusals }, { exitCode: 3 })).toBe(4);
  });
});
