// From a look to a plan: which findings are planned, which are refused, and when the whole run is
// refused.

import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
import type { HealSettings } from '../../src/domain/plan.ts';
import { buildPlan, type PlanningFacts, type PlanningReport } from '../../src/plan/build-plan.ts';
import {
  addresses,
  type DrawnMesh,
  drawEntry,
  drawMesh,
  lookAt,
  type Picture,
  planningFacts,
  server,
  type ViewChanges,
} from '../support/model-look.ts';
import { findingList } from '../support/run-report.ts';

/** Several conferences on one mesh: the first picture names the proxies. */
function look(
  pictures: Readonly<Record<string, Picture>>,
  drawn: DrawnMesh = {},
  changes: ViewChanges = {},
): PlanningReport {
  const [first] = Object.values(pictures);
  const mesh = drawMesh(Object.fromEntries(Object.keys(first!).map((proxy) => [proxy, null])), drawn);
  for (const [key, picture] of Object.entries(pictures))
    for (const [proxy, entry] of Object.entries(picture)) mesh.put(proxy, key, drawEntry(entry, mesh, proxy));
  return lookAt(mesh, changes);
}

function planned(looked: PlanningReport, settings: Partial<HealSettings> = {}, facts: Partial<PlanningFacts> = {}) {
  const { plan, decisions } = buildPlan(looked, planningFacts(settings, facts));
  return {
    ways: plan.conferences.map(({ key, winner, policy, steps }) => ({ key, winner, policy, steps: steps.length })),
    refusals: plan.refusals.map(({ key, reason, because }) => `${key ?? 'all'} ${reason}: ${because}`),
    decisions: Object.fromEntries(
      [...decisions].map(([key, decision]) => [key, 'winner' in decision ? decision.winner : decision.refusal]),
    ),
    plan,
  };
}

const split: Picture = { p1: 's1', p2: 's1', p3: 's2' };

test('a split: everything that apply and a reader need is in the plan', () => {
  const { plan } = planned(look({ k: split }));
  const s1 = { serverId: 11, serverKey: addresses.s1! };
  expect(plan).toEqual({
    schema: 'splitbrain/plan/1',
    environment: 'stage',
    table: 'nodes',
    runId: 'run-1',
    createdAt: '2026-11-21T10:00:00.000Z',
    validUntil: '2026-11-21T10:15:00.000Z',
    refused: null,
    conferences: [
      {
        key: 'k',
        conference: 'k',
        kind: 'split',
        winner: addresses.s1,
        policy: 'majority',
        because: '2 of 3 proxies',
        before: { p1: s1, p2: s1, p3: { serverId: 12, serverKey: addresses.s2 } },
        target: { p1: addresses.s1, p2: addresses.s1, p3: addresses.s1 },
        steps: [{ phase: 0, kind: 'touch', proxy: 'p1', expect: s1, serverId: 11 }],
      },
    ],
    refusals: [],
  });
});

describe('findings', () => {
  test.each<[string, Picture, string]>([
    ['split', split, 'split'],
    ['missing', { p1: 's1', p2: 's1', p3: null }, 'missing'],
    ['mixed', { p1: 's2/s1', p2: 's2/s1', p3: 's2/s1' }, 'mixed'],
  ])('%s gets a way', (_title, picture, kind) => {
    expect(planned(look({ k: picture })).plan.conferences).toMatchObject([{ key: 'k', kind }]);
  });

  test('orphaned alone is reported and not healed: the next request gets a new shard', () => {
    expect(planned(look({ k: { p1: '99/-', p2: '99/-' } }))).toMatchObject({ ways: [], refusals: [], decisions: {} });
  });

  test('orphaned beside split: proxies that lead to no shard are healed too', () => {
    const { plan } = planned(look({ k: { p1: 's1', p2: 's2', p3: '99/-', p4: 's1' } }));
    expect(plan.conferences).toMatchObject([{ winner: addresses.s1, target: { p3: addresses.s1 } }]);
  });

  test('a conference with two findings is planned once', () => {
    const looked = look({ k: { p1: 's2/s1', p2: 's2', p3: 's2/s1' } });
    expect([...looked.findings].map(({ kind }: Finding) => kind)).toEqual(['split', 'mixed']);
    expect(planned(looked).ways).toMatchObject([{ key: 'k', winner: addresses.s1 }]);
  });

  test('no finding -> an empty plan', () => {
    expect(planned(look({ k: { p1: 's1', p2: 's1' } }))).toMatchObject({ ways: [], refusals: [], decisions: {} });
  });

  test('the loser was read in part only -> refuse: coverage, since what cannot be verified is not healed', () => {
    const looked = look({ k: { p1: 's1', p2: 's1', p3: 's2' } }, {}, { p3: { status: 'truncated' } });
    expect(planned(looked)).toMatchObject({
      ways: [],
      refusals: [
        'k coverage: every proxy that was read in full leads to 10.0.0.1:443 already; the others cannot be healed unseen',
      ],
    });
  });
});

describe('who votes', () => {
  test('{p1: s1, p2: s2, p3: s2}, p2 and p3 reloaded -> keep s2: they kept their entries', () => {
    const young = { uptimeSeconds: 60 };
    expect(planned(look({ k: { p1: 's1', p2: 's2', p3: 's2' } }, {}, { p2: young, p3: young })).decisions).toEqual({
      k: addresses.s2,
    });
  });

  test('{p1: s1, p2: s1, p3: s2}, s1 down on p3 alone -> refuse: state-disputed', () => {
    const p3 = {
      servers: look({ k: split }).proxies[2]!.servers.map((own) =>
        own.name === 's1' ? { ...own, state: 'down' as const } : own,
      ),
    };
    expect(planned(look({ k: split }, {}, { p3 })).refusals[0]).toMatch(/^k state-disputed/);
  });

  test('{p1: s1, p2: s1, p3: s2}, s1 draining -> keep s2', () => {
    expect(planned(look({ k: split }, { states: { s1: 'drain' } })).decisions).toEqual({ k: addresses.s2 });
  });

  test('{p1: s1, p2: s1, p3: s2}, both in maintenance on p2 and p3 -> refuse: no-eligible-shard', () => {
    const p3 = [server('s1', { state: 'maint' }), server('s2', { state: 'maint' }), server('s3')];
    expect(planned(look({ k: split }, { servers: { p2: p3, p3 } }))).toMatchObject({
      ways: [],
      refusals: [
        'k no-eligible-shard: none of the shards it is on accepts traffic on every proxy: 10.0.0.1:443, 10.0.0.2:443',
      ],
    });
  });
});

describe('one conference refused', () => {
  const looked = look({ bad: split, good: split });
  const goodOnly = [{ key: 'good', winner: addresses.s1, policy: 'majority', steps: 1 }];

  test('a key that no command can name -> key-inexpressible; the others go on', () => {
    expect(planned(looked, {}, { isExpressible: (key) => key !== 'bad' })).toMatchObject({
      ways: goodOnly,
      refusals: ['bad key-inexpressible: no command of the runtime API can name this key'],
    });
  });

  test.each([
    [2, 2, []],
    [3, 1, ['bad cooldown: healed 3 times within 60 minutes: it is flapping, and its cause should be found']],
  ])('healed %d times, cooldown after 3 -> %d ways', (heals, ways, refusals) => {
    const result = planned(looked, {}, { healsOf: (key) => (key === 'bad' ? heals : 0) });
    expect([result.ways.length, result.refusals]).toEqual([ways, refusals]);
  });

  test('undecided, with tie: refuse; the others go on', () => {
    const tie = look({ bad: { p1: 's1', p2: 's2', p3: null }, good: { p1: 's1', p2: 's1', p3: null } });
    expect(planned(tie, { tie: 'refuse' })).toMatchObject({
      ways: [{ key: 'good', policy: 'unanimous' }],
      refusals: ['bad undecided: majority, latest-access did not decide between 10.0.0.1:443 and 10.0.0.2:443'],
      decisions: { bad: 'undecided', good: addresses.s1 },
    });
  });
});

describe('a limit, not a wall', () => {
  const many = look({ a: split, b: split, c: split, m: { p1: 's1', p2: 's1', p3: null } });

  test('3 would change, 2 may -> two, the third by name; filling in goes on', () => {
    const result = planned(many, { maxConferences: 2 });
    expect(result.ways.map(({ key }) => key)).toEqual(['a', 'b', 'm']);
    expect(result.refusals).toEqual([
      'c too-many-conferences: a run changes the route of at most 2 conferences (heal.maxConferences), the oldest first; the next run goes on',
    ]);
    expect(result.decisions).toMatchObject({ a: addresses.s1, c: 'too-many-conferences' });
  });

  test('the oldest go first: the conferences that were used last wait', () => {
    const [fresh, ...older] = [...many.findings];
    const aged = { ...fresh!, routes: fresh!.routes.map((route) => ({ ...route, expiresInMs: 299_000 })) };
    const findings = findingList([aged, ...older]);
    expect(planned({ ...many, findings }, { maxConferences: 2 }).ways.map(({ key }) => key)).toEqual(['b', 'c', 'm']);
  });

  test('in a small mesh the floor allows more than the ratio', () => {
    expect(planned(many, { maxRatio: 0.05, maxRatioFloor: 3 })).toMatchObject({ ways: { length: 4 }, refusals: [] });
  });
});

describe('missing entries have their own limit', () => {
  const missing: Picture = { p1: 's1', p2: 's1', p3: null };
  const three = look({ m1: missing, m2: missing, m3: missing, s: split });

  test('3 missing, 3 may be filled in -> all of them', () => {
    expect(planned(three, { maxMissing: 3 })).toMatchObject({ ways: { length: 4 }, refusals: [] });
  });

  test('3 missing, 2 may be filled in -> two, and one refusal with the number left', () => {
    const result = planned(three, { maxMissing: 2 });
    expect(result.ways.map(({ key }) => key)).toEqual(['s', 'm1', 'm2']);
    expect(result.refusals).toEqual([
      'all too-many-missing: 1 more conferences are missing somewhere than this run may fill in (2); the next run goes on',
    ]);
    expect(result.decisions).toMatchObject({ m2: addresses.s1, m3: 'too-many-missing' });
  });

  test('a conference that is refused for another reason does not count against the limit', () => {
    const result = planned(three, { maxMissing: 2 }, { isExpressible: (key) => key !== 'm1' });
    expect(result.ways.map(({ key }) => key)).toEqual(['s', 'm2', 'm3']);
  });

  test('filling in is no change of a route: neither maxConferences nor maxRatio counts it', () => {
    expect(planned(three, { maxConferences: 1, maxRatio: 0.25 })).toMatchObject({ ways: { length: 4 }, refusals: [] });
  });
});

describe('the whole run refused', () => {
  const two = look({ k1: split, k2: split, m: { p1: 's1', p2: null, p3: 's1' } });

  test('no conferences, the guard is the first refusal, and every decision has its reason', () => {
    const { plan, decisions } = planned(two, { maxRatio: 0.05 }, { isExpressible: (key) => key !== 'm' });
    expect(plan.refused).toMatchObject({ reason: 'too-large-share', key: null });
    expect(plan.refused?.because).toMatch(/^2 of 3 conferences disagree/);
    expect(plan.conferences).toEqual([]);
    expect(plan.refusals.map(({ reason }) => reason)).toEqual(['too-large-share', 'key-inexpressible']);
    expect(decisions).toEqual({ k1: 'too-large-share', k2: 'too-large-share', m: 'key-inexpressible' });
  });

  test('heals that cannot be counted: nothing is healed, and a guard of the look is named first', () => {
    const uncounted = 'a journal is damaged';
    expect(planned(two, {}, { uncounted })).toMatchObject({
      ways: [],
      refusals: ['all cooldown: a journal is damaged'],
    });
    expect(planned(two, { maxRatio: 0.05 }, { uncounted }).plan.refused?.reason).toBe('too-large-share');
    expect(planned(look({ k: { p1: 's1', p2: 's1' } }), {}, { uncounted }).refusals).toEqual([]);
  });

  test('too few proxies were read: nothing is filled in either', () => {
    const blind = look({ k: { p1: 's1', p2: 's1', p3: null, p4: 's1' } }, {}, { p4: { status: 'unreachable' } });
    expect(planned(blind, { minReporting: 0.8 })).toMatchObject({
      ways: [],
      refusals: ['all coverage: 3 of 4 proxies were read in full, at least 80% must be'],
    });
  });

  test('nothing to write -> nothing to refuse, however little was seen', () => {
    const blind = look({ k: { p1: 's1', p2: 's1' } }, {}, { p2: { status: 'unreachable' } });
    expect(planned(blind, { minReporting: 0.75 })).toMatchObject({ ways: [], refusals: [] });
  });
});

test('findings are read one by one, and once', () => {
  let asked = 0;
  const looked = look({ k: split });
  const counting = {
    ...findingList([...looked.findings]),
    *[Symbol.iterator]() {
      asked++;
      yield* looked.findings;
    },
  };
  planned({ ...looked, findings: counting });
  expect(asked).toBe(1);
});
