// Who has a vote, and what can be voted for.

import { describe, expect, test } from 'vitest';
import { createServerDirectory } from '../../src/analysis/server-directory.ts';
import type { ProxyView } from '../../src/domain/view.ts';
import { eligibleShards, voters } from '../../src/plan/electorate.ts';
import { addresses, server } from '../support/model-look.ts';
import type { ModelServer, ShardState } from '../support/model-mesh.ts';
import { finding, proxyView, route } from '../support/run-report.ts';

describe('voters', () => {
  const view = (name: string, entries: number, changes: Partial<ProxyView> = {}) => {
    const whole = proxyView(name, []);
    return { ...whole, table: { ...whole.table!, entries }, ...changes };
  };
  const named = (views: ProxyView[], restarted: boolean[] = views.map(() => false)) => [...voters(views, restarted)];

  test('{p1, p2, p3 restarted} -> p1 and p2 vote', () => {
    expect(named([view('p1', 100), view('p2', 100), view('p3', 100)], [false, false, true])).toEqual(['p1', 'p2']);
  });

  test('{p1 restarted, p2 restarted} -> both vote: none is worse than the other', () => {
    expect(named([view('p1', 100), view('p2', 100)], [true, true])).toEqual(['p1', 'p2']);
  });

  test.each([
    [50, ['p1', 'p2', 'p3']],
    [49, ['p1', 'p2']],
  ])('tables of 100, 100 and %d entries -> %j vote', (entries, expected) => {
    expect(named([view('p1', 100), view('p2', 100), view('p3', entries)])).toEqual(expected);
  });

  test('a restarted proxy whose table is whole votes where all others are far smaller', () => {
    expect(named([view('p1', 100), view('p2', 1)], [true, false])).toEqual(['p1']);
  });

  test('a proxy that was not read in full has no vote', () => {
    expect(named([view('p1', 100), view('p2', 100, { status: 'truncated' })])).toEqual(['p1']);
  });

  test('nobody was read -> nobody votes', () => {
    expect(named([view('p1', 100, { status: 'unreachable', table: null })])).toEqual([]);
  });
});

describe('eligible shards', () => {
  const directory = (...servers: ModelServer[]) =>
    createServerDirectory(servers.map((each) => ({ backend: 'nodes', ...each })));
  const having = (states: Readonly<Record<string, ShardState>>) =>
    directory(...Object.entries(states).map(([shard, state]) => server(shard, { state })));
  const split = finding('split', 'k', { routes: [route('p1', addresses.s1!), route('p2', addresses.s2!)] });
  const eligible = (...states: Readonly<Record<string, ShardState>>[]) => eligibleShards(split, states.map(having));

  test('s1 and s2 up everywhere -> both', () => {
    expect(eligible({ s1: 'up', s2: 'up' }, { s1: 'up', s2: 'up' })).toEqual([addresses.s1, addresses.s2]);
  });

  test.each<ShardState>(['down', 'maint'])('s1 %s on one proxy -> s2 only', (state) => {
    expect(eligible({ s1: 'up', s2: 'up' }, { s1: state, s2: 'up' })).toEqual([addresses.s2]);
  });

  test('one proxy has no server s1 -> s2 only', () => {
    expect(eligible({ s1: 'up', s2: 'up' }, { s2: 'up' })).toEqual([addresses.s2]);
  });

  test('s1 draining on one proxy -> drain loses to up', () => {
    expect(eligible({ s1: 'drain', s2: 'up' }, { s1: 'up', s2: 'up' })).toEqual([addresses.s2]);
  });

  test('s1 draining, s2 down -> s1: HAProxy still sends to it what sticks to it', () => {
    expect(eligible({ s1: 'drain', s2: 'down' })).toEqual([addresses.s1]);
  });

  test('both draining somewhere -> both', () => {
    expect(eligible({ s1: 'drain', s2: 'up' }, { s1: 'up', s2: 'drain' })).toEqual([addresses.s1, addresses.s2]);
  });

  test('s3 is up everywhere, but no entry leads there -> not a candidate', () => {
    expect(eligible({ s1: 'down', s2: 'down', s3: 'up' })).toEqual([]);
  });

  test('s1 down in one backend and up in another of the same proxy -> eligible: some backend takes it', () => {
    expect(
      eligibleShards(split, [directory(server('s1', { state: 'down' }), server('s1', { name: 'again' }))]),
    ).toEqual([addresses.s1]);
  });
});
