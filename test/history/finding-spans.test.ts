// Since when, drawn as runs from the oldest to the newest. `+` saw the finding. `h` saw and healed
// it. `-` read every proxy and did not see it. `?` did not see it and lacked a proxy. `p` saw it
// and lacked a proxy.

import { expect, test } from 'vitest';
import { findingName, type SeenFinding } from '../../src/domain/run-history.ts';
import { createFindingSpans } from '../../src/history/finding-spans.ts';

const hour = (number: number) => new Date(Date.UTC(2026, 10, 21, number));
const splitOf = (key: string, isHealed = false) => ({ kind: 'split' as const, key, conference: key, isHealed });

function spansOf(drawing: string): SeenFinding | undefined {
  const spans = createFindingSpans();
  for (const [at, sign] of [...[...drawing].entries()].reverse()) {
    const view = '?p'.includes(sign) ? 'incomplete' : 'complete';
    spans.add({ at: hour(at), view }, '+hp'.includes(sign) ? [splitOf('a', sign === 'h')] : []);
  }
  return spans.end().findings.get(findingName('split', 'a'));
}

test.each([
  ['+', { since: 0, mayBeOlder: true, lastSeen: 0, isPresent: true, runs: 1, times: 1 }],
  ['-+', { since: 1, mayBeOlder: false, lastSeen: 1, isPresent: true, runs: 1, times: 1 }],
  ['-+++', { since: 1, mayBeOlder: false, lastSeen: 3, isPresent: true, runs: 3, times: 1 }],
  ['++++', { since: 0, mayBeOlder: true, lastSeen: 3, isPresent: true, runs: 4, times: 1 }],
  ['?+++', { since: 1, mayBeOlder: true, lastSeen: 3, isPresent: true, runs: 3, times: 1 }],
  ['-++-', { since: 1, mayBeOlder: false, lastSeen: 2, isPresent: false, runs: 2, times: 1 }],
  ['-++?', { since: 1, mayBeOlder: false, lastSeen: 2, isPresent: true, runs: 2, times: 1 }],
  ['-+?+', { since: 1, mayBeOlder: false, lastSeen: 3, isPresent: true, runs: 2, times: 1 }],
  ['-p-p', { since: 3, mayBeOlder: false, lastSeen: 3, isPresent: true, runs: 2, times: 2 }],
  ['+-+-+', { since: 4, mayBeOlder: false, lastSeen: 4, isPresent: true, runs: 3, times: 3 }],
  ['-h', { since: 1, mayBeOlder: false, lastSeen: 1, isPresent: false, runs: 1, times: 1 }],
  ['-h-', { since: 1, mayBeOlder: false, lastSeen: 1, isPresent: false, runs: 1, times: 1 }],
  ['-++h-', { since: 1, mayBeOlder: false, lastSeen: 3, isPresent: false, runs: 3, times: 1 }],
  ['-hh+', { since: 3, mayBeOlder: false, lastSeen: 3, isPresent: true, runs: 3, times: 3 }],
])('%s', (drawing, { since, lastSeen, ...wanted }) => {
  expect(spansOf(drawing)).toEqual({
    kind: 'split',
    key: 'a',
    conference: 'a',
    since: hour(since),
    lastSeen: hour(lastSeen),
    ...wanted,
  });
});

test('a report that names a finding twice saw it once', () => {
  const spans = createFindingSpans();
  spans.add({ at: hour(1), view: 'complete' }, [splitOf('a'), splitOf('a')]);
  expect([...spans.end().findings.values()]).toEqual([expect.objectContaining({ runs: 1, times: 1 })]);
});

test('one key with two kinds is two findings', () => {
  const spans = createFindingSpans();
  spans.add({ at: hour(1), view: 'complete' }, [splitOf('a'), { ...splitOf('a'), kind: 'mixed' }]);
  expect([...spans.end().findings.keys()]).toEqual(['split a', 'mixed a']);
});

test('beyond the limit the findings of older runs are counted, not remembered', () => {
  const spans = createFindingSpans(2);
  spans.add({ at: hour(2), view: 'complete' }, [splitOf('a'), splitOf('b')]);
  spans.add({ at: hour(1), view: 'complete' }, [splitOf('b'), splitOf('c'), splitOf('d'), splitOf('e')]);
  const { findings, findingsLeftOut } = spans.end();
  expect([[...findings.keys()], findingsLeftOut]).toEqual([['split a', 'split b'], 2]);
  expect(findings.get('split b')?.since).toEqual(hour(1));
});
