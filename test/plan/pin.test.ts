// A conference that a person puts on a shard: how the shard may be named, and when it is refused.

import { describe, expect, test } from 'vitest';
import { planPin } from '../../src/plan/pin.ts';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { addresses, type DrawnMesh, drawMesh, type Picture, server, viewsOf } from '../support/model-look.ts';

function pin(
  shard: string,
  picture: Picture,
  drawn: DrawnMesh = {},
  { isExpressible = true, isNew = false } = {},
): string {
  const mesh = drawMesh(picture, drawn);
  const entries = new Map(mesh.names.map((name) => [name, mesh.entry(name, 'k')]));
  const planned = planPin(
    { key: 'k', shard },
    { entries, model: createPlanningModel(viewsOf(mesh)) },
    {
      isExpressible: () => isExpressible,
      isNew,
    },
  );
  if ('reason' in planned) return `${planned.reason}: ${planned.because}`;
  const steps = planned.steps.map(({ kind, proxy, serverId }) => `${kind} ${proxy} ${serverId}`);
  return `${planned.kind} ${planned.policy} ${planned.winner}: ${steps.join(', ')}`;
}

const moves = `pin pinned ${addresses.s2}: replace p1 12, replace p2 12`;

describe('how a shard may be named', () => {
  test.each([
    ['its address', addresses.s2!],
    ['its id', '12'],
    ['its name', 's2'],
    ['the end of its name', 'west-2-s2'],
  ])('%s', (_title, shard) => {
    const servers = ['s1', 's2'].map((name) =>
      server(name, shard.includes('-') ? { name: `12-prod-us-west-2-${name}` } : {}),
    );
    expect(pin(shard, { p1: 's1', p2: 's1' }, { servers: { p1: servers, p2: servers } })).toBe(moves);
  });

  test('an id that is another shard on p2 -> id-drift, with both shards', () => {
    const servers = { p2: [server('s1', { id: 12 }), server('s2', { id: 11 })] };
    expect(pin('12', { p1: 's1', p2: 's1' }, { servers })).toBe(
      'id-drift: 12 is 10.0.0.2:443 on some proxies and 10.0.0.1:443 on others',
    );
  });

  test('a server that p2 does not have -> unknown-shard, with the proxy that has none', () => {
    expect(pin('s2', { p1: 's1', p2: 's1' }, { servers: { p2: [server('s1')] } })).toBe(
      'unknown-shard: p2 has no one shard called s2',
    );
  });

  test('a name that is also the id of another shard -> unknown-shard: it is not guessed', () => {
    const servers = [server('s1', { name: '12' }), server('s2')];
    expect(pin('12', { p1: 's1' }, { servers: { p1: servers } })).toBe('unknown-shard: p1 has no one shard called 12');
  });

  test('a shard that no proxy has -> unknown-shard', () => {
    expect(pin('10.1.1.1:443', { p1: 's1', p2: 's1' })).toMatch(/^unknown-shard: p1, p2 has/);
  });
});

describe('the steps', () => {
  test('{p1: s1, p2: s2} to s2 -> a touch is enough', () => {
    expect(pin('s2', { p1: 's1', p2: 's2' })).toBe(`pin pinned ${addresses.s2}: touch p2 12`);
  });

  test('{p1: s2, p2: s2} to s2 -> nothing to write', () => {
    expect(pin('s2', { p1: 's2', p2: 's2' })).toBe(`pin pinned ${addresses.s2}: `);
  });

  test('a conference that no proxy holds -> refused, or set on all if it is to be new', () => {
    expect(pin('s2', { p1: null, p2: null })).toBe(
      'unknown-conference: no proxy holds a conference of that name: give --new to make one',
    );
    expect(pin('s2', { p1: null, p2: null }, {}, { isNew: true })).toBe(moves);
  });
});

describe('refused', () => {
  test.each(['down', 'maint'] as const)('a shard that is %s -> no-eligible-shard', (state) => {
    expect(pin('s2', { p1: 's1', p2: 's1' }, { states: { s2: state } })).toBe(
      'no-eligible-shard: 10.0.0.2:443 does not accept traffic on every proxy',
    );
  });

  test('a shard that drains takes what sticks to it', () => {
    expect(pin('s2', { p1: 's1', p2: 's1' }, { states: { s2: 'drain' } })).toBe(moves);
  });

  test('ids that drift, and no proxy holds the shard’s key -> id-drift', () => {
    const servers = { p2: [server('s1', { id: 12 }), server('s2', { id: 11 })] };
    expect(pin(addresses.s2!, { p1: 's1', p2: 's1' }, { servers })).toMatch(
      /^id-drift: server id 12 is 10.0.0.2:443 on p1/,
    );
  });

  test('a key that no command can name -> key-inexpressible', () => {
    expect(pin('s2', { p1: 's1' }, {}, { isExpressible: false })).toMatch(/^key-inexpressible/);
  });
});
