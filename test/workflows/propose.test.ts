// What healing would do about a report: the cooldown from the journals, and how long a plan is
// valid.

import { appendFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { propose } from '../../src/workflows/propose.ts';
import { beginJournal } from '../support/journals.ts';
import { draw, quietContext, reportOf, settingsWith } from '../support/model-run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('counts the heals of this mesh in its journals, within the window', () => {
  const folder = temporaryFolder();
  const here = quietContext();
  const begun = (minutesAgo: number, runId: string, keys: readonly string[]) => {
    const journal = beginJournal(folder, runId, () => new Date(here.clock.now() - minutesAgo * 60_000));
    journal.append([
      { event: 'run', runId, command: 'heal', environment: 'stage', table: 'nodes' },
      ...keys.map((key, seq) => ({
        event: 'intent' as const,
        seq,
        key,
        proxy: 'p2',
        kind: 'touch' as const,
        expect: null,
        serverId: 11,
      })),
    ]);
    journal.close();
  };
  begun(90, 'a', ['flaps']);
  begun(50, 'b', ['flaps', 'once']);
  begun(5, 'c', ['flaps']);
  const report = reportOf(draw({ flaps: { p1: 's1', p2: 's2' }, once: { p1: 's1', p2: 's2' } }));
  const twice = settingsWith({ journal: folder, cooldown: { heals: 2, withinMs: 3_600_000 } });
  const { plan } = propose(report, { settings: twice, context: here });
  expect(plan).toMatchObject({ conferences: [{ key: 'once' }], refusals: [{ key: 'flaps', reason: 'cooldown' }] });
  const thrice = settingsWith({ journal: folder, cooldown: { heals: 3, withinMs: 3_600_000 } });
  expect(propose(report, { settings: thrice, context: here }).plan.refusals).toEqual([]);
});

describe('a damaged journal within the window', () => {
  const damaged = (minutesAgo: number) => {
    const here = quietContext();
    const folder = temporaryFolder();
    const journal = beginJournal(folder, 'a', () => new Date(here.clock.now() - minutesAgo * 60_000));
    journal.close();
    writeFileSync(journal.path, 'lunch\n');
    return { here, path: journal.path, settings: settingsWith({ journal: folder }) };
  };
  const split = { k: { p1: 's1', p2: 's2' } };

  test('nothing would be healed, and the file is named with what to do about it', () => {
    const { here, path, settings } = damaged(5);
    const { plan, decisions } = propose(reportOf(draw(split)), { settings, context: here });
    expect(plan).toMatchObject({
      conferences: [],
      refused: {
        reason: 'cooldown',
        key: null,
        because: `${path}:1: this is no journal of splitbrain, or it is damaged: how often a conference was healed is not known; mend that journal or move it away`,
      },
    });
    expect(decisions.get('k')).toMatchObject({ refusal: 'cooldown' });
  });

  test('is no trouble where nothing is to be healed, or when it is of long ago', () => {
    const { here, settings } = damaged(5);
    expect(propose(reportOf(draw({})), { settings, context: here }).plan).toMatchObject({
      refused: null,
      refusals: [],
    });
    const old = damaged(3 * 24 * 60);
    expect(propose(reportOf(draw(split)), { settings: old.settings, context: old.here }).plan).toMatchObject({
      conferences: [{ key: 'k' }],
    });
  });
});

test('a journal of another environment that is damaged or torn stops nothing; a torn one of this environment is logged once', () => {
  const folder = temporaryFolder();
  const here = quietContext();
  const said: string[] = [];
  const log = {
    ...here.log,
    warn: (event: string, fields?: object) => said.push(`${event} ${JSON.stringify(fields)}`),
  };
  const begun = (environment: string, text: string) => {
    const journal = beginJournal(folder, 'a', () => new Date(here.clock.now() - 60_000), environment);
    journal.append([{ event: 'run', runId: 'a', command: 'heal', environment, table: 'nodes' }]);
    journal.close();
    appendFileSync(journal.path, text);
    return journal.path;
  };
  begun('prod', '{"event":"int\nlunch\n');
  begun('prod-eu', '{"event":"int');
  const own = begun('stage', '{"at":"2026');
  const settings = settingsWith({ journal: folder });
  const plans = [1, 2].map(
    () => propose(reportOf(draw({ k: { p1: 's1', p2: 's2' } })), { settings, context: { ...here, log } }).plan,
  );
  for (const plan of plans) expect(plan).toMatchObject({ refused: null, conferences: [{ key: 'k' }] });
  expect(said).toEqual([expect.stringMatching(/^journal-torn /)]);
  expect(said[0]).toContain(own);
});

test('a plan is valid for a quarter of an hour', () => {
  const { plan } = propose(reportOf(draw({})), {
    settings: settingsWith(),
    context: quietContext(Date.parse('2026-11-21T10:00:00Z')),
  });
  expect(plan).toMatchObject({
    runId: 'run-2',
    createdAt: '2026-11-21T10:00:00.000Z',
    validUntil: '2026-11-21T10:15:00.000Z',
  });
});
