import { expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan.ts';
import { withoutStalePeople } from '../../src/workflows/heal-question.ts';

const plan = {
  conferences: [
    { key: 'a', kind: 'split' },
    { key: 'b', kind: 'scattered' },
    { key: 'c', kind: 'misplaced' },
  ],
  refusals: [],
} as unknown as Plan;

test('an answer in time: the plan as it was shown', () => {
  expect(withoutStalePeople(plan, 150_000, 150_000)).toBe(plan);
  expect(withoutStalePeople(plan, 9_000_000)).toBe(plan);
});

test('an answer after the census has become too old: what it alone found is refused by name', () => {
  const { conferences, refusals } = withoutStalePeople(plan, 150_001, 150_000);
  expect(conferences).toEqual([{ key: 'a', kind: 'split' }]);
  expect(refusals).toMatchObject([
    { reason: 'plan-expired', key: 'b', because: expect.stringContaining('took 150 s') },
    { reason: 'plan-expired', key: 'c' },
  ]);
});
