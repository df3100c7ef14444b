// The pages of a report: what stands where, every finding on a page, and nothing that a page must not
// have.

import { describe, expect, test } from 'vitest';
import { type Finding, findingKinds } from '../../../src/domain/finding.ts';
import { conferenceOf, encodeKey } from '../../../src/domain/key.ts';
import type { KeptRun } from '../../../src/domain/run-history.ts';
import type { RunReport } from '../../../src/domain/run-report.ts';
import { reportPages } from '../../../src/report/html/front-page.ts';
import type { HtmlFile } from '../../../src/report/html-folder.ts';
import { hostileNames } from '../../support/hostile-names.ts';
import { flawsOf } from '../../support/html-flaws.ts';
import { dayOfRuns, type HtmlSituation, htmlSituations } from '../../support/html-situations.ts';
import { situations } from '../../support/report-situations.ts';
import {
  finding,
  findingList,
  lazyFindings,
  route,
  runReport,
  shardA,
  shardB,
  split,
} from '../../support/run-report.ts';

const pagesOf = (report: RunReport) => [...reportPages(report, null)];
/** The first pages alone: the others are not made. */
function firstPages({ report, past }: HtmlSituation, number: number) {
  const pages = reportPages(report, past);
  return Array.from({ length: number }, () => pages.next()).flatMap(({ done, value }) => (done ? [] : [value]));
}
const frontOf = (report: RunReport) => firstPages({ report, past: null }, 1)[0]!.text;
const named = (pages: ReturnType<typeof pagesOf>) => pages.map(({ name }) => name);
const rowsOf = (text: string) =>
  [...text.matchAll(/<th scope="row" class="name"><code>([^<]*)/g)].map(([, name]) => name!);

describe('each situation', () => {
  test.each(Object.entries(htmlSituations))('%s', (_, make) => {
    for (const { name, text } of firstPages(make(), 3)) {
      expect([name, flawsOf(text)]).toEqual([name, []]);
    }
  });

  test.each(Object.entries(htmlSituations))('%s: the same report gives the same pages', (_, make) => {
    expect(firstPages(make(), 2)).toEqual(firstPages(make(), 2));
  });
});

test('the verdict stands first, with its word', () => {
  expect(frontOf(runReport())).toMatch(/<h1><span class="word">AGREE<\/span>/);
  expect(frontOf(runReport({ findings: findingList([split('a')]) }))).toMatch(/<h1><span class="word">SPLIT<\/span>/);
  const both = frontOf(situations['a split seen by an incomplete view']!());
  expect(both).toMatch(/<p class="more doubtful"><span class="word">INCOMPLETE<\/span>/);
});

test('people of a census that no shard answered are no zero', () => {
  const sums = { rooms: 0, participants: 0, leaked: 0, foreign: 0 };
  const silent = { name: 's1', address: shardA, status: 'unanswered' as const, trouble: null, reportedAt: null };
  const census = {
    takenAtMs: 0,
    shards: [{ ...silent, ...sums }],
    gaps: [],
    isWhole: false,
    ...sums,
    roomsWithoutEntry: 0,
    entriesWithoutRoom: 0,
    participantsApart: 0,
    apart: [],
    moved: [],
  };
  const text = frontOf(runReport({ census }))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
  expect(text).toContain(' ? participants, not all shards answered ');
});

test('an incomplete view without findings is not called agreement', () => {
  const text = frontOf(situations['an incomplete view without findings']!());
  expect(text).toContain('That proves nothing for the others.');
  expect(text).not.toContain('No conference disagrees.');
});

describe('the grid of a finding', () => {
  const cells = (changes: Partial<Finding>) => {
    const text = frontOf(runReport({ findings: findingList([finding('split', 'room', changes)]) }));
    const [, row] = /<tr><th scope="row" class="name"><code>room<\/code><\/th>(.*?)<\/tr>/s.exec(text)!;
    return row!
      .split('</td>')
      .slice(0, -1)
      .map((cell) => cell.replace(/<[^>]*>/g, ''));
  };
  test('{hap-a: B, hap-b: absent, hap-c: not read} -> three different cells', () => {
    expect(cells({ routes: [route('hap-a', shardB)], absentOn: ['hap-b'] })).toEqual(['B', 'absent', '? not known']);
  });

  test('an entry that is not followed says so', () => {
    const routes = [
      route('hap-a', shardA, { followed: false, why: 'maint' }),
      route('hap-b', null, { serverId: 99 }),
      route('hap-c', shardA, { followed: null, why: 'duplicated' }),
    ];
    expect(cells({ routes })).toEqual(['A (not followed: maint)', 'id 99 (no known shard)', 'A (not known)']);
  });
});

describe('many findings', () => {
  const many = (length: number) => runReport({ findings: lazyFindings(length, (i) => split(`room-${i}`)) });

  test('10 stand on the first page, which needs no other', () => {
    expect(named(pagesOf(many(10)))).toEqual(['index.html']);
  });

  test('every one of 5,000 stands on one page, in order, and every page is linked', () => {
    const [front, ...others] = pagesOf(many(5000));
    expect(others.flatMap(({ text }) => rowsOf(text))).toEqual(Array.from({ length: 5000 }, (_, i) => `room-${i}`));
    expect(named(others)).toEqual(Array.from({ length: 50 }, (_, i) => `findings-${i + 1}.html`));
    for (const page of [front!, others[0]!, others[49]!])
      for (const name of named(others))
        expect([page.name, page.text.includes(`href="${name}"`)]).toEqual([page.name, true]);
    expect(Math.max(...others.map(({ text }) => text.length))).toBeLessThan(100_000);
    expect(others[1]!.text).toMatch(/rel="prev" href="findings-1.html".*rel="next" href="findings-3.html"/);
    expect(others[49]!.text).not.toContain('rel="next"');
  });

  test('more than that: the pages end, and say that there are more', () => {
    const [front, ...others] = pagesOf(many(200_000));
    expect(others).toHaveLength(50);
    expect(front!.text).toContain('195,000 conferences more are in the report that --json writes');
  });

  test('the worst first, and each group is linked where it begins', () => {
    const findings = findingKinds
      .filter((kind) => kind === 'split' || kind === 'missing')
      .flatMap((kind) => Array.from({ length: 150 }, (_, i) => finding(kind, `${kind}-${i}`, { cause: 'unknown' })));
    const [front, ...others] = pagesOf(runReport({ findings: findingList(findings) }));
    expect(front!.text).toContain('href="findings-1.html#split-unknown"');
    expect(front!.text).toContain('href="findings-2.html#missing-unknown"');
    expect(others[1]!.text).toContain('id="missing-unknown"');
    expect(rowsOf(others[1]!.text).slice(49, 51)).toEqual(['split-149', 'missing-0']);
  });
});

describe('after a heal', () => {
  const { report, past } = htmlSituations['a heal, people and a day of runs']!();
  const [{ text }] = firstPages({ report, past }, 1) as [HtmlFile];
  const rows = [...text.matchAll(/<tr><th scope="row" class="name"><code>.*?<\/tr>/gs)].map(([row]) =>
    row
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );

  test('its outcome is the heading, and what was before stands below', () => {
    expect(text).toMatch(/<h1><span class="word">HEALED<\/span>/);
    expect(text).toContain('before the heal: 3 of 1,234 conferences are split across shards, 1 is scattered');
  });

  test('a row says where people are, since when, and what became of it', () => {
    expect(rows[0]).toBe(
      'acme/daily s11 s11 s11 s11 s11 s14 s14 s14 14 on s11 3 on s14 2026-11-21 09:25 healed s11 participants, 3 reload',
    );
    expect(rows[1]).toContain('acme/%e5%85%a8%e4%bd%93 acme/全体 s11');
    expect(rows[1]).toContain(' before 2026-11-21 09:25 healed');
    expect(rows[2]).toContain(' not known 2026-11-21 09:25 healed');
    expect(rows[3]).toMatch(/refused: cooldown$/);
  });

  test('sentences call shards by name', () => {
    expect(text).toContain('healed 3 times within 1 h, to stage-8x8-eu-central-1-s11 (10.2.0.11:443)');
  });
});

describe('history', () => {
  const sectionOf = (past: HtmlSituation['past']) =>
    /<section id="history".*?<\/section>/s.exec(firstPages({ report: runReport(), past }, 1)[0]!.text)?.[0];

  test('fewer than two runs -> nothing to compare', () => {
    const day = dayOfRuns();
    expect(sectionOf(null)).toBeUndefined();
    expect(sectionOf({ ...day, runs: [] })).toBeUndefined();
    expect(sectionOf({ ...day, runs: day.runs.slice(0, 1) })).toBeUndefined();
  });

  test('a day: one bar a run, pictures with words, the newest runs first', () => {
    const day = dayOfRuns();
    const section = sectionOf(day)!;
    expect(section.match(/<rect /g)).toHaveLength(day.runs.length);
    expect([...section.matchAll(/role="img" aria-label="([^"]*)"/g)].map(([, words]) => words)).toEqual([
      'Verdicts of 269 runs; the table below has the newest',
      'Disagreements found: 0 to 12, now 4',
      'Conferences: 1,100 to 1,424, now 1,100',
      'Proxies read in full: 3 to 3, now 3',
    ]);
    expect([...section.matchAll(/<th scope="row">([^<]*)/g)].map(([, at]) => at!).slice(0, 2)).toEqual([
      '2026-11-21 10:00',
      '2026-11-21 09:55',
    ]);
    expect(section.match(/NaN|Infinity|undefined/)).toBeNull();
  });

  test('two runs at one time, and one that healed', () => {
    const [run] = dayOfRuns().runs as [KeptRun];
    const section = sectionOf({ ...dayOfRuns(), runs: [run, run] })!;
    expect(section.match(/NaN|Infinity|undefined/)).toBeNull();
  });
});

test('hostile names stay texts, on every page', () => {
  const names = [
    ...hostileNames.map((bytes) => conferenceOf(encodeKey(bytes))),
    '<img src=x onerror=alert(1)>',
    '"><script>',
  ];
  const report = runReport({
    environment: '<b>stage</b>',
    findings: findingList(names.map((name) => split(name, { because: name }))),
    notes: names,
    shards: [{ address: '"><b>', name: '<i>', names: [], conferences: 1, participants: null, state: 'up' }],
  });
  for (const { text } of pagesOf(report)) {
    expect(flawsOf(text)).toEqual([]);
    expect(text.match(/<(?:img|script|i>|b>)/)).toBeNull();
    expect(
      text.match(/[^\t\n\u0020-\u007e\u00a0-\uffff]|[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/u)?.[0],
    ).toBeUndefined();
  }
});
