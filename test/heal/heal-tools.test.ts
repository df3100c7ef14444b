// What stops the writes of a heal: a journal that can no longer be written, or a lease that another
// run has. Reads go on.

import { describe, expect, test } from 'vitest';
import type { HealOutcome } from '../../src/domain/plan.ts';
import { type Journal, readJournal } from '../../src/heal/journal.ts';
import { manySplit, type Scenario, scenarioOn } from '../support/heal-scenario.ts';
import { beginJournal } from '../support/journals.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const keys = Array.from({ length: 120 }, (_, n) => `k${String(n).padStart(3, '0')}`);
const reasons = ({ refusals }: HealOutcome) => [...new Set(refusals.map(({ reason }) => reason))];

/** A journal that takes the first `count` appends, and is full then. */
function fullAfter(count: number): Journal {
  const journal = beginJournal(temporaryFolder(), 'run1', () => new Date(0));
  let appends = 0;
  return {
    ...journal,
    append: (records) => appends++ < count && journal.append(records),
    trouble: () => (appends > count ? 'ENOSPC' : null),
  };
}

describe('the journal is full', () => {
  test('before the conferences are in it -> the whole run is refused, and no proxy is read', async () => {
    let reads = 0;
    const it = scenarioOn(manySplit(keys), { journal: fullAfter(0), beforeRead: () => reads++ });
    expect(await it.heal()).toMatchObject({
      planned: 120,
      applied: 0,
      failed: 0,
      journal: null,
      refusals: [{ reason: 'no-journal', key: null, because: 'ENOSPC' }],
    });
    expect([it.commands, reads]).toEqual([[], 0]);
  });

  test('before an intent -> nothing of its batch is sent; earlier writes are verified, the rest is refused', async () => {
    // The conferences, and intents and outcomes of the first batch.
    const it = scenarioOn(manySplit(keys), { journal: fullAfter(3) });
    const outcome = await it.heal();
    expect(outcome).toMatchObject({ planned: 120, applied: 50, verified: 50, failed: 70, interrupted: false });
    expect([reasons(outcome), outcome.refusals.length]).toEqual([['no-journal'], 70]);
    expect(new Set(it.commands.map((command) => command.split(/[ =]/)[2])).size).toBe(50);
  });

  test('between intents and outcomes -> that batch is finished, set after clear, and no other is begun', async () => {
    const it = scenarioOn(manySplit(keys), { journal: fullAfter(2) });
    const outcome = await it.heal();
    expect(outcome).toMatchObject({ applied: 50, verified: 50, failed: 70 });
    expect(reasons(outcome)).toEqual(['no-journal']);
    expect(it.commands.filter((command) => command.startsWith('set'))).toHaveLength(50);
    const records = readJournal(it.tools.journal.path).map(({ event }) => event);
    expect([records.filter((event) => event === 'intent').length, records.includes('outcome')]).toEqual([50, false]);
  });

  test('when all is written -> healed is healed', async () => {
    const it = scenarioOn(manySplit(['k']), { journal: fullAfter(2) });
    expect(await it.heal()).toMatchObject({ applied: 1, verified: 1, failed: 0, refusals: [] });
  });
});

test('another run has the lease -> nothing more goes out, and the rest is refused as locked', async () => {
  let lines = 0;
  const it: Scenario = scenarioOn(manySplit(keys), {
    beforeLine: () => lines++,
    leaseLost: () => (lines > 0 ? 'run second has it' : null),
  });
  const outcome = await it.heal();
  expect(outcome).toMatchObject({ applied: 50, verified: 50, failed: 70 });
  expect(outcome.refusals[0]).toMatchObject({ reason: 'locked', because: 'run second has it' });
  expect(reasons(outcome)).toEqual(['locked']);
});
