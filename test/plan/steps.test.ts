// The writes towards one shard: which entries are touched, which are replaced, in which order, and
// when no write is without harm.

import { describe, expect, test } from 'vitest';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { planSteps } from '../../src/plan/steps.ts';
import {
  addresses,
  type DrawnMesh,
  drawMesh,
  type Picture,
  server,
  type ViewChanges,
  viewsOf,
} from '../support/model-look.ts';

/**
 * The steps as `phase kind proxy id`, e.g. `0 touch p1 11`; or the refusal. All proxies are linked,
 * unless the drawing says otherwise.
 */
function stepsTo(
  shard: string,
  picture: Picture,
  drawn: DrawnMesh = {},
  changes: ViewChanges = {},
): readonly string[] | string {
  const mesh = drawMesh(picture, drawn);
  const entries = new Map(mesh.names.map((name) => [name, mesh.entry(name, 'k')]));
  const model = createPlanningModel(viewsOf(mesh, changes));
  const planned = planSteps({ entries, winner: addresses[shard]!, model });
  if ('refusal' in planned) return `${planned.refusal}: ${planned.because}`;
  return planned.steps.map(({ phase, kind, proxy, serverId }) => `${phase} ${kind} ${proxy} ${serverId}`);
}

/** s1 is 21 and s2 is 22 there; `usual` has 11 and 12. */
const usual = [server('s1'), server('s2')];
const otherIds = [server('s1', { id: 21 }), server('s2', { id: 22 })];
const swappedIds = [server('s1', { id: 12 }), server('s2', { id: 11 })];
const swappedNames = [server('s1', { name: 's2' }), server('s2', { name: 's1' })];

describe('touch', () => {
  test('{p1: s1, p2: s1, p3: s2} -> one touch reaches all', () => {
    expect(stepsTo('s1', { p1: 's1', p2: 's1', p3: 's2' })).toEqual(['0 touch p1 11']);
  });

  test('{p1: s1, p2: none, p3: none} -> one touch fills both in', () => {
    expect(stepsTo('s1', { p1: 's1', p2: null, p3: null })).toEqual(['0 touch p1 11']);
  });

  test('{p1: s1, p2: s1} -> nothing', () => {
    expect(stepsTo('s1', { p1: 's1', p2: 's1' })).toEqual([]);
  });

  test('chain p1-p2-p3: {p1: s1, p2: s2, p3: s2} -> p1 sends to p2, then p2 to p3', () => {
    const cut = [['p1', 'p3']] as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's2', p3: 's2' }, { cut })).toEqual(['0 touch p1 11', '1 touch p2 11']);
  });

  test('chain p1-p2-p3: {p1: s1, p2: s1, p3: s2} -> only p2, which is linked to p3', () => {
    const cut = [['p1', 'p3']] as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's1', p3: 's2' }, { cut })).toEqual(['0 touch p2 11']);
  });

  test('a right proxy without a wrong peer is left alone', () => {
    const cut = [
      ['p1', 'p2'],
      ['p1', 'p3'],
    ] as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's1', p3: 's2' }, { cut })).toEqual(['0 touch p2 11']);
  });

  test('{p1: s1 by id 99, p2: none} -> the id it has, which means nothing, goes along with the key', () => {
    expect(stepsTo('s1', { p1: '99/s1', p2: null })).toEqual(['0 touch p1 99']);
  });

  test.each(['0', '-5'])(
    '{p1: id %s with the key of s1, p2: none} -> the id is mended: no command sets that one',
    (id) => {
      expect(stepsTo('s1', { p1: `${id}/s1`, p2: null })).toEqual(['0 touch p1 11']);
    },
  );

  test('{p1: s1 without key, p2: none} -> touch: without a key the id leads there', () => {
    expect(stepsTo('s1', { p1: 's1/-', p2: null })).toEqual(['0 touch p1 11']);
  });

  test('ids differ, keys decide -> touch all the same', () => {
    expect(stepsTo('s1', { p1: 's1', p2: 's2' }, { servers: { p2: otherIds } })).toEqual(['0 touch p1 11']);
  });
});

describe('mixed', () => {
  test('{p1: id s2 key s1, p2: the same} -> relabel by touch, with the id of the key', () => {
    expect(stepsTo('s1', { p1: 's2/s1', p2: 's2/s1' })).toEqual(['0 touch p1 11']);
  });

  test('{p1: id s2 key s1, p2: s1, p3: s1} -> touch who is right, which mends p1', () => {
    expect(stepsTo('s1', { p1: 's2/s1', p2: 's1', p3: 's1' })).toEqual(['0 touch p2 11']);
  });

  test('{p1: id s2 key s1, p2: s1}, no link -> relabel p1 where it stands', () => {
    expect(stepsTo('s1', { p1: 's2/s1', p2: 's1' }, { cut: [['p1', 'p2']] })).toEqual(['0 touch p1 11']);
  });

  test('an id that another proxy uses for the key’s shard is drift, and nothing to mend', () => {
    expect(stepsTo('s1', { p1: '12/s1', p2: 's1' }, { servers: { p1: usual, p2: swappedIds } })).toEqual([]);
  });
});

describe('replace', () => {
  test('{p1: s1, p2: s2}, no link -> replace on p2, by its own id', () => {
    expect(stepsTo('s1', { p1: 's1', p2: 's2' }, { cut: [['p1', 'p2']], servers: { p2: otherIds } })).toEqual([
      '0 replace p2 21',
    ]);
  });

  test('{p1: s1, p2: none}, no link -> set on p2', () => {
    expect(stepsTo('s1', { p1: 's1', p2: null }, { cut: [['p1', 'p2']] })).toEqual(['0 replace p2 11']);
  });

  test('two islands {p1: s1, p2: s1 | p3: s2, p4: s2} -> replace the whole second one', () => {
    const cut = [
      ['p1', 'p3'],
      ['p1', 'p4'],
      ['p2', 'p3'],
      ['p2', 'p4'],
    ] as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's1', p3: 's2', p4: 's2' }, { cut })).toEqual([
      '0 replace p3 11',
      '0 replace p4 11',
    ]);
  });

  test('two islands {p1: s1, p2: s2 | p3: s1, p4: s2} -> a touch in each', () => {
    const cut = [
      ['p1', 'p3'],
      ['p1', 'p4'],
      ['p2', 'p3'],
      ['p2', 'p4'],
    ] as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's2', p3: 's1', p4: 's2' }, { cut })).toEqual([
      '0 touch p1 11',
      '1 touch p3 11',
    ]);
  });

  test('{p1: s1, p2: s2, p3 cut off: s2} -> touch for p2, then replace p3', () => {
    const cut = [
      ['p1', 'p3'],
      ['p2', 'p3'],
    ] as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's2', p3: 's2' }, { cut })).toEqual(['0 touch p1 11', '1 replace p3 11']);
  });

  test('no proxy leads to the winner -> replace on all', () => {
    expect(stepsTo('s1', { p1: 's2', p2: 's3', p3: null })).toEqual([
      '0 replace p1 11',
      '0 replace p2 11',
      '0 replace p3 11',
    ]);
  });

  test('{p1: s1 without key, p2: s2} -> replace p2: a message without a key would leave it the key of s2', () => {
    expect(stepsTo('s1', { p1: 's1/-', p2: 's2' })).toEqual(['0 replace p2 11']);
  });

  test('{p1: s1 without key, p2: s2, p3: none} -> touch for p3, replace p2', () => {
    expect(stepsTo('s1', { p1: 's1/-', p2: 's2', p3: null })).toEqual(['0 touch p1 11', '1 replace p2 11']);
  });

  test('{p1: s1, p2: leads to no shard, p3: s2}, no links -> both are replaced', () => {
    const cut = [
      ['p1', 'p2'],
      ['p1', 'p3'],
      ['p2', 'p3'],
    ] as const;
    expect(stepsTo('s1', { p1: 's1', p2: '99/-', p3: 's2' }, { cut })).toEqual(['0 replace p2 11', '0 replace p3 11']);
  });
});

describe('harm', () => {
  test('a replacement would mean another shard on a linked peer without a key -> id-drift, and the ids are named', () => {
    const drawn = { servers: { p1: usual, p2: swappedIds } };
    expect(stepsTo('s1', { p1: 's2', p2: 's2' }, drawn)).toBe(
      'id-drift: server id 11 is 10.0.0.1:443 on p1 and 10.0.0.2:443 on p2, which would hear of it',
    );
  });

  test('one name, two shards: the next request would send the name to the peer and undo the heal -> refused, by name', () => {
    const swapped = [server('s1', { id: 12, name: 's2' }), server('s2', { id: 11, name: 's1' })];
    const drawn = { srvkey: 'name', servers: { p1: usual, p2: swapped } } as const;
    expect(stepsTo('s1', { p1: 's2', p2: 's1' }, drawn)).toBe(
      'id-drift: server s1 is 10.0.0.1:443 on p1 and 10.0.0.2:443 on p2: the next request on p1 would undo it',
    );
    // A link that is down carries the entries once it is back.
    expect(stepsTo('s1', { p1: 's2', p2: 's1' }, { ...drawn, cut: [['p1', 'p2']] })).toMatch(/^id-drift: server s1 /);
  });

  test('a touch without a key would mean another shard on a proxy that is right by id alone -> id-drift', () => {
    const drawn = { servers: { p1: usual, p2: swappedIds, p3: usual } };
    expect(stepsTo('s1', { p1: 's1/-', p2: 's1/-', p3: null }, drawn)).toBe(
      'id-drift: server id 11 is 10.0.0.1:443 on p1 and 10.0.0.2:443 on p2, which would hear of it',
    );
  });

  test('a name that is another shard on a proxy without an entry -> id-drift, with the name', () => {
    const drawn = { srvkey: 'name', servers: { p1: usual, p2: usual, p3: swappedNames } } as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's2', p3: null }, drawn)).toBe(
      'id-drift: server s1 is 10.0.0.1:443 on p1 and 10.0.0.2:443 on p3: the next request on p1 would undo it',
    );
  });

  test('a name that is another shard on a proxy that led to the winner by a key that contradicts its id -> id-drift', () => {
    const drawn = { srvkey: 'name', servers: { p1: usual, p2: swappedNames, p3: usual } } as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's2/s1', p3: 's2' }, drawn)).toMatch(/^id-drift: server s1 is/);
  });

  test('a loser has no id for the winner -> id-drift', () => {
    const drawn = { cut: [['p1', 'p2']] as const, servers: { p1: usual, p2: [server('s2')] } };
    expect(stepsTo('s1', { p1: 's1', p2: 's2' }, drawn)).toBe(
      'id-drift: p2 has no server id that means 10.0.0.1:443 and nothing else',
    );
  });

  test('an id that means two shards on a proxy is used for neither', () => {
    const twice = [server('s1'), server('s2', { id: 11 }), server('s1', { id: 31 })];
    const drawn = { cut: [['p1', 'p2']] as const, servers: { p1: usual, p2: twice } };
    expect(stepsTo('s1', { p1: 's1', p2: 's2' }, drawn)).toEqual(['0 replace p2 31']);
  });
});

describe('unread proxies', () => {
  test('{p1: s1, p2: s2, p3 unreachable} -> p3 is neither touched nor replaced', () => {
    const changes = { p3: { status: 'unreachable' } } as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's2', p3: 's2' }, {}, changes)).toEqual(['0 touch p1 11']);
  });

  test('a chain whose middle could not be read is broken there: the middle would receive a replacement behind it', () => {
    const drawn = { cut: [['p1', 'p3']] as const };
    const changes = { p2: { status: 'unreachable' } } as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's1', p3: 's2' }, drawn, changes)).toMatch(
      /^peer-unread: p2 would hear .* p3/,
    );
  });

  test('behind a link that is down no peer receives a replacement', () => {
    const drawn = { cut: [['p1', 'p3'] as const, ['p2', 'p3'] as const] };
    const changes = { p2: { status: 'unreachable' } } as const;
    expect(stepsTo('s1', { p1: 's1', p2: 's1', p3: 's2' }, drawn, changes)).toEqual(['0 replace p3 11']);
  });
});
