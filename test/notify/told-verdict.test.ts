// What was told last: kept for its owner only, by environment and table; damaged files are none.

import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTold, writeTold } from '../../src/notify/told-verdict.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const told = { verdict: 'split', since: new Date('2026-11-28T10:00:00.000Z') } as const;

test('it comes back, for this environment and table only', () => {
  const folder = join(temporaryFolder(), 'state');
  const place = { folder, environment: 'stage', table: 'nodes' };
  expect([readTold(place), writeTold(place, told), readTold(place)]).toEqual([null, null, told]);
  expect([readTold({ ...place, table: 'x' }), readTold({ ...place, environment: 'prod' })]).toEqual([null, null]);
  expect(readdirSync(folder)).toEqual(['stage.nodes.told.json']);
  expect(statSync(join(folder, 'stage.nodes.told.json')).mode & 0o777).toBe(0o600);
});

test.each([
  '',
  '{',
  '[]',
  '{"schema":"splitbrain/told/2","verdict":"split","since":"2026-11-28"}',
  '{"schema":"splitbrain/told/1","verdict":"maybe","since":"2026-11-28"}',
  '{"schema":"splitbrain/told/1","verdict":"split","since":"yesterday"}',
])('%j -> nothing was told', (text) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'stage.nodes.told.json'), text);
  expect(readTold({ folder, environment: 'stage', table: 'nodes' })).toBeNull();
});

test('that nothing was told yet can be kept too; a folder that cannot be made is said', () => {
  const folder = temporaryFolder();
  expect([
    writeTold({ folder, environment: 'a', table: 'b' }, null),
    readTold({ folder, environment: 'a', table: 'b' }),
  ]).toEqual([null, null]);
  writeFileSync(join(folder, 'file'), '');
  expect(writeTold({ folder: join(folder, 'file'), environment: 'a', table: 'b' }, told)).toMatch(
    /cannot be kept in .* \(E(EXIST|NOTDIR)\)/,
  );
});
