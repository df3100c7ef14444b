// What the cooldown counts: runs that wrote to a conference, from the environment's own journals,
// with an index that may be removed at any time.

import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recentHeals } from '../../src/heal/recent-heals.ts';
import { begin, conference, ends, intent, journalOf, noon, outcome } from '../support/journals.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const minutes = 60_000;
const days = 86_400_000;
const indexIn = (folder: string) => join(folder, 'stage.heals.json');

/** How often `k`, `l` and `m` were healed, without those that never were; or the problem. */
function heals(folder: string, since: number, table = 'nodes') {
  const counted = recentHeals({ folder, environment: 'stage' }, table, new Date(since));
  if ('problem' in counted) return counted.problem;
  const counts = ['k', 'l', 'm'].map((key) => [key, counted.healsOf(key)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
const tornIn = (folder: string) => {
  const counted = recentHeals({ folder, environment: 'stage' }, 'nodes', new Date(noon - minutes));
  return 'torn' in counted ? counted.torn : counted.problem;
};

/** Replaces the content by nonsense of the same size: it shows whether the file is read again. */
const spoil = (path: string) => writeFileSync(path, 'x'.repeat(statSync(path).size - 1).concat('\n'));

describe('what counts', () => {
  test('no folder yet -> nothing was healed', () => {
    expect(heals(join(temporaryFolder(), 'none'), noon)).toEqual({});
  });

  test('runs, not writes', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin(), intent('k', 1), outcome(1), intent('k', 2), intent('l', 3)], { runId: 'a' });
    journalOf(folder, noon + minutes, [begin(), intent('k')], { runId: 'b' });
    expect(heals(folder, noon - minutes)).toEqual({ k: 2, l: 1 });
  });

  test('not a conference that was planned and never written to', () => {
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

  test('a run that began before the window, even before midnight, and wrote within it', () => {
    const folder = temporaryFolder();
    const midnight = Date.parse('2026-11-21T00:00:00Z');
    journalOf(folder, midnight - 10 * minutes, [begin(), intent('k')], { laterMs: 20 * minutes });
    expect(heals(folder, midnight + 5 * minutes)).toEqual({ k: 1 });
  });

  test('not another environment, another table, nor a run that was killed before its first record', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin('prod'), intent('k')], { environment: 'prod' });
    journalOf(folder, noon, [begin('stage-8x8'), intent('k')], { environment: 'stage-8x8' });
    journalOf(folder, noon, [begin('stage', 'other'), intent('l')], { runId: 'b' });
    writeFileSync(join(folder, '2026-11-21T12-00-00.000Z.stage.c.journal.jsonl'), '');
    expect([heals(folder, noon - minutes), heals(folder, noon - minutes, 'other')]).toEqual([{}, { l: 1 }]);
  });

  test('what an older version wrote, by its first record', () => {
    const folder = temporaryFolder();
    for (const environment of ['stage', 'prod']) {
      const path = journalOf(folder, noon, [begin(environment), intent('k')], { environment, runId: environment });
      writeFileSync(join(folder, `2026-11-21T12-00-00.000Z-${environment}1.journal.jsonl`), readFileSync(path));
      spoil(path);
      writeFileSync(path, '');
    }
    writeFileSync(join(folder, '2026-11-21T12-00-00.000Z-x.journal.jsonl'), 'lunch\n');
    expect(heals(folder, noon - minutes)).toEqual({ k: 1 });
  });

  test('no other files and folders beside the journals', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'archive'));
    writeFileSync(join(folder, 'stage.lock'), '{}');
    journalOf(folder, noon, [begin(), intent('k')]);
    expect(heals(folder, noon)).toEqual({ k: 1 });
  });
});

describe('damage', () => {
  test('a line in the middle -> it cannot be counted; in a file of long ago, or of another environment, it is no trouble', () => {
    const folder = temporaryFolder();
    for (const [at, environment] of [
      [noon - 3 * days, 'stage'],
      [noon, 'prod'],
    ] as const)
      appendFileSync(journalOf(folder, at, [begin(environment)], { environment }), 'damaged\ndamaged\n');
    expect(heals(folder, noon)).toEqual({});
    const recent = journalOf(folder, noon, [begin()]);
    appendFileSync(recent, 'damaged\ndamaged\n');
    const said = `${recent}:2: this is no journal of splitbrain, or it is damaged`;
    expect([heals(folder, noon), heals(folder, noon)]).toEqual([said, said]);
  });

  test('a torn last line is what a crash leaves: the rest counts, and the journal is named once', () => {
    const folder = temporaryFolder();
    const path = journalOf(folder, noon, [begin(), intent('k'), intent('l')]);
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, -10));
    expect([tornIn(folder), tornIn(folder)]).toEqual([[path], []]);
    expect(heals(folder, noon)).toEqual({ k: 1 });
    // A line that lacks only its line feed is a record.
    writeFileSync(path, text.slice(0, -1));
    expect([tornIn(folder), heals(folder, noon)]).toEqual([[], { k: 1, l: 1 }]);
  });

  test('a folder that is none cannot be counted, and is no crash', () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, '');
    expect(heals(path, noon)).toMatch(`${path}: ENOTDIR`);
  });
});

describe('the index', () => {
  const since = noon - 30 * minutes;
  /** Two journals that were counted, and became unreadable then. */
  function counted() {
    const folder = temporaryFolder();
    const paths = [0, 1].map((n) =>
      journalOf(folder, noon + n, [begin(), intent('k'), intent('l')], { runId: `run${n}` }),
    );
    expect(heals(folder, since)).toEqual({ k: 2, l: 2 });
    for (const path of paths) spoil(path);
    return { folder, paths };
  }

  test('has the counts of journals: they are not read again', () => {
    const { folder } = counted();
    expect(heals(folder, since + minutes)).toEqual({ k: 2, l: 2 });
  });

  test('a journal that is new, or has grown, is read, and no other', () => {
    const { folder } = counted();
    journalOf(folder, noon + 2, [begin(), intent('k'), intent('m')], { runId: 'run2' });
    expect(heals(folder, since)).toEqual({ k: 3, l: 2, m: 1 });
    const path = journalOf(folder, noon + 3, [begin()], { runId: 'run3' });
    expect(heals(folder, since)).toEqual({ k: 3, l: 2, m: 1 });
    appendFileSync(path, `${JSON.stringify({ at: new Date(noon).toISOString(), ...intent('m') })}\n`);
    expect(heals(folder, since)).toEqual({ k: 3, l: 2, m: 2 });
  });

  test.each([
    '',
    '{',
    'null',
    '42',
    '{"schema":"other"}',
    '{"schema":"splitbrain/heals/1","from":0,"journals":{"a":{}}}',
  ])('that is damaged (%j), or gone, is made anew from the journals', (text) => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin(), intent('k')]);
    expect(heals(folder, since)).toEqual({ k: 1 });
    const whole = readFileSync(indexIn(folder), 'utf8');
    writeFileSync(indexIn(folder), text);
    expect([heals(folder, since), readFileSync(indexIn(folder), 'utf8')]).toEqual([{ k: 1 }, whole]);
  });

  test('that does not go back far enough is made again', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin(), intent('k')]);
    expect(heals(folder, noon + 1)).toEqual({});
    expect(heals(folder, since)).toEqual({ k: 1 });
  });

  test('is small, names no conference, and has only recent heals', () => {
    const folder = temporaryFolder();
    const keys = Array.from({ length: 2_000 }, (_, n) => `${'a long name of a conference '.repeat(4)}${n}`);
    const records = keys.flatMap((key) => [conference(key), intent(key), outcome()]);
    journalOf(folder, noon - 2 * 60 * minutes, [begin(), ...records], { runId: 'old' });
    const path = journalOf(folder, noon, [begin(), ...records], { runId: 'new' });
    heals(folder, since);
    const text = readFileSync(indexIn(folder), 'utf8');
    expect(text.length).toBeLessThan(statSync(path).size / 10);
    expect([text.includes('a long name'), statSync(indexIn(folder)).mode & 0o777]).toEqual([false, 0o600]);
    const { journals } = JSON.parse(text);
    expect(Object.values<{ heals: object }>(journals).map((each) => Object.keys(each.heals).length)).toEqual([
      0, 2_000,
    ]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.draft'))).toEqual([]);
  });

  test('that cannot be written costs time only', () => {
    const folder = temporaryFolder();
    journalOf(folder, noon, [begin(), intent('k')]);
    mkdirSync(indexIn(folder));
    expect([heals(folder, since), heals(folder, since)]).toEqual([{ k: 1 }, { k: 1 }]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.draft'))).toEqual([]);
  });

  test('nothing to count leaves no file', () => {
    const folder = temporaryFolder();
    heals(folder, since);
    expect(existsSync(indexIn(folder))).toBe(false);
  });
});
