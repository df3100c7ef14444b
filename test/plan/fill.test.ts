// What a fill plans, what it leaves for a heal, and what it refuses.

import { describe, expect, test } from 'vitest';
import type { ProxyView } from '../../src/domain/view.ts';
import type { PlanningReport } from '../../src/plan/build-plan.ts';
import { planFill, tallyFill } from '../../src/plan/fill.ts';
import {
  addresses,
  type DrawnMesh,
  drawEntry,
  drawMesh,
  lookAt,
  type Picture,
  planningFacts,
  type ViewChanges,
} from '../support/model-look.ts';

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

const planned = (looked: PlanningReport, proxies: readonly string[] | null = null, maxMissing = 1_000) => {
  const plan = planFill(looked, planningFacts({ maxMissing }), proxies === null ? null : new Set(proxies));
  return {
    plan,
    filled: plan.conferences.map(({ key, steps }) => `${key}: ${steps.map(({ kind, proxy }) => `${kind} ${proxy}`)}`),
    refused: plan.refusals.map(({ key, reason }) => `${key ?? 'all'} ${reason}`),
  };
};

const table = (changes: Partial<NonNullable<ProxyView['table']>>) => ({
  table: {
    type: 'string',
    size: 100,
    used: 0,
    entries: 0,
    duplicates: 0,
    keyLength: null,
    maxExpiresInMs: 298_000,
    isSpread: false,
    ...changes,
  },
});

describe('which conferences', () => {
  test('{p1: s1, p2: s1, p3: nothing} -> a touch on p1, as a fill', () => {
    const { plan, filled } = planned(look({ k: { p1: 's1', p2: 's1', p3: null } }));
    expect(filled).toEqual(['k: touch p1']);
    expect(plan.conferences).toMatchObject([{ kind: 'fill', winner: addresses.s1, policy: 'unanimous' }]);
  });

  test.each<[string, Picture]>([
    ['split, and absent somewhere', { p1: 's1', p2: 's2', p3: null }],
    ['mixed, and absent somewhere', { p1: 's2/s1', p2: 's2/s1', p3: null }],
    ['led to no server, and absent somewhere', { p1: '99/-', p2: '99/-', p3: null }],
    ['led to a server on one proxy only, and absent somewhere', { p1: 's1', p2: '99/-', p3: null }],
  ])('%s -> left for a heal, and counted', (_, picture) => {
    const looked = look({
      whole: { p1: 's1', p2: 's1', p3: 's1' },
      other: { p1: 's1', p2: 's1', p3: 's1' },
      k: picture,
    });
    const { plan, filled, refused } = planned(looked);
    expect([filled, refused]).toEqual([[], []]);
    expect(tallyFill(looked, plan, null)).toMatchObject({ leftForHeal: 1, proxies: [{ proxy: 'p3', lacks: 1 }] });
  });

  test('a conference that disagrees and that no proxy lacks is not counted as left', () => {
    const looked = look({ k: { p1: 's1', p2: 's2' }, l: { p1: 's1', p2: 's1' }, m: { p1: 's1', p2: 's1' } });
    expect(tallyFill(looked, planned(looked).plan, null)).toEqual({ leftForHeal: 0, proxies: [] });
  });

  test('named proxies: only what one of them lacks', () => {
    const looked = look({
      k: { p1: 's1', p2: 's1', p3: null, p4: 's1' },
      l: { p1: 's1', p2: 's1', p3: 's1', p4: null },
    });
    expect(planned(looked, ['p4']).filled).toEqual(['l: touch p1']);
    expect(tallyFill(looked, planned(looked, ['p4']).plan, new Set(['p4'])).proxies).toContainEqual({
      proxy: 'p4',
      isRead: true,
      lacks: 1,
      planned: 1,
      room: 204_800 - 1_234,
    });
  });
});

describe('limits and guards', () => {
  const three: Readonly<Record<string, Picture>> = {
    a: { p1: 's1', p2: 's1', p3: null },
    b: { p1: 's1', p2: 's1', p3: null },
    c: { p1: 's1', p2: 's1', p3: null },
  };
  /** `c` was used last. */
  const withAges = (looked: PlanningReport): PlanningReport => {
    const findings = [...looked.findings].map((finding) => ({
      ...finding,
      routes: finding.routes.map((route) => ({ ...route, expiresInMs: finding.key === 'c' ? 290_000 : 100_000 })),
    }));
    return { ...looked, findings: { ...looked.findings, [Symbol.iterator]: () => findings[Symbol.iterator]() } };
  };

  test('room for one: what was used last is filled in, the others are refused by name', () => {
    const looked = withAges(look(three, {}, { p3: table({ used: 99, entries: 99 }), p1: table({}), p2: table({}) }));
    const { filled, refused } = planned(looked);
    expect([filled, refused]).toEqual([['c: touch p1'], ['a no-room', 'b no-room']]);
  });

  test('maxMissing of 1: what was used last is filled in, and the rest is said with its number', () => {
    const { filled, refused, plan } = planned(withAges(look(three)), null, 1);
    expect([filled, refused]).toEqual([['c: touch p1'], ['all too-many-missing']]);
    expect(plan.refusals[0]?.because).toMatch(/^2 more conferences are missing/);
  });

  test('a table of another length, type or size class -> refuse: table-differs', () => {
    const differing: readonly Partial<NonNullable<ProxyView['table']>>[] = [{ type: 'integer' }, { size: 49 }];
    for (const change of differing) {
      const looked = look({ a: three.a! }, {}, { p1: table({}), p2: table({}), p3: table(change) });
      expect(planned(looked).refused).toEqual(['a table-differs']);
    }
    const lengths = look({ a: three.a! }, {}, { p1: table({ keyLength: 200 }), p3: table({ keyLength: 100 }) });
    expect(planned(lengths).refused).toEqual(['a table-differs']);
  });

  test('links that are up and deaf: nothing is set directly, since an empty table does not show its length', () => {
    const deaf = (name: string) => ({ name, state: 'deaf' as const, protocolErrors: 0 });
    const looked = look({ a: three.a! }, {}, { p3: { peers: [deaf('p1'), deaf('p2')] } });
    expect(planned(looked)).toMatchObject({ filled: [], refused: ['a table-differs'] });
  });

  test('most conferences disagree -> refuse the run', () => {
    const split = { p1: 's1', p2: 's2', p3: 's2' };
    const looked = look({ a: three.a!, b: split, c: split });
    const plan = planFill(looked, planningFacts({ maxRatio: 0.05 }), null);
    expect([plan.refused?.reason, plan.conferences]).toEqual(['too-large-share', []]);
  });

  test('{p1: s1, p2: nothing}: filled in where p2 started after its last use, else refused', () => {
    const aged = (expiresInMs: number, uptimeSeconds: number) => {
      const looked = look(
        { k: { p1: 's1', p2: null } },
        {},
        { p2: { uptimeSeconds, ...table({ entries: 80, used: 80 }) } },
      );
      const findings = [...looked.findings].map((finding) => ({
        ...finding,
        routes: finding.routes.map((route) => ({ ...route, expiresInMs })),
      }));
      const list = { ...looked.findings, [Symbol.iterator]: () => findings[Symbol.iterator]() };
      const full = { ...looked.proxies[0]!, ...table({ entries: 100, used: 99 }) };
      return planned({ ...looked, findings: list, proxies: [full, looked.proxies[1]!] }).refused;
    };
    // Used 198 s ago at least; p2 has been up for 60 s.
    expect(aged(100_000, 60)).toEqual([]);
    expect(aged(290_000, 60)).toEqual(['k unexplained']);
    expect(aged(0, 60)).toEqual(['k unexplained']);
  });

  test('{p1: k alone, and a life of a day; p2, p3: up for an hour} -> refuse: one proxy makes nobody young', () => {
    const day = table({ entries: 100, used: 99, maxExpiresInMs: 86_400_000 });
    const others = { uptimeSeconds: 3_600, ...table({ entries: 100, used: 99, maxExpiresInMs: 298_000 }) };
    const looked = look({ k: { p1: 's1', p2: null, p3: null } }, {}, { p1: day, p2: others, p3: others });
    expect(planned(looked)).toMatchObject({ filled: [], refused: ['k unexplained'] });
  });
});
