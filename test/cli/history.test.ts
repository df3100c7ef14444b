// `splitbrain history` on folders of kept reports: good, empty, strange and missing ones.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { keptReport } from '../../src/history/keep-report.ts';
import { writeJson } from '../../src/report/json.ts';
import { findingList, runReport, split } from '../support/run-report.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = makeScratch();
});
afterEach(() => scratch.clear());

const folder = () => join(scratch.folder, 'kept');
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const isSplit = () => runReport({ findings: findingList([split('stand\u001b[31mup')]) });

async function keep(at: Date, report: RunReport = runReport()): Promise<void> {
  const place = { folder: folder(), environment: report.environment };
  await keptReport(place, { id: `r${at.getTime()}`, at }, { maxRuns: 1000, maxDays: 35 }).put((write) =>
    writeJson(report, write),
  );
}

const config = (lines = `history: { folder: kept }`) =>
  scratch.file(
    'splitbrain.yaml',
    `environment: stage-8x8\nproxies: { list: [{ name: a, endpoint: "unix:///run/a.sock" }] }\n${lines}\n`,
  );

test('a flag, or the folder of the configuration: the same text', async () => {
  await keep(ago(30));
  await keep(ago(20), isSplit());
  await keep(ago(10), isSplit());
  const byFlag = await runSplitbrain(['history', '--history', folder()]);
  expect([byFlag.exitCode, byFlag.stderr]).toEqual([0, '']);
  expect(byFlag.stdout).toMatch(/^SPLIT {2}since .* for 20 min \(stage-8x8, table nodes\)\n/);
  expect(byFlag.stdout).toMatch(/\n {2}stand\\x1b\[31mup {2}split /);
  const file = config();
  const byFile = await runSplitbrain(['history', '-c', file]);
  const next = `  → What each proxy says now: splitbrain report -c ${file}\n`;
  expect([byFile.exitCode, byFile.stdout]).toEqual([0, `${byFlag.stdout}${next}`]);
});

test('--json has all of it, in a file or in place of the text', async () => {
  await keep(ago(200));
  await keep(ago(20), isSplit());
  const path = join(scratch.folder, 'history.json');
  const run = await runSplitbrain(['history', '--history', folder(), '--since', '1h', '--json', path]);
  const document = JSON.parse(readFileSync(path, 'utf8'));
  expect([run.exitCode, document]).toMatchObject([
    0,
    {
      schema: 'splitbrain/history/1',
      environment: 'stage-8x8',
      present: { verdict: 'split', mayBeOlder: false, lastRun: { command: 'report', exitCode: 2 } },
      verdicts: [{ verdict: 'agree' }, { verdict: 'split', runs: 1 }],
      runs: [{ verdict: 'split', counts: { byKind: { split: 1 } } }],
      findings: [{ kind: 'split', conference: 'stand\u001b[31mup', isPresent: true, times: 1 }],
      recurring: [],
      filesLeftOut: 0,
    },
  ]);
  const schema = JSON.parse(readFileSync(new URL('../../schema/history.schema.json', import.meta.url), 'utf8'));
  const isValid = new Ajv2020({ strictRequired: false, validateFormats: false }).compile(schema);
  expect([isValid(document), isValid.errors, isValid({ ...document, present: {} })]).toEqual([true, null, false]);
  const piped = await runSplitbrain(['history', '--history', folder(), '--json', '-']);
  expect(JSON.parse(piped.stdout).runs).toHaveLength(2);
});

test.each<[string, () => Promise<readonly string[]>, string]>([
  ['no folder is named', async () => [], 'which reports? Give --history DIR, or -c FILE'],
  ['the configuration names none', async () => ['-c', config('')], 'has no `history.folder`: set it'],
  ['it is not there', async () => ['--history', folder()], 'has no report of any environment'],
  ['it is a file', async () => ['--history', scratch.file('x', '')], 'cannot be read: ENOTDIR'],
  [
    'it has the reports of others',
    async () => {
      await keep(ago(5), runReport({ environment: 'prod' }));
      return ['-c', config()];
    },
    'has no report of stage-8x8, table nodes',
  ],
  [
    'it has several environments and no configuration says which',
    async () => {
      await keep(ago(5));
      await keep(ago(5), runReport({ environment: 'prod' }));
      return ['--history', folder()];
    },
    'has reports of 2 environments (prod, stage-8x8): give -c FILE',
  ],
  [
    '--since is no duration',
    async () => ['--history', folder(), '--since', '24'],
    '--since 24: expected a duration with its unit',
  ],
])('%s -> 64, and what to do', async (_what, words, said) => {
  const { exitCode, stdout, stderr } = await runSplitbrain(['history', ...(await words())]);
  expect([exitCode, stdout, stderr]).toEqual([64, '', expect.stringContaining(said)]);
});

test('files that cannot be used are named, and the others tell', async () => {
  await keep(ago(5));
  writeFileSync(join(folder(), 'mine.json'), '{}');
  const { exitCode, stdout } = await runSplitbrain(['history', '--history', folder()]);
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringMatching(/^AGREE [\s\S]*1 file could not be used\n {2}mine.json: its name/),
  ]);
});
