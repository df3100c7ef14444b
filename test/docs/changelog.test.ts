// CHANGELOG.md names this version, and the version of every contract that the code writes.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { readPage } from './pages.ts';

const source = resolve(import.meta.dirname, '../../src');
const contracts = (text: string) => [...text.matchAll(/\bsplitbrain\/[a-z]+\/\d+\b/g)].map(([name]) => name);

/** The newest version's part. */
const [newest] = readPage('CHANGELOG.md')
  .split(/^(?=## )/m)
  .slice(1) as [string];

test('the newest version is this one', () => {
  expect(newest.split('\n')[0]).toBe(`## ${packageJson.version}`);
});

test('it has the contracts of the code', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const written = new Set(files.flatMap((name) => contracts(readFileSync(join(source, name), 'utf8'))));
  expect(written.size).toBeGreaterThan(3);
  expect([...new Set(contracts(newest))].sort()).toEqual([...written].sort());
});
