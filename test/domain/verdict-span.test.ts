// How long each verdict stood, drawn as runs from the oldest to the newest: agree, split,
// incomplete, and healed (a split that the run's heal ended).

import { expect, test } from 'vitest';
import type { KeptRun } from '../../src/domain/run-history.ts';
import type { Verdict } from '../../src/domain/run-report.ts';
import { verdictSpans } from '../../src/domain/verdict-span.ts';

const words: Readonly<Record<string, readonly [verdict: Verdict, after: Verdict]>> = {
  a: ['agree', 'agree'],
  s: ['split', 'split'],
  i: ['incomplete', 'incomplete'],
  h: ['split', 'agree'],
};

const run = (at: number, sign: string): KeptRun => {
  const [verdict, after] = words[sign]!;
  return { at: new Date(at), verdict, after } as KeptRun;
};

test.each([
  ['', []],
  ['a', ['agree 0-0 x1']],
  ['aaa', ['agree 0-2 x3']],
  ['assa', ['agree 0-0 x1', 'split 1-2 x2', 'agree 3-3 x1']],
  ['sis', ['split 0-0 x1', 'incomplete 1-1 x1', 'split 2-2 x1']],
  ['shha', ['split 0-0 x1', 'agree 1-3 x3 2 healed']],
])('%s -> %j', (drawing, wanted) => {
  const spans = verdictSpans([...drawing].map((sign, at) => run(at, sign)));
  const drawn = spans.map(
    ({ verdict, since, lastSeen, runs, healedRuns }) =>
      `${verdict} ${since.getTime()}-${lastSeen.getTime()} x${runs}${healedRuns > 0 ? ` ${healedRuns} healed` : ''}`,
  );
  expect(drawn).toEqual(wanted);
});
