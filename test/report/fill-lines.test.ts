// What a fill says of each proxy.

import { describe, expect, test } from 'vitest';
import type { FilledProxy } from '../../src/domain/fill.ts';
import { renderFill } from '../../src/report/fill-lines.ts';
import { runReport } from '../support/run-report.ts';

const terminal = { colour: false, unicode: true, width: 100 };
const filled: FilledProxy = { proxy: 'hap-d', isRead: true, lacks: 12, planned: 12, room: 2_000 };

describe('renderFill', () => {
  test.each<[string, Partial<FilledProxy>, string]>([
    ['it lacks entries', {}, 'lacks 12 of 1,234 conferences and has room for 2,000: 12 to fill in'],
    ['it lacks none', { lacks: 0, planned: 0 }, 'lacks nothing'],
    [
      'it could not be read: nobody knows',
      { isRead: false, lacks: 0, planned: 0, room: 0 },
      'could not be read in full: what it lacks is not known',
    ],
  ])('%s', (_, changes, sentence) => {
    const report = runReport();
    const tally = { proxies: [{ ...filled, ...changes }], leftForHeal: 0 };
    const counts = { ...report.counts, conferences: 1_234 };
    expect(renderFill(tally, { ...report, counts }, terminal)).toBe(`Fill\n  hap-d  ${sentence}\n\n`);
  });

  test('no proxy: nothing', () => {
    expect(renderFill({ proxies: [], leftForHeal: 0 }, runReport(), terminal)).toBe('');
  });
});
