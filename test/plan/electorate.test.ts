// Which proxies have a vote, and which shards can win.

import { describe, expect, test } from 'vitest';
import { createServerDirectory } from '../../src/analysis/server-directory.ts';
import type { ProxyView } from '../../src/domain/view.ts';
import { candidatesOf, voters } from '../../src/plan/electorate.ts';
import { addresses, server } from '../support/model-look.ts';
import type { ModelServer, ShardState } from '../support/model-mesh.ts';
import { finding, proxyView, route } from '../support/run-report.ts';

describe('voters', () => {
  const view = (name: string, entries: number, changes: Partial<ProxyView> = {}) => {
    const whole = proxyView(name, []);
    return { ...whole, table: { ...whole.table!, entries }, ...changes };
  };
  const young = { uptimeSeconds: 60 };
  const named = (...views: ProxyView[]) => [...voters(views)];

  test('{p1, p2, p3 reloaded} -> all vote: it kept its entries', () => {
    expect(named(view('p1', 100), view('p2', 100), view('p3', 100, young))).toEqual(['p1', 'p2', 'p3']);
  });

  test.each([
    [50, ['p1', 'p2', 'p3']],
    [49, ['p1', 'p2']],
  ])('tables of 100 and 100 entries, and %d of a young proxy -> %j vote', (entries, expected) => {
    expect(named(view('p1', 100), view('p2', 100), view('p3', entries, young))).toEqual(expected);
  });

  test('an old proxy with few entries votes: it lost none since it started', () => {
    expect(named(view('p1', 100), view('p2', 100), view('p3', 1))).toEqual(['p1', 'p2', 'p3']);
  });

  test('one table far larger than all others takes no vote from them', () => {
    expect(named(view('p1', 100, young), view('p2', 100, young), view('p3', 1_000_000))).toEqual(['p1', 'p2', 'p3']);
  });

  test('a proxy that was not read in full has no vote', () => {
    expect(named(view('p1', 100), view('p2', 100, { status: 'truncated' }))).toEqual(['p1']);
  });

  test('no proxy was read -> no proxy votes', () => {
    expect(named(view('p1', 100, { status: 'unreachable', table: null }))).toEqual([]);
  });
});

describe('eligible shards', () => {
  const directory = (...servers: ModelServer[]) =>
    createServerDirectory(servers.map((each) => ({ backend: 'nodes', ...each })));
  const having = (states: Readonly<Record<string, ShardState>>) =>
    directory(...Object.entries(states).map(([shard, state]) => server(shard, { state })));
  const split = finding('split', 'k', { routes: [route('p1', addresses.s1!), route('p2', addresses.s2!)] });
  const candidates = (...states: Readonly<Record<string, ShardState>>[]) =>
    candidatesOf(split, new Map(states.map((state, n) => [`p${n + 1}`, having(state)])));
  const eligible = (...states: Readonly<Record<string, ShardState>>[]) => candidates(...states).eligible;
  const up = { s1: 'up', s2: 'up' } as const;

  test('s1 and s2 up everywhere -> both', () => {
    expect(eligible(up, up)).toEqual([addresses.s1, addresses.s2]);
  });

  test.each<ShardState>(['down', 'maint'])(
    's1 %s on one of two proxies -> s2 only, and nothing is disputed',
    (state) => {
      expect(candidates(up, { s1: state, s2: 'up' })).toMatchObject({ eligible: [addresses.s2], disputed: [] });
    },
  );

  test.each<ShardState>(['down', 'maint'])('s1 %s on one of three proxies -> disputed', (state) => {
    expect(candidates(up, up, { s1: state, s2: 'up' })).toMatchObject({
      eligible: [addresses.s2],
      disputed: [{ shard: addresses.s1, calledUnusableBy: ['p3'], lackedBy: [] }],
    });
  });

  test('one proxy of three has no server s1 -> disputed', () => {
    expect(candidates(up, { s2: 'up' }, up)).toMatchObject({
      eligible: [addresses.s2],
      disputed: [{ shard: addresses.s1, calledUnusableBy: [], lackedBy: ['p2'] }],
    });
  });

  test('s1 draining on one proxy of two -> both, and s2 wins ties', () => {
    const { eligible: both, undrained } = candidates({ s1: 'drain', s2: 'up' }, up);
    expect([both, [...undrained]]).toEqual([[addresses.s1, addresses.s2], [addresses.s2]]);
  });

  test('s1 draining on every proxy -> s2 only: no proxy disputes it', () => {
    expect(eligible({ s1: 'drain', s2: 'up' }, { s1: 'drain', s2: 'up' })).toEqual([addresses.s2]);
  });

  test('s1 draining, s2 down -> s1: HAProxy still sends to it what sticks to it', () => {
    expect(eligible({ s1: 'drain', s2: 'down' })).toEqual([addresses.s1]);
  });

  test('s3 is up everywhere, but no entry leads there -> not a candidate', () => {
    expect(eligible({ s1: 'down', s2: 'down', s3: 'up' })).toEqual([]);
  });
});
