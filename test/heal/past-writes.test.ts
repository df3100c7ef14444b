// What journals say of one conference.

import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pastWrites } from '../../src/heal/past-writes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const AT = '2026-11-21T12-00-00.000Z';

function journal(folder: string, runId: string, records: readonly object[], environment = 'stage'): string {
  const path = join(folder, `${AT.replace('12', runId)}.${environment}.r${runId}.journal.jsonl`);
  const run = {
    at: `2026-11-21T${runId}:00:00.000Z`,
    event: 'run',
    runId: `r${runId}`,
    command: 'heal',
    environment,
    table: 'nodes',
  };
  writeFileSync(path, [run, ...records].map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

const decided = (key: string) => ({ event: 'conference', key, winner: '10.0.0.9:443' });
const intent = (key: string, proxy: string) => ({ event: 'intent', at: '2026-11-21T12:00:01.000Z', key, proxy });

test('the newest first, at most so many; what became of each', () => {
  const folder = temporaryFolder();
  journal(folder, '11', [
    decided('k'),
    intent('k', 'p1'),
    intent('k', 'p2'),
    { event: 'verdict', key: 'k', held: true, because: '' },
  ]);
  journal(folder, '12', [
    decided('k'),
    intent('k', 'p1'),
    { event: 'verdict', key: 'k', held: false, because: 'p2 differs' },
  ]);
  journal(folder, '13', [decided('k'), intent('k', 'p1')]);
  journal(folder, '14', [decided('other'), intent('other', 'p1')]);
  journal(folder, '15', [decided('k')]);
  journal(folder, '16', [decided('k'), intent('k', 'p1')], 'prod');
  const place = { folder, environment: 'stage', table: 'nodes' };
  expect(pastWrites(place, 'k', 5)).toEqual({
    events: [
      ['r13', 'heal brought it to 10.0.0.9:443 (p1), and did not verify it'],
      ['r12', 'heal brought it to 10.0.0.9:443 (p1), and it did not hold: p2 differs'],
      ['r11', 'heal brought it to 10.0.0.9:443 (p1, p2), and it held'],
    ].map(([runId, what]) => ({ at: '2026-11-21T12:00:01.000Z', runId, source: 'journal', what })),
    problem: null,
  });
  expect(pastWrites(place, 'k', 1).events.map(({ runId }) => runId)).toEqual(['r13']);
  expect(pastWrites({ ...place, table: 'other' }, 'k', 5).events).toEqual([]);
});

test('a torn last line, and a folder that does not exist, lose nothing else', () => {
  const folder = temporaryFolder();
  const path = journal(folder, '11', [decided('k'), intent('k', 'p1')]);
  appendFileSync(path, '{"event":"verd');
  expect(pastWrites({ folder, environment: 'stage', table: 'nodes' }, 'k', 5).events).toHaveLength(1);
  const nowhere = { folder: join(folder, 'nowhere'), environment: 'stage', table: 'nodes' };
  expect(pastWrites(nowhere, 'k', 5)).toEqual({ events: [], problem: null });
});
