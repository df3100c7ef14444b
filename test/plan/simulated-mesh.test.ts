// Writes tried on a simulated mesh: what they leave on every proxy, and when they do harm.

import { describe, expect, test } from 'vitest';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { harmOfResending, type ShardGoal, type SimulatedStep, simulateMesh } from '../../src/plan/simulated-mesh.ts';
import { addresses, type DrawnMesh, drawMesh, type Picture, server, viewsOf } from '../support/model-look.ts';

const cut = [['p1', 'p2']] as const;
const swappedIds = [server('s1', { id: 12 }), server('s2', { id: 11 })];

/** The conference as drawn, to be led to s1. */
function goalOf(picture: Picture, drawn: DrawnMesh = {}): ShardGoal {
  const mesh = drawMesh(picture, drawn);
  const entries = new Map(mesh.names.map((name) => [name, mesh.entry(name, 'k')]));
  return { entries, winner: addresses.s1!, model: createPlanningModel(viewsOf(mesh)) };
}

/** A write of s1 on p1, by the id 11. */
function write(kind: SimulatedStep['kind'], { entries }: ShardGoal): SimulatedStep {
  return { phase: 0, kind, proxy: 'p1', expect: entries.get('p1')!, serverId: 11 };
}

/** Which proxies are right, before the step and after it. */
function rightAfter(kind: SimulatedStep['kind'], goal: ShardGoal): readonly (readonly string[])[] {
  const mesh = simulateMesh(goal);
  const right = () => goal.model.proxies.filter(mesh.isRight);
  const before = right();
  mesh.apply(write(kind, goal));
  return [before, right()];
}

describe('isRight', () => {
  test.each<[string, Picture, DrawnMesh, boolean]>([
    ['id and key of the winner', { p1: 's1' }, {}, true],
    ['the id alone', { p1: 's1/-' }, {}, true],
    ['another shard', { p1: 's2' }, {}, false],
    ['no entry', { p1: null }, {}, false],
    ['key of the winner, id of another shard', { p1: 's2/s1' }, {}, false],
    [
      'the same, where that id is the winner on another proxy',
      { p1: '12/s1', p2: null },
      { servers: { p2: swappedIds } },
      true,
    ],
    ['key of the winner, an id that no server has', { p1: '99/s1' }, {}, true],
  ])('%s: %j', (_, picture, drawn, isRight) => {
    expect(simulateMesh(goalOf(picture, drawn)).isRight('p1')).toBe(isRight);
  });
});

describe('apply', () => {
  test('a touch makes its own proxy and the linked peers right', () => {
    expect(rightAfter('touch', goalOf({ p1: 's1', p2: 's2', p3: null }))).toEqual([['p1'], ['p1', 'p2', 'p3']]);
  });

  test('a touch does not pass a link that is down', () => {
    expect(rightAfter('touch', goalOf({ p1: 's1', p2: 's2', p3: 's2' }, { cut }))).toEqual([['p1'], ['p1', 'p3']]);
  });

  test('a touch without a key leaves the key of the peer, which stays wrong', () => {
    const goal = goalOf({ p1: 's1/-', p2: 's2' });
    expect(rightAfter('touch', goal)).toEqual([['p1'], ['p1']]);
    const mesh = simulateMesh(goal);
    mesh.apply(write('touch', goal));
    expect(mesh.entryOn('p2')).toEqual({ serverId: 11, serverKey: addresses.s2 });
  });

  test('a replacement makes its own proxy right, by the id alone', () => {
    const goal = goalOf({ p1: 's2', p2: 's2' });
    const mesh = simulateMesh(goal);
    mesh.apply(write('replace', goal));
    expect([mesh.isRight('p1'), mesh.entryOn('p1')]).toEqual([true, { serverId: 11, serverKey: null }]);
    expect(mesh.entryOn('p2')).toEqual(goal.entries.get('p2'));
  });

  test('the entries of the goal stay as they are', () => {
    const goal = goalOf({ p1: 's1', p2: 's2' });
    simulateMesh(goal).apply(write('touch', goal));
    expect(goal.entries.get('p2')).toEqual({ serverId: 12, serverKey: addresses.s2 });
  });
});

describe('mends', () => {
  test.each<[string, Picture, boolean]>([
    ['a wrong peer', { p1: 's1', p2: 's2' }, true],
    ['its own proxy', { p1: 's2/s1', p2: 's1' }, true],
    ['nothing, where all are right', { p1: 's1', p2: 's1' }, false],
    ['nothing, where it sends no key', { p1: 's1/-', p2: 's2' }, false],
  ])('a touch mends %s: %j', (_, picture, mends) => {
    const goal = goalOf(picture);
    expect(simulateMesh(goal).mends(write('touch', goal))).toBe(mends);
  });
});

describe('harmOf', () => {
  const harmOf = (kind: SimulatedStep['kind'], goal: ShardGoal) =>
    simulateMesh(goal).harmOf(write(kind, goal))?.because ?? null;
  const drift = 'server id 11 is 10.0.0.1:443 on p1 and 10.0.0.2:443 on p2, which would hear of it';

  test('a touch that carries the winner’s key does none, whatever the id means on the peer', () => {
    expect(harmOf('touch', goalOf({ p1: 's1', p2: 's1' }, { servers: { p2: swappedIds } }))).toBeNull();
  });

  test('a touch without a key leads a peer away that is right by its id', () => {
    expect(harmOf('touch', goalOf({ p1: 's1/-', p2: 's1/-' }, { servers: { p2: swappedIds } }))).toBe(drift);
  });

  test('a touch without a key does none to a peer that is wrong before and after: it is replaced later', () => {
    expect(harmOf('touch', goalOf({ p1: 's1/-', p2: 's2' }))).toBeNull();
  });

  test('a replacement whose id means another shard on a peer that is replaced in the same phase', () => {
    expect(harmOf('replace', goalOf({ p1: 's2', p2: 's2' }))).toBeNull();
    expect(harmOf('replace', goalOf({ p1: 's2', p2: 's2' }, { servers: { p2: swappedIds } }))).toBe(drift);
  });

  test('a replacement leaves the winner’s key on a peer that is right', () => {
    expect(harmOf('replace', goalOf({ p1: 's2', p2: 's1' }, { servers: { p2: swappedIds } }))).toBeNull();
  });
});

describe('harmOfResending', () => {
  test('an entry by id alone that means another shard on a peer, even over a link that is down', () => {
    const drawn = { cut, servers: { p2: swappedIds } };
    expect(harmOfResending(goalOf({ p1: 's1/-', p2: 's1/-' }, drawn))).toMatchObject({ refusal: 'id-drift' });
    expect(harmOfResending(goalOf({ p1: 's1', p2: 's1' }, drawn))).toBeNull();
  });

  test('only proxies of the entries are compared', () => {
    const goal = goalOf({ p1: 's1/-', p2: 's1/-' }, { servers: { p2: swappedIds } });
    expect(harmOfResending({ ...goal, entries: new Map([...goal.entries].slice(0, 1)) })).toBeNull();
  });
});
