// The runbook has a row for every kind, cause and reason of the code's closed lists, in their
// order.

import { expect, test } from 'vitest';
import { causes, findingKinds, meshFindingKinds } from '../../src/domain/finding.ts';
import { refusalReasons } from '../../src/domain/plan.ts';
import { firstColumn, readPage } from './pages.ts';

test('findings and causes', () => {
  const page = readPage('docs/findings.md');
  expect(firstColumn(page, 'finding')).toEqual([...findingKinds, ...meshFindingKinds]);
  expect([...firstColumn(page, 'cause')].sort()).toEqual([...causes].sort());
});

test('reasons of refusals', () => {
  expect([...firstColumn(readPage('docs/healing.md'), 'reason')].sort()).toEqual([...refusalReasons].sort());
});
