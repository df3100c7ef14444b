// The journal: on disk before `append` returns, read back complete or with a torn last line, and no
// more heals where it cannot be written.

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { openJournal, readJournal } from '../../src/heal/journal.ts';
import { begin, beginJournal, conference, ends, intent, journalOf, noon, outcome } from '../support/journals.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('writing', () => {
  test('the records are in the file when `append` returns', () => {
    const journal = beginJournal(temporaryFolder(), 'r', () => new Date(noon));
    journal.append([begin(), intent('k')]);
    expect(readJournal(journal.path)).toEqual(
      [begin(), intent('k')].map((record) => ({ ...record, at: '2026-11-21T12:00:00.000Z' })),
    );
    journal.append([outcome()]);
    expect(readJournal(journal.path)).toHaveLength(3);
    journal.close();
  });

  test('every kind of record comes back as it was', () => {
    const records = [begin(), conference('k'), intent('k'), outcome(), ...ends];
    const read = readJournal(journalOf(temporaryFolder(), noon, records));
    expect(read.map(({ at, ...record }) => record)).toEqual(records);
  });

  test('nothing to append is nothing, and a file without a record goes away again', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, []);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('the folder is made; only the owner may read the file; its name has the time, the environment and the run', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    const path = journalOf(folder, noon, [begin()]);
    expect([readdirSync(folder), statSync(path).mode & 0o777]).toEqual([
      ['2026-11-21T12-00-00.000Z.stage.r.journal.jsonl'],
      0o600,
    ]);
  });

  test('no folder can be made -> a problem that names the setting', () => {
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    expect(openJournal({ folder, environment: 'stage' }, 'r', () => new Date(noon))).toEqual({
      problem: expect.stringMatching(/the journal cannot be written \(E.*heal\.journal/),
    });
  });
});

describe('500 journals of each environment are kept', () => {
  const names = (folder: string) => readdirSync(folder).sort();
  const fill = (folder: string, count: number, name: (n: string) => string, text = '') => {
    for (let n = 0; n < count; n++) writeFileSync(join(folder, name(String(n).padStart(3, '0'))), text);
  };

  test('the newest ones; those of others and every other file stay', () => {
    const folder = temporaryFolder();
    const others = ['stage.lock', 'stage.heals.json', '2026-01-01T00-00-00.000Z.stage-8x8.r.journal.jsonl'];
    for (const name of others) writeFileSync(join(folder, name), '');
    fill(folder, 600, (n) => `2026-01-01T00-00-00.${n}Z.prod.r.journal.jsonl`);
    fill(folder, 501, (n) => `2026-01-02T00-00-00.${n}Z.stage.r.journal.jsonl`);
    journalOf(folder, noon, [begin()]);
    expect(names(folder)).toEqual(expect.arrayContaining(others));
    expect(names(folder).filter((name) => name.includes('.prod.'))).toHaveLength(600);
    const own = names(folder).filter((name) => name.includes('.stage.'));
    expect([own.length, own[0], own.at(-1)]).toEqual([
      500,
      '2026-01-02T00-00-00.002Z.stage.r.journal.jsonl',
      '2026-11-21T12-00-00.000Z.stage.r.journal.jsonl',
    ]);
  });

  test('never removed is the one of this run, though a wrong clock has called the others later', () => {
    const folder = temporaryFolder();
    fill(folder, 500, (n) => `2037-01-01T00-00-00.${n}Z.stage.r.journal.jsonl`);
    const path = journalOf(folder, noon, [begin()]);
    expect([existsSync(path), names(folder).length, readJournal(path).length]).toEqual([true, 500, 1]);
  });

  test('journals of older versions count for the environment of their first record', () => {
    const folder = temporaryFolder();
    const first = (environment: string) => `${JSON.stringify({ event: 'run', at: 'x', environment })}\n`;
    fill(folder, 501, (n) => `2026-01-01T00-00-00.${n}Z-r.journal.jsonl`, first('prod'));
    fill(folder, 500, (n) => `2026-01-02T00-00-00.${n}Z-r.journal.jsonl`, first('stage'));
    fill(folder, 10, (n) => `2026-01-03T00-00-00.${n}Z-r.journal.jsonl`, 'lunch');
    journalOf(folder, noon, [begin()]);
    expect(names(folder).filter((name) => name.startsWith('2026-01-01'))).toHaveLength(501);
    expect(names(folder).filter((name) => name.startsWith('2026-01-02'))).toHaveLength(499);
    expect(names(folder).filter((name) => name.startsWith('2026-01-03'))).toHaveLength(10);
  });
});

const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;
if (!mayMount) console.warn('not tested: a journal on a full disk: unshare and mount want root');

describe.skipIf(!mayMount)('a disk that is full', () => {
  /** Runs the module text in a process where `folder` is a disk of 64 kB. */
  function onSmallDisk(source: string): unknown {
    const folder = temporaryFolder();
    const modules = `import { openJournal, readJournal } from ${JSON.stringify(new URL('../../src/heal/journal.ts', import.meta.url).href)};
      import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
      const folder = ${JSON.stringify(folder)};
      const begin = () => openJournal({ folder, environment: 'stage' }, 'r', () => new Date(${noon}));
      const intents = (count) => Array.from({ length: count }, (_, seq) => ({ event: 'intent', seq, key: 'k'.repeat(100), proxy: 'p', kind: 'touch', expect: null, serverId: 1 }));
      const fillUp = () => { try { for (;;) appendFileSync(folder + '/ballast', Buffer.alloc(4096)); } catch (error) { if (error.code !== 'ENOSPC') throw error; } };`;
    const line = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"';
    const words = ['-m', 'sh', '-c', line, folder, process.execPath, '--import', 'tsx', '--input-type', 'module'];
    const run = spawnSync('unshare', [...words, '--eval', `${modules}\n${source}`], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    return JSON.parse(run.stdout);
  }

  test('from the beginning: there is a reason, no record, and no empty file is left', () => {
    const source = `fillUp(); const journal = begin();
      const kept = 'problem' in journal ? false : journal.append(intents(100));
      const why = 'problem' in journal ? journal.problem : journal.trouble();
      if (!('problem' in journal)) journal.close();
      console.log(JSON.stringify([kept, why, readdirSync(folder)]));`;
    expect(onSmallDisk(source)).toEqual([false, expect.stringContaining('ENOSPC'), ['ballast']]);
  });

  test('in the middle of a batch: the records on disk are complete, and nothing more is written, even when there is room again', () => {
    const source = `const journal = begin();
      const first = journal.append(intents(10)); const second = journal.append(intents(1000));
      const why = journal.trouble();
      rmSync(folder + '/ballast', { force: true });
      const third = journal.append(intents(1)); journal.close();
      console.log(JSON.stringify([first, second, third, why, readJournal(journal.path).length]));`;
    expect(onSmallDisk(source)).toEqual([true, false, false, expect.stringContaining('ENOSPC'), 10]);
  });
});

describe('reading', () => {
  test('killed while writing: cut at every byte, it loses its torn line and no other', () => {
    const path = journalOf(temporaryFolder(), noon, [begin(), intent('k'), outcome()]);
    const text = readFileSync(path, 'utf8');
    for (let end = text.length; end >= 0; end--) {
      truncateSync(path, end);
      const whole = text.slice(0, end).split('\n').length - 1;
      // A line that lacks only its line feed is complete.
      const complete = text[end] === '\n' && end > 0 ? whole + 1 : whole;
      expect(readJournal(path).length).toBe(complete);
    }
  });

  test.each([
    ['torn', '{"event":"outc'],
    ['not a record', '{"event":"lunch"}'],
    ['empty', ''],
  ])('a line in the middle that is %s -> a complaint with its number', (_title, line) => {
    const path = journalOf(temporaryFolder(), noon, [begin()]);
    appendFileSync(path, `${line}\n{"event":"end","at":"x","applied":0,"verified":0,"failed":0}\n`);
    expect(() => readJournal(path)).toThrow(
      new ConfigError([`${path}:2: this is no journal of splitbrain, or it is damaged`]),
    );
  });

  test('no such file -> a complaint', () => {
    expect(() => readJournal('/nowhere/x.journal.jsonl')).toThrow(ConfigError);
  });
});
