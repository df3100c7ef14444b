// The guards of a whole run: each at its limit and just beyond, with the value that it found.

import { describe, expect, test } from 'vitest';
import type { HealSettings } from '../../src/domain/plan.ts';
import { changeLimit, type GuardedRun, guardCooldown, guardRun } from '../../src/plan/guards.ts';
import { settings } from '../support/model-look.ts';
import { mesh, proxyNames, proxyView } from '../support/run-report.ts';

function guard(run: Partial<GuardedRun>, limits: Partial<HealSettings>): string | null {
  const refusal = guardRun(
    {
      views: mesh(['p1', 'p2', 'p3']),
      locks: [],
      expected: null,
      counts: { conferences: 1_000, proxies: 3, proxiesReporting: 3 },
      disagreeing: 1,
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

  test('3 proxies, 2 expected -> refuse: coverage, since it may be two meshes', () => {
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
  expect(guard({ views }, {})).toBe('locked: p3 is locked');
  const trouble = { code: 'locked', message: 'p3 is locked by alice until noon: upgrade', remedy: '' } as const;
  const told = [proxyView('p2', []), proxyView('p3', [], { status: 'locked', trouble })];
  expect(guard({ views: told }, {})).toBe('locked: p3 is locked by alice until noon: upgrade');
});

describe('strangers', () => {
  const alone = (name: string) => proxyView(name, []);

  test('two groups that do not list each other -> refuse: two-meshes, by name', () => {
    expect(guard({ views: [...mesh(['p1', 'p2']), ...mesh(['q1', 'q2'])] }, {})).toBe(
      'two-meshes: p1, p2 and q1, q2 do not know each other as peers of this table: two meshes',
    );
    expect(guard({ views: [...mesh(['p1', 'p2']), alone('q1')] }, {})).toMatch(/^two-meshes/);
  });

  test('one end that lists the other is enough, and so is a third proxy between them', () => {
    const p3 = proxyView('p3', ['p2']);
    expect(guard({ views: [...mesh(['p1', 'p2']), p3] }, {})).toBeNull();
  });

  test('a proxy whose peers could not be read is not another mesh', () => {
    expect(
      guard({ views: [...mesh(['p1', 'p2']), proxyView('p3', [], { peersKnown: false, localPeer: null })] }, {}),
    ).toBeNull();
  });
});

test('a table that is spread over its peers -> refuse', () => {
  const views = mesh(['p1', 'p2']).map((view) => ({ ...view, table: { ...view.table!, isSpread: true } }));
  expect(guard({ views }, {})).toMatch(/^spread-table: p1, p2 spreads/);
});

describe('most conferences disagree', () => {
  const share = (disagreeing: number, conferences: number, limits: Partial<HealSettings> = {}) =>
    guard(
      { disagreeing, counts: { conferences, proxies: 3, proxiesReporting: 3 } },
      { maxRatio: 0.05, maxRatioFloor: 10, ...limits },
    );

  test.each([
    [500, 1_000, {}],
    [10, 10, {}],
    [0, 0, {}],
    [900, 1_000, { maxRatio: 0.9 }],
  ])('%d of %d, %j -> go on', (disagreeing, conferences, limits) => {
    expect(share(disagreeing, conferences, limits)).toBeNull();
  });

  test.each([
    [501, 1_000, {}],
    [11, 11, {}],
    [901, 1_000, { maxRatio: 0.9 }],
  ])('%d of %d, %j -> refuse: the evidence is in doubt', (disagreeing, conferences, limits) => {
    expect(share(disagreeing, conferences, limits)).toMatch(/^too-large-share: .*the evidence is in doubt/);
  });
});

describe('how many conferences a run may change', () => {
  const limit = (conferences: number, limits: Partial<HealSettings>) => {
    const { count, reason } = changeLimit(
      { conferences, proxies: 3, proxiesReporting: 3 },
      { ...settings, maxConferences: 200, maxRatio: 0.05, maxRatioFloor: 10, ...limits },
    );
    return `${reason} ${count}`;
  };

  test.each([
    [10, {}, 'too-large-share 10'],
    [1_000, {}, 'too-large-share 50'],
    [10_000, {}, 'too-many-conferences 200'],
    [10, { maxConferences: 3 }, 'too-many-conferences 3'],
    [100, { maxRatio: 0.29 }, 'too-large-share 29'],
  ] as const)('%d conferences, %j -> %s', (conferences, limits, expected) => {
    expect(limit(conferences, limits)).toBe(expected);
  });
});

test.each([
  ['in-force', 'locked: stage is locked by alice until noon'],
  ['ignored', null],
  ['expired', null],
] as const)('the environment is locked, %s -> %s', (state, refused) => {
  const lock = { proxy: null, place: 'folder', owner: 'alice', reason: 'upgrade', sinceMs: 0, untilMs: 1 } as const;
  const says = 'stage is locked by alice until noon';
  expect(guard({ locks: [{ ...lock, state, says, path: '/state/stage+locked.json' }] }, {})).toBe(refused);
});

test('of several guards the first one speaks', () => {
  const views = proxyNames(2).map((name) => proxyView(name, [], { status: 'locked' }));
  const run = { views, counts: { conferences: 10, proxies: 4, proxiesReporting: 0 }, disagreeing: 10 };
  expect(guard(run, { minReporting: 0.5, maxRatio: 0.1 })).toMatch(/^locked/);
  const unlocked = { ...run, views: proxyNames(2).map((name) => proxyView(name, [], { status: 'unreachable' })) };
  expect(guard(unlocked, { minReporting: 0.5, maxRatio: 0.1 })).toMatch(/^coverage/);
});

test('heals that cannot be counted -> refuse: cooldown', () => {
  expect([guardCooldown(null), guardCooldown('a journal is damaged')]).toEqual([
    null,
    { reason: 'cooldown', key: null, because: 'a journal is damaged' },
  ]);
});
