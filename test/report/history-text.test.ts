// What people read of the history: since when, earlier verdicts, what is there and what comes back.

import { expect, test } from 'vitest';
import { findingName, type KeptRun, type RunHistory, type SeenFinding } from '../../src/domain/run-history.ts';
import type { Verdict } from '../../src/domain/run-report.ts';
import { renderHistory } from '../../src/report/history-text.ts';

const hour = (number: number) => new Date(Date.UTC(2026, 10, 28, number));

function run(at: Date, verdict: Verdict, after: Verdict = verdict): KeptRun {
  return { at, id: 'e90cbd42', command: 'monitor', verdict, after } as KeptRun;
}

function seen(key: string, changes: Partial<SeenFinding> = {}): SeenFinding {
  const times = { since: hour(3), mayBeOlder: false, lastSeen: hour(9), isPresent: true, runs: 6, times: 1 };
  return { kind: 'split', key, conference: key, ...times, ...changes };
}

function history(runs: readonly KeptRun[], ...findings: readonly SeenFinding[]): RunHistory {
  return {
    environment: 'stage-8x8',
    table: 'nodes',
    runs,
    findings: new Map(findings.map((finding) => [findingName(finding.kind, finding.key), finding])),
    findingsLeftOut: 0,
    leftOut: [],
    filesLeftOut: 0,
  };
}

function text(
  told: RunHistory,
  changes: { readonly from?: Date; readonly now?: Date; readonly width?: number } = {},
): string {
  const { from = null, now = hour(10), width = 80 } = changes;
  return renderHistory(
    { history: told, now, from, silentAfterMs: 2 * 3_600_000, lookAgain: 'splitbrain report' },
    { width, colour: false, unicode: true },
  );
}

const story = history(
  [run(hour(0), 'agree'), run(hour(2), 'split', 'agree'), run(hour(3), 'split'), run(hour(9), 'split')],
  seen('standup'),
  seen('daily', { isPresent: false, times: 4, lastSeen: hour(2), kind: 'missing' }),
);

test('agree, healed, split, split -> since the third, and all of it', () => {
  expect(text(story)).toBe(`SPLIT  since 2026-11-28 03:00 UTC, for 7 h (stage-8x8, table nodes)
  The last run was 60 min ago: monitor, run e90cbd42.

Verdicts (1 change in 4 runs)
  SINCE (UTC)       FOR  RUNS  VERDICT
  2026-11-28 00:00  3 h  2     AGREE    the first that was kept, 1 run healed
  2026-11-28 03:00  7 h  2     SPLIT

There now (1 finding, the oldest first)
  CONFERENCE  KIND   SINCE (UTC)       FOR  SEEN BY
  standup     split  2026-11-28 03:00  7 h  6 runs
  → What each proxy says now: splitbrain report

Back again and again
  daily  missing  4 times  last 2026-11-28 02:00
`);
});

test('--since leaves earlier verdicts and conferences out, and no finding that is there', () => {
  const later = text(story, { from: hour(4) });
  expect(later).toContain('Verdicts (0 changes in 2 runs)');
  expect(later).toContain('standup     split  2026-11-28 03:00');
  expect(later).not.toMatch(/daily|AGREE/);
});

test('one verdict only: it may be older than what was kept', () => {
  expect(text(history([run(hour(0), 'agree'), run(hour(9), 'agree')]))).toMatch(
    /^AGREE {2}since .* for 10 h or longer \(/,
  );
  expect(text(history([run(hour(9), 'split')], seen('a', { mayBeOlder: true })))).toContain('before 2026-11-28 03:00');
});

test('a last run that is long ago is a warning, no present state', () => {
  expect(text(history([run(hour(1), 'agree')]))).toContain(
    'The last run was 9 h ago: monitor, run e90cbd42. Nobody has looked since',
  );
});

test('hostile names, many findings and many changes stay on few safe lines of 80 columns', () => {
  const runs = Array.from({ length: 200 }, (_, at) =>
    run(new Date(hour(0).getTime() + at * 60_000), at % 2 === 0 ? 'agree' : 'split'),
  );
  const names = Array.from({ length: 500 }, (_, at) => seen(`${at}\u001b[31m\u202e${'x'.repeat(300)}\n`, { times: 5 }));
  const left = { leftOut: [{ file: '\u001b]0;x\u0007.json', because: 'it is no report' }], filesLeftOut: 70 };
  const told = text({ ...history(runs, ...names), ...left, findingsLeftOut: 7 });
  const lines = told.split('\n');
  expect(lines.length).toBeLessThan(100);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(told).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  expect(told).toMatch(
    /180 earlier ones: --json has all[\s\S]*and 475 more: --json has all[\s\S]*70 files could not be used/,
  );
});
