// The guards of a whole run: each at its limit and just beyond, with the value that tripped it.

import { describe, expect, test } from 'vitest';
import type { HealSettings } from '../../src/domain/plan.ts';
import { type GuardedRun, guardCooldown, guardRun } from '../../src/plan/guards.ts';
import { settings } from '../support/model-look.ts';
import { mesh, proxyNames, proxyView } from '../support/run-report.ts';

function guard(run: Partial<GuardedRun>, limits: Partial<HealSettings>): string | null {
  const refusal = guardRun(
    {
      views: mesh(['p1', 'p2', 'p3']),
      expected: null,
      counts: { conferences: 1_000, proxies: 3, proxiesReporting: 3 },
      changing: 1,
      ...run,
    },
    { ...settings, ...limits },
  );
  expect(refusal?.key ?? null).toBeNull();
  return refusal && `${refusal.reason}: ${refusal.because}`;
}

describe('coverage', () => {
  const counts = (proxies: number, proxiesReporting: number) => ({ conferences: 1_000, proxies, proxiesReporting });

  test('3 of 4 read, minReporting 0.75 -> go on', () => {
    expect(guard({ counts: counts(4, 3) }, { minReporting: 0.75 })).toBeNull();
  });

  test('2 of 3 read, minReporting 0.75 -> refuse: coverage', () => {
    expect(guard({ counts: counts(3, 2) }, { minReporting: 0.75 })).toBe(
      'coverage: 2 of 3 proxies were read in full, at least 75% must be',
    );
  });

  test('3 of 3 read, 5 expected -> refuse: coverage, for two are not even known', () => {
    expect(guard({ expected: { min: 5, max: 6 } }, { minReporting: 0.75 })).toBe(
      'coverage: 3 of 5 proxies were read in full, at least 75% must be',
    );
  });

  test('3 asked, 2 expected -> refuse: coverage, for it may be two meshes', () => {
    expect(guard({ expected: { min: 2, max: 2 } }, {})).toBe(
      'coverage: 3 proxies were asked and at most 2 are expected: two meshes, or one proxy twice',
    );
  });

  test('no proxy at all -> refuse: coverage, whatever the limit', () => {
    expect(guard({ views: [], counts: counts(0, 0) }, { minReporting: 0 })).toMatch(/^coverage: 0 of 0/);
  });
});

test('a locked proxy -> refuse: locked, by name', () => {
  const views = [...mesh(['p1', 'p2']), proxyView('p3', [], { status: 'locked' })];
  expect(guard({ views }, {})).toBe('locked: p3 is locked: somebody is working there');
});

describe('too many conferences', () => {
  test.each([
    [200, null],
    [201, 'too-many-conferences: 201 conferences would change their route, at most 200 may in one run'],
  ])('%d would change, 200 may', (changing, expected) => {
    expect(guard({ changing }, { maxConferences: 200 })).toBe(expected);
  });
});

describe('too large a share', () => {
  const share = (changing: number, conferences: number, maxRatio: number) =>
    guard({ changing, counts: { conferences, proxies: 3, proxiesReporting: 3 } }, { maxRatio });

  test.each([
    [50, 1_000, 0.05],
    [29, 100, 0.29],
    [1, 1, 1],
    [0, 0, 0],
  ])('%d of %d would change, %d may -> go on', (changing, conferences, maxRatio) => {
    expect(share(changing, conferences, maxRatio)).toBeNull();
  });

  test.each([
    [51, 1_000, 0.05, '5%', 0.06],
    [1, 9, 0.05, '5%', 0.12],
    [30, 100, 0.29, '29%', 0.3],
    [9, 9, 0.9, '90%', 1],
  ])('%d of %d would change, %d may -> refuse, and say what to set', (changing, conferences, maxRatio, may, enough) => {
    expect(share(changing, conferences, maxRatio)).toBe(
      `too-large-share: ${changing} of ${conferences} conferences would change their route, at most ${may} may in one run; if that is right, set \`heal.maxRatio: ${enough}\` or more, or pin the conferences by name`,
    );
    expect(share(changing, conferences, enough)).toBeNull();
  });
});

test('heals that cannot be counted -> refuse: cooldown, and why', () => {
  expect(guardCooldown('a journal is damaged')).toEqual({
    reason: 'cooldown',
    key: null,
    because: 'a journal is damaged',
  });
  expect(guardCooldown(null)).toBeNull();
});

test('of several guards the first one speaks: what was seen, before what would be done', () => {
  const views = proxyNames(2).map((name) => proxyView(name, [], { status: 'locked' }));
  const run = { views, counts: { conferences: 10, proxies: 4, proxiesReporting: 0 }, changing: 10 };
  expect(guard(run, { minReporting: 0.5, maxConferences: 1, maxRatio: 0.1 })).toMatch(/^coverage/);
  expect(guard(run, { minReporting: 0, maxConferences: 1, maxRatio: 0.1 })).toMatch(/^locked/);
});
