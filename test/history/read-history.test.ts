// Reports that are kept and read again: what comes back, and what becomes of files that are broken,
// foreign, hostile or of a later version.

import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { findingName, type RunHistory } from '../../src/domain/run-history.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { keptReport } from '../../src/history/keep-report.ts';
import { keptName } from '../../src/history/kept-files.ts';
import { readHistory } from '../../src/history/read-history.ts';
import { writeJson } from '../../src/report/json.ts';
import { finding, findingList, mesh, runReport, split, troubledProxy } from '../support/run-report.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const environment = 'stage-8x8';
const now = new Date('2026-11-28T12:00:00.000Z');
const limits = { maxRuns: 1000, maxDays: 35 };
const hour = (number: number) => new Date(Date.UTC(2026, 10, 28, number));
let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(), 'kept');
});

const place = () => ({ folder, environment, table: 'nodes' });

async function keep(at: Date, report: RunReport = runReport()): Promise<string> {
  const file = keptReport({ folder, environment: report.environment }, { id: `r${at.getTime()}`, at }, limits);
  await file.put((write) => writeJson(report, write));
  return file.path;
}

async function read(): Promise<RunHistory> {
  const history = await readHistory(place(), now, new AbortController().signal);
  if ('problem' in history) throw new Error(history.problem);
  return history;
}

test('what was kept is the JSON report, for its owner only, and nothing lies beside it', async () => {
  const path = await keep(hour(9));
  expect(JSON.parse(readFileSync(path, 'utf8')).schema).toBe('splitbrain/report/1');
  expect([statSync(path).mode & 0o777, statSync(folder).mode & 0o777, readdirSync(folder)]).toEqual([
    0o600,
    0o700,
    ['2026-11-28T09-00-00.000Z.stage-8x8.r1795856400000.report.json'],
  ]);
});

test('{agree} {split: a, b} {split: a} -> the runs in order, a since the second', async () => {
  await keep(hour(9), runReport());
  await keep(hour(11), runReport({ findings: findingList([split('a')]) }));
  await keep(hour(10), runReport({ findings: findingList([split('a'), split('b')]) }));
  const { runs, findings, filesLeftOut } = await read();
  expect(
    runs.map(({ at, verdict, exitCode, counts, after }) => [at, verdict, exitCode, counts.byKind.split, after]),
  ).toEqual([
    [hour(9), 'agree', 0, 0, 'agree'],
    [hour(10), 'split', 2, 2, 'split'],
    [hour(11), 'split', 2, 1, 'split'],
  ]);
  expect(findings.get(findingName('split', 'a'))).toMatchObject({
    since: hour(10),
    isPresent: true,
    mayBeOlder: false,
  });
  expect(findings.get(findingName('split', 'b'))).toMatchObject({ isPresent: false, runs: 1 });
  expect(filesLeftOut).toBe(0);
});

test('a heal that ended one of two: what remains, and what is over', async () => {
  const healed = { winner: '10.0.0.9:443', policy: 'majority', because: '2 of 3', participantsMoved: null } as const;
  const plan = { refused: null, conferences: [], refusals: [] };
  const decisions = new Map([
    ['a', healed],
    ['b', healed],
  ]);
  const heal = { planned: 2, applied: 1, verified: 1, failed: 1, settledThemselves: 0, ended: 0, interrupted: false };
  const refusals = [{ reason: 'not-held', key: 'b', because: '' }] as const;
  const findings = findingList([split('a'), split('b')]);
  const proposal = { plan, decisions } as unknown as NonNullable<RunReport['proposal']>;
  await keep(hour(9), runReport({ findings, proposal, exitCode: 4, heal: { ...heal, refusals, journal: null } }));
  const all = { ...heal, verified: 2, failed: 0, refusals: [], journal: null };
  await keep(hour(10), runReport({ findings, proposal, exitCode: 0, heal: all }));
  const history = await read();
  expect(history.runs.map(({ verdict, after, heal }) => [verdict, after, heal?.verified])).toEqual([
    ['split', 'split', 1],
    ['split', 'agree', 2],
  ]);
  expect([...history.findings.values()].map(({ key, isPresent, times }) => [key, isPresent, times])).toEqual([
    ['a', false, 2],
    ['b', false, 1],
  ]);
});

test('an incomplete view does not end what it does not see', async () => {
  await keep(hour(9), runReport({ findings: findingList([split('a')]) }));
  const proxies = [...mesh(['hap-a', 'hap-b']), troubledProxy('hap-c')];
  await keep(hour(10), runReport({ proxies }));
  const { runs, findings } = await read();
  expect(runs.map(({ after, view }) => [after, view])).toEqual([
    ['split', 'complete'],
    ['incomplete', 'incomplete'],
  ]);
  expect(findings.get('split a')).toMatchObject({ since: hour(9), isPresent: true });
});

test('names come back as they were: quotes, line ends, long ones, and one that plays a decision', async () => {
  const odd = ['a"b\\', 'line\nbreak\u2028', 'x'.repeat(5000), '"decision":{"winner":', '\u202e\u0007', 'é中'];
  await keep(
    hour(9),
    runReport({ findings: findingList(odd.map((name) => finding('missing', name, { cause: 'unknown' }))) }),
  );
  const { findings } = await read();
  expect([...findings.values()].map(({ conference }) => conference)).toEqual(odd);
});

test('runs of another table or environment are no part of it, and no trouble', async () => {
  await keep(hour(9), runReport({ table: 'other' }));
  await keep(hour(9), runReport({ environment: 'stage-8x8.eu' }));
  await keep(hour(10));
  expect(await read()).toMatchObject({ runs: [{ at: hour(10) }], filesLeftOut: 0 });
});

test('a folder that is not there has no runs; one that is no folder is said', async () => {
  expect(await read()).toMatchObject({ runs: [], filesLeftOut: 0 });
  writeFileSync(folder, '');
  expect(await readHistory(place(), now, new AbortController().signal)).toEqual({
    problem: expect.stringContaining(`${folder}: cannot be read: ENOTDIR`),
  });
});

describe('a file that cannot be used is named, and the others are read', () => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const bad = keptName(hour(8), environment, 'bad');

  test.each<[string, () => void | Promise<void>, string]>([
    ['empty', () => write(bad, ''), 'its end is missing'],
    ['no JSON', () => write(bad, 'hello\n'), 'it is no report'],
    ['another JSON', () => write(bad, '{"schema": "splitbrain/plan/1"}'), 'it is no report'],
    ['another schema', () => write(bad, '{\n"schema": "x",\n}\n'), 'it is no report'],
    [
      'a later version',
      () => write(bad, '{\n"schema": "splitbrain/report/2",\n"all": "new"\n}\n'),
      'it is a splitbrain/report/2: a newer version of splitbrain wrote it',
    ],
    ['nothing in it', () => write(bad, '{\n"schema": "splitbrain/report/1",\n}\n'), 'a part of it is missing'],
    [
      'an array where a mapping belongs',
      () => write(bad, '{\n"schema": "splitbrain/report/1",\n"run": [],\n}\n'),
      'a part of it is missing',
    ],
    ['NaN in a count', () => change('"conferences":1234', '"conferences":1e999'), 'one of its counts is no number'],
    [
      'a verdict of tomorrow',
      () => change('"verdict": "agree"', '"verdict": "maybe"'),
      'it has no verdict of this version',
    ],
    [
      'a finding without a name',
      () => change('"findings": []', '"findings": [\n{"kind":7}\n]'),
      'one of its findings has no name',
    ],
    ['a finding that is no JSON', () => change('"findings": []', '"findings": [\n{{{\n]'), 'it is no JSON, or damaged'],
    ['a very long line', () => write(bad, `{\n"schema": "${'x'.repeat(17_000_000)}`), 'one of its lines is too long'],
    [
      'another environment inside',
      () => change('"environment": "stage-8x8"', '"environment": "prod"'),
      'its environment is not that of its name',
    ],
    ['a folder', () => void mkdirSync(join(folder, bad)), 'it is no file'],
    ['a link', () => symlinkSync('/etc/passwd', join(folder, bad)), 'it is a link'],
    ['torn', async () => truncateSync(await keep(hour(8), runReport()), 1500), 'its end is missing'],
  ])('%s', async (_what, make, because) => {
    await keep(hour(9));
    await make();
    const { runs, leftOut, filesLeftOut } = await read();
    expect([runs.length, leftOut, filesLeftOut]).toEqual([
      1,
      [{ file: expect.stringMatching(/^2026-11-28T08/), because }],
      1,
    ]);
  });

  async function change(what: string | RegExp, into: string): Promise<void> {
    const path = await keep(hour(8));
    const before = readFileSync(path, 'utf8');
    const after = before.replace(what, into);
    if (after === before) throw new Error(`${what} is not in the report`);
    writeFileSync(path, after);
  }

  test('a name that is none of ours, and one of the future', async () => {
    await keep(new Date('2099-01-01T00:00:00.000Z'));
    await keep(hour(9));
    write('report.json', '{}');
    write('notes.txt', '');
    expect(await read()).toMatchObject({
      runs: [{ at: hour(9) }],
      leftOut: [
        { file: 'report.json', because: 'its name is none of a kept report' },
        { because: 'its time is in the future' },
      ],
    });
  });

  test('thousands of them are counted, and a few are named', async () => {
    await keep(hour(9));
    for (let i = 0; i < 2000; i++) write(`stranger-${i}.json`, '');
    const { leftOut, filesLeftOut } = await read();
    expect([leftOut.length, filesLeftOut]).toEqual([20, 2000]);
  });

  test('a kind of a later version is passed over', async () => {
    const path = await keep(hour(9), runReport({ findings: findingList([split('a'), split('b')]) }));
    writeFileSync(path, readFileSync(path, 'utf8').replace('"kind":"split"', '"kind":"haunted"'));
    expect([...(await read()).findings.keys()]).toEqual(['split b']);
  });
});

test('an interruption ends the reading', async () => {
  await keep(hour(9));
  await expect(readHistory(place(), now, AbortSignal.abort(new Error('SIGINT')))).rejects.toThrow('SIGINT');
});
