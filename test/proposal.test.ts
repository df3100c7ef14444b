// What healing would do about a report: the cooldown from the journals, and how long a plan is good for.

import { expect, test } from 'vitest';
import { openJournal } from '../src/heal/journal.ts';
import { propose } from '../src/proposal.ts';
import { draw, quietEdge, reportOf, settingsWith } from './support/heal-ground.ts';
import { temporaryFolder } from './support/heal-stage.ts';

test('counts the heals of this mesh in its journals, within the window', () => {
  const folder = temporaryFolder();
  const here = quietEdge();
  const begun = (minutesAgo: number, runId: string, keys: readonly string[]) => {
    const journal = openJournal(folder, runId, () => new Date(here.clock.now() - minutesAgo * 60_000));
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
  const { plan } = propose(report, twice, here);
  expect(plan).toMatchObject({ conferences: [{ key: 'once' }], refusals: [{ key: 'flaps', reason: 'cooldown' }] });
  const thrice = settingsWith({ journal: folder, cooldown: { heals: 3, withinMs: 3_600_000 } });
  expect(propose(report, thrice, here).plan.refusals).toEqual([]);
});

test('a plan is valid for a quarter of an hour', () => {
  const { plan } = propose(reportOf(draw({})), settingsWith(), quietEdge(Date.parse('2026-11-21T10:00:00Z')));
  expect(plan).toMatchObject({
    runId: 'run-2',
    createdAt: '2026-11-21T10:00:00.000Z',
    validUntil: '2026-11-21T10:15:00.000Z',
  });
});
