// The live page: its age is always said, what changed too, and it never outgrows its terminal.

import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/domain/run-report.ts';
import { changesBetween, rememberLook } from '../../src/report/look-changes.ts';
import type { Terminal } from '../../src/report/terminal.ts';
import { type WatchState, watchPage } from '../../src/report/watch-page.ts';
import { situations } from '../support/report-situations.ts';
import { findingList, lazyFindings, mesh, runReport, split, troubledProxy } from '../support/run-report.ts';

const terminal: Terminal = { width: 80, colour: false, unicode: true };

function state(changes: Partial<WatchState> = {}): WatchState {
  return {
    nowMs: 100_000,
    everyMs: 10_000,
    lookingSinceMs: null,
    nextAtMs: 106_000,
    good: { report: runReport(), atMs: 96_000 },
    trouble: null,
    changes: [],
    ...changes,
  };
}

const firstOf = (changes: Partial<WatchState>) => watchPage(state(changes), terminal, 40)[0];

describe('its age', () => {
  test.each([
    [{}, 'last look 4 s ago, next in 6 s; every 10 s, Ctrl-C ends'],
    [{ good: null, lookingSinceMs: 99_000 }, 'no look yet, looking for 1 s; every 10 s, Ctrl-C ends'],
    [{ lookingSinceMs: 97_000 }, 'last look 4 s ago, looking for 3 s; every 10 s, Ctrl-C ends'],
    [
      { good: { report: runReport(), atMs: 40_000 }, lookingSinceMs: 50_000 },
      'last look 60 s ago, looking for 50 s: this look is overdue; every 10 s, Ctrl-C ends',
    ],
  ])('%# -> %s', (changes, line) => {
    expect(firstOf(changes)).toBe(line);
  });

  test('a look that failed: what failed, and that the page is the last good one', () => {
    const trouble = { text: 'Consul does not answer', atMs: 99_000 };
    const lines = watchPage(state({ trouble }), terminal, 40);
    expect(lines[1]).toBe('The look of 1 s ago failed: Consul does not answer. Below is the last good one.');
    expect(lines.join('\n')).toContain('AGREE');
    expect(watchPage(state({ trouble, good: null }), terminal, 40).slice(1)).toEqual([
      'The look of 1 s ago failed: Consul does not answer.',
    ]);
  });
});

describe('what changed', () => {
  const between = (before: RunReport, after: RunReport) => changesBetween(rememberLook(before), rememberLook(after));
  const well = runReport();
  const parted = runReport({ findings: findingList([split('t/a')]) });
  const gone = runReport({ proxies: [...mesh(['hap-a', 'hap-b']), troubledProxy('hap-c')] });
  const many = runReport({ findings: lazyFindings(600, (n) => split(`t/${n}`)) });

  test.each([
    ['the same', well, well, []],
    ['a split', well, parted, ['verdict: agree -> split', 'new: split t/a']],
    ['healed', parted, well, ['verdict: split -> agree', 'gone: split t/a']],
    ['a proxy is lost', well, gone, ['verdict: agree -> incomplete', 'proxy hap-c: ok -> unreachable']],
    ['a smaller mesh', well, runReport({ proxies: mesh(['hap-a', 'hap-b']) }), ['proxy hap-c: not there any more']],
    ['more than are kept', parted, many, ['findings: 1 -> 600']],
    [
      'some at once',
      well,
      runReport({ findings: findingList(['a', 'b', 'c', 'd', 'e'].map((name) => split(name))) }),
      ['verdict: agree -> split', 'new: split a', 'new: split b', 'new: split c', 'new: 2 more'],
    ],
  ])('%s', (_, before, after, changes) => {
    expect(between(before, after)).toEqual(changes);
  });

  test('a look keeps a bounded memory of itself', () => {
    expect(rememberLook(many).findings).toBeNull();
  });

  test('names of strangers are fit for the terminal', () => {
    const text = 'new: split \x1b[2J\u202egnp\nAGREE';
    const page = watchPage(state({ changes: [{ atMs: 98_000, text }] }), terminal, 40).join('\n');
    expect(page).toContain('  2 s ago       new: split \\x1b[2J\\u202egnp\\nAGREE');
    expect(page).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });
});

describe.each(Object.entries(situations))('%s', (_, report) => {
  test.each([5, 24, 60])('%i lines of 80 columns are enough, and what is cut is said', (rows) => {
    const lines = watchPage(state({ good: { report: report(), atMs: 96_000 } }), terminal, rows);
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.join('\n')).toMatch(/AGREE|SPLIT|INCOMPLETE|MISSING|MISPLACED|SCATTERED/);
    const all = watchPage(state({ good: { report: report(), atMs: 96_000 } }), terminal, 10_000);
    if (all.length > rows)
      expect(lines.at(-1)).toBe(`${all.length - rows + 1} more lines: splitbrain report shows all`);
    // Commands and addresses are never cut, in a report neither.
    const wide = lines.filter((line) => stringWidth(line) > 80 && !/splitbrain |:\d+/.test(line));
    expect(wide).toEqual([]);
  });
});
