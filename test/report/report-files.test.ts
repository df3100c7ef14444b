// The files of a run: opened before it, written after it, and nothing left behind where there was
// nothing to write.

import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { ConfigError } from '../../src/errors.ts';
import { openReportFiles } from '../../src/report/report-files.ts';
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
const modeOf = (path: string) => statSync(path).mode & 0o777;
const text = (path: string) => readFileSync(path, 'utf8');

test('a file for each, and a folder with all of them', async () => {
  const files = open({ json: within('a.json'), junit: within('a.xml'), out: within('new/out') });
  await files.write(runReport());
  expect(readdirSync(within('new/out')).sort()).toEqual(['html', 'junit.xml', 'report.json', 'summary.txt']);
  expect(readdirSync(within('new/out/html')).sort()).toEqual(['index.html', 'splitbrain.css']);
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
  const files = open({ [flag]: '-' });
  await files.write(runReport());
  expect([files.takeStandardOutput, said]).toEqual([true, expect.stringMatching(flag === 'json' ? /^\{/ : /^<\?xml/)]);
});

test('a run without a report: what is new goes away again, what was there stays as it was', async () => {
  mkdirSync(within('out'));
  writeFileSync(within('out/report.json'), 'of another run');
  open({ out: within('out') });
  expect(readdirSync(within('out'))).toEqual(['report.json']);
  expect(text(within('out/report.json'))).toBe('of another run');
});

test('a longer file of another run is replaced as a whole', async () => {
  writeFileSync(within('a.json'), 'x'.repeat(1_000_000));
  const files = open({ json: within('a.json') });
  await files.write(runReport());
  expect(JSON.parse(text(within('a.json'))).schema).toBe('splitbrain/report/1');
});

test('pages for a browser: where a flag names them, and the loss of them costs nothing else', async () => {
  const files = open({ html: within('pages'), json: within('a.json') });
  await files.write(runReport());
  expect(readdirSync(within('pages')).sort()).toEqual(['index.html', 'splitbrain.css']);
  expect(text(within('pages/splitbrain.css'))).toContain('prefers-color-scheme: dark');
  writeFileSync(within('pages/index.html'), 'of another program');
  await files.write(runReport());
  expect(files.losses).toEqual([expect.stringMatching(/^--html .*pages: cannot be written: it has files in it/)]);
});

test('the journal of this run alone is copied', async () => {
  mkdirSync(within('journals'));
  for (const run of ['mine', 'other']) writeFileSync(within(`journals/2026.stage.${run}.journal.jsonl`), run);
  const files = open({ out: within('out') });
  await files.writeSummary('REFUSED\n');
  files.keepJournal(within('journals'), 'mine');
  expect(readdirSync(within('out')).sort()).toEqual(['2026.stage.mine.journal.jsonl', 'summary.txt']);
  expect(text(within('out/summary.txt'))).toBe('REFUSED\n');
});

test.each([
  [{ json: '/no/such/folder/x' }, '--json /no/such/folder/x: cannot be written'],
  [{ junit: '/' }, '--junit /: cannot be written'],
  [{ out: '/dev/null/out' }, '--out /dev/null/out: cannot be made'],
  [{ json: '-', junit: '-' }, 'both want standard output'],
])('%j -> bad usage, and no file of the others is left', async (flags, complaint) => {
  const opening = () => open({ out: within('out'), ...flags });
  expect(opening).toThrow(ConfigError);
  expect(opening).toThrow(complaint);
  expect(readdirSync(scratch.folder, { recursive: true }).filter((name) => name !== 'out')).toEqual([]);
});

describe("for the owner's eyes", () => {
  test('every file, also where one was there that others could read', async () => {
    mkdirSync(within('out'));
    const old = ['a.json', 'a.xml', 'plan.json', 'out/report.json', 'out/summary.txt'];
    for (const name of old) writeFileSync(within(name), 'of another run', { mode: 0o644 });
    const reader = readFileSync(within('a.json'), 'utf8');
    const files = open({
      json: within('a.json'),
      junit: within('a.xml'),
      output: within('plan.json'),
      out: within('out'),
    });
    await files.write(runReport());
    await files.writePlan('{}');
    expect(reader).toBe('of another run');
    for (const name of [...old, 'out/junit.xml'])
      expect([name, modeOf(within(name)).toString(8)]).toEqual([name, '600']);
    expect(text(within('plan.json'))).toBe('{}');
  });

  test('a journal that is copied', () => {
    mkdirSync(within('journals'));
    writeFileSync(within('journals/2026.stage.mine.journal.jsonl'), 'x', { mode: 0o644 });
    open({ out: within('out') }).keepJournal(within('journals'), 'mine');
    expect(modeOf(within('out/2026.stage.mine.journal.jsonl'))).toBe(0o600);
  });
});

describe('links', () => {
  test('one that was named is followed, also to where nothing is yet', async () => {
    mkdirSync(within('real'));
    symlinkSync('real/there.json', within('a.json'));
    symlinkSync(within('real/not-yet.xml'), within('a.xml'));
    writeFileSync(within('real/there.json'), 'old', { mode: 0o644 });
    const files = open({ json: within('a.json'), junit: within('a.xml') });
    await files.write(runReport());
    expect([within('a.json'), within('a.xml')].map((path) => lstatSync(path).isSymbolicLink())).toEqual([true, true]);
    expect(text(within('real/there.json'))).toMatch(/^\{/);
    expect(text(within('real/not-yet.xml'))).toMatch(/^<\?xml/);
    expect([modeOf(within('real/there.json')), files.losses]).toEqual([0o600, []]);
  });

  test('none is followed out of the folder: what they lead to stays', async () => {
    mkdirSync(within('out'));
    mkdirSync(within('journals'));
    writeFileSync(within('journals/2026.stage.mine.journal.jsonl'), 'journal');
    const names = ['report.json', 'junit.xml', 'summary.txt', '2026.stage.mine.journal.jsonl'];
    for (const name of names) {
      writeFileSync(within(`precious-${name}`), 'precious');
      symlinkSync(within(`precious-${name}`), within(`out/${name}`));
    }
    const files = open({ out: within('out') });
    await files.write(runReport());
    files.keepJournal(within('journals'), 'mine');
    for (const name of names) {
      expect([name, text(within(`precious-${name}`))]).toEqual([name, 'precious']);
      expect([name, lstatSync(within(`out/${name}`)).isFile()]).toEqual([name, true]);
    }
    expect(readdirSync(within('out')).sort()).toEqual([...names, 'html'].sort());
  });

  test('a folder of pages that is one is refused', () => {
    mkdirSync(within('elsewhere'));
    mkdirSync(within('out'));
    symlinkSync(within('elsewhere'), within('out/html'));
    expect(() => open({ out: within('out') })).toThrow('out/html: cannot be written: it is a link');
  });

  test('that lead round -> bad usage', () => {
    symlinkSync('b', within('a'));
    symlinkSync('a', within('b'));
    expect(() => open({ json: within('a') })).toThrow('--json');
  });
});

describe('no file overwrites another, or what the run reads', () => {
  const folder = () => realpathSync(scratch.folder);
  beforeEach(() => {
    mkdirSync(within('out'));
    mkdirSync(within('sub'));
    for (const name of ['c.yaml', 'plan.json', 'there']) writeFileSync(within(name), name);
    symlinkSync('c.yaml', within('link'));
    symlinkSync('..', within('sub/up'));
    symlinkSync('new', within('link-to-new'));
    linkSync(within('c.yaml'), within('hard'));
    linkSync(within('there'), within('out/report.json'));
  });

  test.each<[Record<string, string>, string]>([
    [{ config: 'c.yaml', json: 'c.yaml' }, '-c /c.yaml and --json /c.yaml'],
    [{ config: 'c.yaml', json: 'sub/../c.yaml' }, '-c /c.yaml and --json'],
    [{ config: 'c.yaml', json: 'sub/up/c.yaml' }, '-c /c.yaml and --json'],
    [{ config: 'c.yaml', junit: 'link' }, '-c /c.yaml and --junit /link'],
    [{ config: 'link', junit: 'c.yaml' }, '-c /link and --junit /c.yaml'],
    [{ config: 'c.yaml', output: 'hard' }, '-c /c.yaml and -o /hard'],
    [{ reads: 'plan.json', json: 'plan.json' }, 'reading /plan.json and --json /plan.json'],
    [{ config: 'there', out: 'out' }, '-c /there and --out /out/report.json'],
    [{ json: 'new', junit: 'new' }, '--json /new and --junit /new'],
    [{ json: 'new', junit: 'sub/up/new' }, '--json /new and --junit'],
    [{ json: 'new', junit: 'link-to-new' }, '--json /new and --junit /link-to-new'],
    [{ output: 'new', json: 'new' }, '-o /new and --json /new'],
    [{ json: 'out/summary.txt', out: 'out' }, '--json /out/summary.txt and --out /out/summary.txt'],
    [{ json: 'there', out: 'out' }, '--json /there and --out /out/report.json'],
    [{ json: 'new', save: 'new' }, '--json /new and --save /new'],
  ])('%j -> bad usage, and nothing is written', (flags, complaint) => {
    const { reads, ...named } = Object.fromEntries(
      Object.entries(flags).map(([flag, name]) => [flag, `${folder()}/${name}`]),
    );
    const opening = () => open({ ...named, reads: reads === undefined ? [] : [reads] });
    expect(opening).toThrow(ConfigError);
    expect(opening).toThrow(`${complaint.replaceAll(' /', ` ${folder()}/`)}`);
    expect([text(within('c.yaml')), text(within('plan.json')), existsSync(within('new'))]).toEqual([
      'c.yaml',
      'plan.json',
      false,
    ]);
  });

  test('what only looks alike is no trouble: devices, and links of a folder that are replaced', async () => {
    symlinkSync(within('c.yaml'), within('out/junit.xml'));
    writeFileSync(within('out/report.json.of-somebody'), '');
    const files = open({ config: within('c.yaml'), json: '/dev/null', junit: '/dev/null', out: within('out') });
    await files.write(runReport());
    expect([text(within('c.yaml')), files.losses]).toEqual(['c.yaml', []]);
  });
});

describe('a disk that is full', () => {
  test('costs the file that was to go there, and no other', async () => {
    const files = open({ json: '/dev/full', junit: within('a.xml'), out: within('out') });
    await files.write(runReport());
    expect(files.losses).toEqual([expect.stringMatching(/^--json \/dev\/full: cannot be written: ENOSPC/)]);
    expect(text(within('a.xml'))).toMatch(/^<\?xml/);
    expect(readdirSync(within('out')).sort()).toEqual(['html', 'junit.xml', 'report.json', 'summary.txt']);
  });
});

test('a file in a folder where nothing may be made is written over', async () => {
  // Root may make anything anywhere: what it may not is told by the mesh tests, with a file that is
  // mounted by itself.
  mkdirSync(within('closed'));
  writeFileSync(within('closed/a.json'), 'x'.repeat(100_000), { mode: 0o644 });
  chmodSync(within('closed'), 0o555);
  const files = open({ json: within('closed/a.json') });
  await files.write(runReport());
  chmodSync(within('closed'), 0o755);
  expect(JSON.parse(text(within('closed/a.json'))).schema).toBe('splitbrain/report/1');
  expect([modeOf(within('closed/a.json')), readdirSync(within('closed')), files.losses]).toEqual([
    0o600,
    ['a.json'],
    [],
  ]);
});
