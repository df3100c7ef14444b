// What a person names: shards that must exist before anything large is asked, journals that are too
// old to go back by, and the limit of a run.

import { describe, expect, test } from 'vitest';
import type { JournalRecord } from '../../src/heal/journal.ts';
import { checkPlan, checkShardNames, planWayBack } from '../../src/workflows/named-plans.ts';
import { modelRun } from '../support/model-command-run.ts';
import { planFor } from '../support/model-look.ts';
import { draw, quietContext, reportOf, runOf, settingsWith } from '../support/model-run.ts';

describe('the shards of pins, before the look', () => {
  const mesh = draw({ k: { p1: 's1', p2: 's1' } });
  const asked = (shards: readonly string[], gone: readonly string[] = []) =>
    checkShardNames(
      shards.map((shard) => ({ key: 'k', shard })),
      modelRun(mesh, { gone }),
    );

  test.each(['s1', '10.0.0.2:443', '13'])(
    '%s: a name, an address or an id that some proxy has -> nothing to say',
    (shard) => expect(asked([shard])).resolves.toBeUndefined(),
  );

  test('names that nobody has -> a complaint for each, once, with the nearest names', async () => {
    await expect(asked(['s1', 'x2', 'x2', '10.0.0.33:443'])).rejects.toMatchObject({
      complaints: [
        expect.stringMatching(/^no proxy has one shard called "x2"; the nearest are s2, /),
        expect.stringMatching(/^no proxy has one shard called "10\.0\.0\.33:443"; the nearest are 10\.0\.0\.3:443, /),
      ],
    });
  });

  test('one proxy is gone -> the other says what there is; all are gone -> the look tells why', async () => {
    await expect(asked(['x2'], ['p1'])).rejects.toThrow('no proxy has one shard called');
    await expect(asked(['x2'], ['p1', 'p2'])).resolves.toBeUndefined();
  });
});

describe('the way back, by the age of the run', () => {
  const mesh = draw({ k: { p1: 's1', p2: 's1' } });
  const now = quietContext().clock.now();
  const back = (minutesAgo: number, older = false) => {
    const run: JournalRecord = {
      event: 'run',
      at: new Date(now - minutesAgo * 60_000).toISOString(),
      runId: 'r',
      command: 'heal',
      environment: 'stage',
      table: 'nodes',
    };
    return planWayBack({ records: [run], path: 'j.jsonl', older }, reportOf(mesh), runOf(mesh));
  };

  test('an hour ago -> planned; a minute more -> a complaint that names --older; with it -> planned', async () => {
    expect((await back(60)).conferences).toEqual([]);
    await expect(back(61)).rejects.toThrow(
      'j.jsonl: that run was 61 minutes ago, and its conferences may be others today: give --older',
    );
    expect((await back(61, true)).conferences).toEqual([]);
  });
});

test('the limit of a run counts those that move people: {split, split, missing} and maxConferences: 1 -> one split and the missing', () => {
  const mesh = draw({ a: { p1: 's1', p2: 's2' }, b: { p1: 's1', p2: 's2' }, c: { p1: 's1', p2: null } });
  const plan = { ...planFor(mesh), validUntil: '2026-11-21T10:15:00.000Z' };
  const { plan: checked } = checkPlan(plan, reportOf(mesh), {
    settings: settingsWith({ maxConferences: 1 }),
    context: quietContext(),
  });
  expect(checked.conferences.map(({ key, kind }) => `${kind} ${key}`).sort()).toEqual(['missing c', 'split a']);
  expect(checked.refusals).toMatchObject([{ key: 'b', reason: 'too-many-conferences' }]);
});
