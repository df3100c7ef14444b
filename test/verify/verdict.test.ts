// Did the traffic move? When a conference is held, and the reason where it is not.

import { describe, expect, test } from 'vitest';
import type { EntryState, PlannedConference } from '../../src/domain/plan.ts';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { entriesOf, verdictOn } from '../../src/verify/verdict.ts';
import { addresses, type DrawnMesh, drawMesh, type Picture, server, viewsOf } from '../support/model-look.ts';

/**
 * `held`, or the reason. `wanted` has the shard of each proxy, `null` for no entry. The proxies of
 * `silent` did not answer.
 */
function judge(
  wanted: Picture,
  now: Picture,
  drawn: DrawnMesh & { winner?: string | null; silent?: string[] } = {},
): string {
  const mesh = drawMesh(now, drawn);
  const conference: PlannedConference = {
    key: 'k',
    conference: 'k',
    kind: 'split',
    winner: drawn.winner === null ? null : addresses.s1!,
    policy: 'majority',
    because: '',
    before: {},
    target: Object.fromEntries(Object.entries(wanted).map(([proxy, shard]) => [proxy, shard && addresses[shard]!])),
    steps: [],
  };
  const answering = mesh.names.filter((name) => !drawn.silent?.includes(name));
  const entries = new Map(answering.map((name) => [name, new Map([['k', mesh.entry(name, 'k')]])]));
  const verdict = verdictOn(conference, entries, createPlanningModel(viewsOf(mesh)));
  return verdict.held ? 'held' : verdict.because;
}

const bothOnS1 = { p1: 's1', p2: 's1' };

describe('held', () => {
  test('every proxy leads to the winner', () => expect(judge(bothOnS1, { p1: 's1', p2: 's1' })).toBe('held'));
  test('by id alone, until the next request', () => expect(judge(bothOnS1, { p1: 's1/-', p2: 's1' })).toBe('held'));
  test('a proxy that is not in the plan may hold anything', () =>
    expect(judge({ p1: 's1' }, { p1: 's1', p2: 's2' })).toBe('held'));
  test('an id that drifts beside the right key', () =>
    expect(
      judge(
        bothOnS1,
        { p1: '12/s1', p2: 's1' },
        { servers: { p2: [server('s1', { id: 12 }), server('s2', { id: 11 })] } },
      ),
    ).toBe('held'));
});

describe('not held', () => {
  test('another route', () => expect(judge(bothOnS1, { p1: 's1', p2: 's2' })).toBe('p2 routes to 10.0.0.2:443'));
  test('relabelled: the id of the winner under the key of another', () =>
    expect(judge(bothOnS1, { p1: 's1', p2: 's1/s2' })).toBe('p2 routes to 10.0.0.2:443'));
  test('mixed: the winner’s key under the id of another', () =>
    expect(judge(bothOnS1, { p1: 's2/s1', p2: 's1' })).toBe('p1 holds server_id=12 beside server_key=10.0.0.1:443'));
  test('no known shard', () => expect(judge(bothOnS1, { p1: '99/-', p2: 's1' })).toBe('p1 routes to no known shard'));
  test('no entry', () => expect(judge(bothOnS1, { p1: null, p2: 's1' })).toBe('p1 has no entry'));
  test('a proxy that did not answer has confirmed nothing', () =>
    expect(judge(bothOnS1, { p1: 's1', p2: 's1' }, { silent: ['p2'] })).toBe('p2 did not answer'));
  test('all that differ are named', () =>
    expect(judge(bothOnS1, { p1: null, p2: 's2' })).toBe('p1 has no entry, p2 routes to 10.0.0.2:443'));
});

describe('put back', () => {
  const wanted = { p1: 's1', p2: null };
  test('each proxy as it was, a mixed entry too', () =>
    expect(judge(wanted, { p1: 's2/s1', p2: null }, { winner: null })).toBe('held'));
  test('an entry where there was none', () =>
    expect(judge(wanted, { p1: 's1', p2: 's1' }, { winner: null })).toBe('p2 routes to 10.0.0.1:443'));
});

test('the entries of one key on the proxies that answered', () => {
  const held = { serverId: 11, serverKey: null };
  const now = new Map<string, ReadonlyMap<string, EntryState>>([
    ['p1', new Map([['k', held]])],
    ['p2', new Map([['k', null]])],
  ]);
  expect([...entriesOf('k', now)]).toEqual([
    ['p1', held],
    ['p2', null],
  ]);
});
