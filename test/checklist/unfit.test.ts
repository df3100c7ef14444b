// What is no pair of looks is refused with words, and never compared.

import { describe, expect, test } from 'vitest';
import { complaintsOf, type DrawnSide, MINUTE } from './drawn-sides.ts';

const side: DrawnSide = { conferences: { k: { p1: 's1', p2: 's1' }, l: { p1: 's2', p2: 's2' } } };
const untimed = { ...side, takenAt: null, views: { p1: { uptimeSeconds: null }, p2: { uptimeSeconds: null } } };

test('two looks, one after the other', () => {
  expect(complaintsOf(side, { ...side, lives: 240_000 })).toEqual([]);
});

test('another environment', () => {
  expect(complaintsOf(side, { ...side, environment: 'prod' })).toEqual([
    'BEFORE is of environment stage and AFTER of prod: they are not looks at one mesh',
  ]);
  expect(complaintsOf(side, { ...side, environment: null })).toEqual([]);
});

describe('the same look twice', () => {
  const complaint = [expect.stringMatching(/^AFTER \(copy\) is the same look as BEFORE \(dumps\)/)];

  test('a copy of a snapshot has its times', () => {
    const times = { startedAtMs: 0, finishedAtMs: 1_000 };
    expect(complaintsOf(side, { ...side, takenAt: times, folders: ['copy'] }, 0)).toEqual(complaint);
  });

  test('dumps without times: every entry has the same time left', () => {
    expect(complaintsOf(untimed, { ...untimed, folders: ['copy'] })).toEqual(complaint);
    expect(complaintsOf(untimed, { ...untimed, lives: { k: 297_000 } })).toEqual([]);
    expect(complaintsOf(untimed, { ...untimed, conferences: { k: { p1: 's1', p2: 's1' } } })).toEqual([]);
  });

  test('tables whose entries never end do not tell', () => {
    const endless = { ...untimed, lives: 0 };
    expect(complaintsOf(endless, endless)).toEqual([]);
  });
});

describe('AFTER is older', () => {
  const complaint = [
    expect.stringMatching(/^AFTER \(dumps\) is older than BEFORE \(dumps\): name the older one first/),
  ];
  const up = (uptimeSeconds: number) => ({
    ...side,
    lives: uptimeSeconds,
    views: { p1: { uptimeSeconds }, p2: { uptimeSeconds } },
  });

  test('by the clocks, where the uptimes do not tell', () => {
    expect(
      complaintsOf(
        up(900),
        { ...side, lives: 1, views: { p1: { uptimeSeconds: 900 }, p2: { uptimeSeconds: 901 } } },
        -MINUTE,
      ),
    ).toEqual(complaint);
    expect(
      complaintsOf({ ...untimed, takenAt: { startedAtMs: 5_000, finishedAtMs: 6_000 } }, { ...side, lives: 1 }, 0),
    ).toEqual(complaint);
  });

  test('by the uptimes, whatever the clocks say', () => {
    expect(complaintsOf(up(900), up(800), MINUTE)).toEqual([]);
    const running = (uptimeSeconds: number) => ({
      ...side,
      lives: uptimeSeconds,
      views: Object.fromEntries(['p1', 'p2'].map((name) => [name, { uptimeSeconds, startedAtSeconds: 7 }])),
    });
    expect(complaintsOf(running(900), running(800), MINUTE)).toEqual(complaint);
    expect(complaintsOf(running(900), running(960), -MINUTE)).toEqual([]);
  });
});
