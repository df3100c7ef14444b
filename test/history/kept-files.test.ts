// Names of kept reports, and which of them go: beyond a number, an age, or a size of all.

import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptName, keptReports, MOST_BYTES, pruneReports, timeOf } from '../../src/history/kept-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const day = (number: number) => new Date(Date.UTC(2026, 10, number, 12));
const limits = { maxRuns: 3, maxDays: 10 };

function folderWith(...days: readonly number[]) {
  const folder = temporaryFolder();
  for (const number of days) writeFileSync(join(folder, keptName(day(number), 'stage', 'r1')), '');
  return { folder, environment: 'stage' };
}

const daysIn = (folder: string) => readdirSync(folder).map((name) => timeOf(name)?.getUTCDate() ?? name);

test('a name holds its time, sorts by it, and is of one environment only', () => {
  const names = [keptName(day(9), 'a.b', 'r1'), keptName(day(10), 'a', 'r2'), keptName(day(1), 'a', 'x/y')];
  expect(names[0]).toBe('2026-11-09T12-00-00.000Z.a.b.r1.report.json');
  expect(names.map(timeOf)).toEqual([day(9), day(10), day(1)]);
  expect(['report.json', '2026-13-45T99-00-00.000Z.a.r.report.json', `${names[0]}.draft`].map(timeOf)).toEqual([
    null,
    null,
    null,
  ]);
  const folder = temporaryFolder();
  for (const name of names.slice(0, 2)) writeFileSync(join(folder, name), '');
  expect(keptReports({ folder, environment: 'a' })).toEqual({ names: [names[1]], strangers: [] });
});

test('the oldest go beyond the number, and what is too old', () => {
  const many = folderWith(20, 21, 22, 23, 24);
  pruneReports(many, limits, keptName(day(24), 'stage', 'r1'));
  expect(daysIn(many.folder)).toEqual([22, 23, 24]);
  const old = folderWith(1, 10, 20, 21);
  pruneReports(old, { ...limits, maxRuns: 100 }, keptName(day(20), 'stage', 'r1'));
  expect(daysIn(old.folder)).toEqual([10, 20, 21]);
});

test('the oldest go where all are too large together', () => {
  const { folder, environment } = folderWith(20, 21, 22);
  truncateSync(join(folder, keptName(day(21), 'stage', 'r1')), MOST_BYTES);
  pruneReports({ folder, environment }, limits, keptName(day(22), 'stage', 'r1'));
  expect(daysIn(folder)).toEqual([20, 21, 22]);
  writeFileSync(join(folder, keptName(day(22), 'stage', 'r1')), '{}');
  pruneReports({ folder, environment }, limits, keptName(day(22), 'stage', 'r1'));
  expect(daysIn(folder)).toEqual([22]);
});

test('the report of this run stays, even if a wrong clock named it; so do reports of others', () => {
  const place = folderWith(2, 20, 21, 22);
  const other = keptName(day(1), 'prod', 'r1');
  writeFileSync(join(place.folder, other), '');
  pruneReports(place, { maxRuns: 1, maxDays: 100 }, keptName(day(2), 'stage', 'r1'));
  expect(readdirSync(place.folder).sort()).toEqual([other, keptName(day(2), 'stage', 'r1')]);
});

test('drafts of runs that were killed go after two days', () => {
  const place = folderWith(20);
  const current = keptName(day(20), 'stage', 'r1');
  for (const number of [17, 19])
    writeFileSync(join(place.folder, `.${keptName(day(number), 'stage', 'r0')}.0a1b2c3d.draft`), '');
  writeFileSync(join(place.folder, '.netrc'), '');
  pruneReports(place, limits, current);
  expect(readdirSync(place.folder).sort()).toEqual(
    [`.${keptName(day(19), 'stage', 'r0')}.0a1b2c3d.draft`, '.netrc', current].sort(),
  );
});
