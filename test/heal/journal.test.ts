// The journal: on disk before it returns, read back whole or with its last line torn, and counted for the cooldown.

import { appendFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { healsSince, openJournal, readJournal, type Unstamped } from '../../src/heal/journal.ts';
import { temporaryFolder } from '../support/heal-stage.ts';

const noon = Date.parse('2026-11-21T12:00:00Z');
const minutes = 60_000;

const begin = (environment = 'stage', table = 'nodes'): Unstamped => ({
  event: 'run',
  runId: 'r',
  command: 'heal',
  environment,
  table,
});
const intent = (key: string, seq = 1): Unstamped => ({
  event: 'intent',
  seq,
  key,
  proxy: 'p1',
  kind: 'touch',
  expect: { serverId: 11, serverKey: null },
  serverId: 11,
});
const outcome = (seq = 1): Unstamped => ({ event: 'outcome', seq, outcome: 'accepted', answer: null });
const conference = (key: string): Unstamped => ({
  event: 'conference',
  key,
  winner: '10.0.0.1:443',
  policy: 'majority',
  before: { p1: { serverId: 12, serverKey: '10.0.0.2:443' }, p2: null },
  target: { p1: '10.0.0.1:443', p2: null },
});
const ends: Unstamped[] = [
  { event: 'verdict', key: 'k', held: true, because: 'every proxy routes there' },
  { event: 'end', applied: 1, verified: 1, failed: 0, interrupted: false },
];

/** A journal of a run that began at `at`, and what was appended `laterMs` after that. */
function journalOf(
  folder: string,
  at: number,
  records: readonly Unstamped[],
  { runId = 'r', laterMs = 0 } = {},
): string {
  let now = at;
  const journal = openJournal(folder, runId, () => new Date(now));
  now = at + laterMs;
  journal.append(records);
  journal.close();
  return journal.path;
}

describe('writing', () => {
  test('what was appended is in the file when append returns', () => {
    const journal = openJournal(temporaryFolder(), 'r', () => new Date(noon));
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

  test('nothing to append is nothing', () => {
    expect(readFileSync(journalOf(temporaryFolder(), noon, []), 'utf8')).toBe('');
  });

  test('the folder is made, for its owner’s eyes the file', () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    journalOf(folder, noon, [begin()]);
    expect(readdirSync(folder)).toEqual(['2026-11-21T12-00-00.000Z-r.journal.jsonl']);
  });

  test('no folder to be had -> a complaint that names the setting', () => {
    const folder = join(temporaryFolder(), 'file');
    writeFileSync(folder, '');
    expect(() => openJournal(folder, 'r', () => new Date(noon))).toThrow(ConfigError);
    expect(() => openJournal(folder, 'r', () => new Date(noon))).toThrow('heal.journal');
  });

  test('500 journals are kept, the newest ones, and nobody else’s files are touched', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'stage.lock'), '');
    for (let n = 0; n < 501; n++)
      writeFileSync(join(folder, `2026-01-01T00-00-00.${String(n).padStart(3, '0')}Z-r.journal.jsonl`), '');
    journalOf(folder, noon, [begin()]);
    const files = readdirSync(folder).sort();
    expect(files).toHaveLength(501);
    expect(files.slice(0, 1)).toEqual(['2026-01-01T00-00-00.002Z-r.journal.jsonl']);
    expect(files.slice(-2)).toEqual(['2026-11-21T12-00-00.000Z-r.journal.jsonl', 'stage.lock']);
  });
});

describe('reading', () => {
  test('killed while writing: cut at every byte, it loses its torn line and no other', () => {
    const path = journalOf(temporaryFolder(), noon, [begin(), intent('k'), outcome()]);
    const text = readFileSync(path, 'utf8');
    for (let end = text.length; end >= 0; end--) {
      truncateSync(path, end);
      const whole = text.slice(0, end).split('\n').length - 1;
      // A line that lacks nothing but its line feed is whole.
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

describe('healsSince', () => {
  const heals = (folder: string, since: number) => {
    const counted = healsSince(folder, 'stage', 'nodes', new Date(since));
    return 'heals' in counted ? Object.fromEntries(counted.heals) : counted.problem;
  };

  test('no folder yet -> nothing was healed', () => {
    expect(heals(join(temporaryFolder(), 'none'), noon)).toEqual({});
  });

  test('runs are counted, not writes', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin(), intent('k', 1), outcome(1), intent('k', 2), intent('l', 3)], { runId: 'a' });
    journalOf(folder, noon + minutes, [begin(), intent('k')], { runId: 'b' });
    expect(heals(folder, noon - minutes)).toEqual({ k: 2, l: 1 });
  });

  test('a conference that was planned and never written to does not count', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin(), conference('k'), conference('l'), intent('l'), ...ends]);
    expect(heals(folder, noon - minutes)).toEqual({ l: 1 });
  });

  test.each([
    [0, { k: 1 }],
    [1, {}],
  ])('the window begins %d ms after the write', (ms, expected) => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin(), intent('k')]);
    expect(heals(folder, noon + ms)).toEqual(expected);
  });

  test('a run that began before the window, even before midnight, and wrote within it counts', () => {
    const folder = temporaryFolder();
    const midnight = Date.parse('2026-11-21T00:00:00Z');
    journalOf(folder, midnight - 10 * minutes, [begin(), intent('k')], { laterMs: 20 * minutes });
    expect(heals(folder, midnight + 5 * minutes)).toEqual({ k: 1 });
  });

  test('another environment, another table and a run that was killed before it said which do not count', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin('prod'), intent('k')], { runId: 'a' });
    journalOf(folder, noon, [begin('stage', 'other'), intent('k')], { runId: 'b' });
    journalOf(folder, noon, [], { runId: 'c' });
    expect(heals(folder, noon - minutes)).toEqual({});
  });

  test('files of long ago are not even opened: a damaged one is no trouble', () => {
    const folder = temporaryFolder();
    const old = journalOf(folder, noon - 3 * 86_400_000, [begin()]);
    appendFileSync(old, 'damaged\ndamaged\n');
    expect(heals(folder, noon)).toEqual({});
    const recent = journalOf(folder, noon, [begin()]);
    appendFileSync(recent, 'damaged\ndamaged\n');
    expect(heals(folder, noon)).toBe(`${recent}:2: this is no journal of splitbrain, or it is damaged`);
  });

  test('a folder that is none cannot be counted, and is no crash', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(heals(path, noon)).toMatch(`${path}: ENOTDIR`);
  });

  test('other files and folders beside the journals are nobody’s business', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'archive'));
    writeFileSync(join(folder, 'stage.lock'), '{}');
    journalOf(folder, noon, [begin(), intent('k')]);
    expect(heals(folder, noon)).toEqual({ k: 1 });
  });
});
