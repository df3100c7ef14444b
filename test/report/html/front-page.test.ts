// The pages of a report: what stands where, every finding on a page, and nothing that a page must not
// have.

import { describe, expect, test } from 'vitest';
import { type Finding, findingKinds } from '../../../src/domain/finding.ts';
import { conferenceOf, encodeKey } from '../../../src/domain/key.ts';
import type { RunReport } from '../../../src/domain/run-report.ts';
import { reportPages } from '../../../src/report/html/front-page.ts';
import { hostileNames } from '../../support/hostile-names.ts';
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

const pagesOf = (report: RunReport) => [...reportPages(report)];
/** The first pages alone: the others are not made. */
function firstPages(report: RunReport, number: number) {
  const pages = reportPages(report);
  return Array.from({ length: number }, () => pages.next()).flatMap(({ done, value }) => (done ? [] : [value]));
}
const frontOf = (report: RunReport) => firstPages(report, 1)[0]!.text;
const named = (pages: ReturnType<typeof pagesOf>) => pages.map(({ name }) => name);
const rowsOf = (text: string) =>
  [...text.matchAll(/<th scope="row" class="name"><code>([^<]*)/g)].map(([, name]) => name!);

/** A small reader of HTML: every tag is closed in order, and every attribute is in quotes. */
function wellFormed(text: string): void {
  const open: string[] = [];
  for (const [tag, closing, name] of text
    .replace(/<!.*?>/gs, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)((?:[^>"]|"[^"]*")*)>/g)) {
    if (closing === '/') expect(open.pop()).toBe(name);
    else if (!/^(?:meta|link|br)$/.test(name!) && !tag.endsWith('/>')) open.push(name!);
  }
  expect(open).toEqual([]);
}

describe('each situation', () => {
  test.each(Object.entries(situations))('%s', (_, make) => {
    for (const { name, text } of firstPages(make(), 3)) {
      wellFormed(text);
      expect([name, text.match(/<h1/g)]).toEqual([name, ['<h1']]);
      // What Jenkins' Content-Security-Policy would refuse, or what would leave the page.
      expect(
        text.match(/<(?:script|style|iframe|object|embed|form|base)\b|\sstyle=|\son[a-z]+=|javascript:|https?:/gi),
      ).toBeNull();
      const ids = [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const anchors = [...text.matchAll(/href="#([^"]*)"/g)].map(([, id]) => id!);
      expect(anchors.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  test.each(Object.entries(situations))('%s: the same report gives the same pages', (_, make) => {
    expect(firstPages(make(), 2)).toEqual(firstPages(make(), 2));
  });
});

test('the verdict stands first, with its word', () => {
  expect(frontOf(runReport())).toMatch(/<h1><span class="word">AGREE<\/span>/);
  expect(frontOf(runReport({ findings: findingList([split('a')]) }))).toMatch(/<h1><span class="word">SPLIT<\/span>/);
  const both = frontOf(situations['a split seen by an incomplete view']!());
  expect(both).toMatch(/<p class="more doubtful"><span class="word">INCOMPLETE<\/span>/);
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
    wellFormed(text);
    expect(text.match(/<(?:img|script|i>|b>)/)).toBeNull();
    expect(
      text.match(/[^\t\n\u0020-\u007e\u00a0-\uffff]|[\u202a-\u202e\u2066-\u2069\u200b-\u200f]/u)?.[0],
    ).toBeUndefined();
  }
});
