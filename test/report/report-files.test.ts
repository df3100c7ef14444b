// The files of a run: opened before it, written after it, and nothing left behind where there was nothing to write.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { openReportFiles } from '../../src/report/report-files.ts';
import { makeScratch, type Scratch } from '../support/mesh-config.ts';
import { runReport } from '../support/run-report.ts';

let scratch: Scratch;
let said: string;
beforeEach(() => {
  scratch = makeScratch();
  said = '';
});
afterEach(() => scratch.clear());

const within = (name: string) => join(scratch.folder, name);
const open = (flags: Parameters<typeof openReportFiles>[0]) =>
  openReportFiles(flags, async (text) => {
    said += text;
  });
const text = (path: string) => readFileSync(path, 'utf8');

test('a file for each, and a folder with all of them', async () => {
  const files = await open({ json: within('a.json'), junit: within('a.xml'), out: within('new/out') });
  await files.write(runReport());
  await files.close(within('no-journals'), 'run');
  expect(readdirSync(within('new/out')).sort()).toEqual(['junit.xml', 'report.json', 'summary.txt']);
  for (const [one, other] of [
    [within('a.json'), within('new/out/report.json')],
    [within('a.xml'), within('new/out/junit.xml')],
  ] as const)
    expect(text(one)).toBe(text(other));
  expect(JSON.parse(text(within('a.json'))).schema).toBe('splitbrain/report/1');
  expect(text(within('new/out/summary.txt'))).toMatch(/^(AGREE|SPLIT|INCOMPLETE) {2}/);
  expect([said, files.takeStandardOutput]).toEqual(['', false]);
});

test.each(['json', 'junit'] as const)('--%s - is standard output', async (flag) => {
  const files = await open({ [flag]: '-' });
  await files.write(runReport());
  await files.close(within('no-journals'), 'run');
  expect([files.takeStandardOutput, said]).toEqual([true, expect.stringMatching(flag === 'json' ? /^\{/ : /^<\?xml/)]);
});

test('a run without a report: what is new goes away again, what was there stays as it was', async () => {
  mkdirSync(within('out'));
  writeFileSync(within('out/report.json'), 'of another run');
  const files = await open({ out: within('out') });
  await files.close(within('no-journals'), 'run');
  expect(readdirSync(within('out'))).toEqual(['report.json']);
  expect(text(within('out/report.json'))).toBe('of another run');
});

test('a longer file of another run is replaced as a whole', async () => {
  writeFileSync(within('a.json'), 'x'.repeat(1_000_000));
  const files = await open({ json: within('a.json') });
  await files.write(runReport());
  await files.close(within('no-journals'), 'run');
  expect(JSON.parse(text(within('a.json'))).schema).toBe('splitbrain/report/1');
});

test('the journal of this run alone is copied', async () => {
  mkdirSync(within('journals'));
  for (const run of ['mine', 'other']) writeFileSync(within(`journals/2026-${run}.journal.jsonl`), run);
  const files = await open({ out: within('out') });
  await files.writeSummary('REFUSED\n');
  await files.close(within('journals'), 'mine');
  expect(readdirSync(within('out')).sort()).toEqual(['2026-mine.journal.jsonl', 'summary.txt']);
  expect(text(within('out/summary.txt'))).toBe('REFUSED\n');
});

test.each([
  [{ json: '/no/such/folder/x' }, '--json /no/such/folder/x: cannot be written'],
  [{ junit: '/' }, '--junit /: cannot be written'],
  [{ out: '/dev/null/out' }, '--out /dev/null/out: cannot be made'],
  [{ json: '-', junit: '-' }, 'both want standard output'],
])('%j -> bad usage, and no file of the others is left', async (flags, complaint) => {
  const opening = open({ out: within('out'), ...flags });
  await expect(opening).rejects.toThrow(ConfigError);
  await expect(opening).rejects.toThrow(complaint);
  expect(readdirSync(scratch.folder, { recursive: true }).filter((name) => name !== 'out')).toEqual([]);
});
