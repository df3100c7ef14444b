// Writes through the data plane: as few requests as reach every proxy, and none whose message means
// another shard on a peer.

import { expect, test } from 'vitest';
import type { EntryState } from '../../src/domain/plan.ts';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { planRequests } from '../../src/plan/requests.ts';
import { addresses, type DrawnMesh, drawMesh, type Picture, server, viewsOf } from '../support/model-look.ts';

function requestsFor(picture: Picture, drawn: DrawnMesh = {}) {
  const mesh = drawMesh(picture, drawn);
  const entries = new Map<string, EntryState>(mesh.names.map((name) => [name, mesh.entry(name, 'k')]));
  const planned = planRequests({ entries, winner: addresses.s1!, model: createPlanningModel(viewsOf(mesh)) });
  return 'steps' in planned
    ? planned.steps.map(({ kind, proxy, serverId }) => `${kind} ${proxy} ${serverId}`)
    : planned;
}

test.each<[string, Picture, DrawnMesh, string[]]>([
  ['all right', { p1: 's1', p2: 's1', p3: 's1' }, {}, []],
  ['one wrong', { p1: 's1', p2: 's1', p3: 's2' }, {}, ['request p3 11']],
  ['two wrong, linked', { p1: 's1', p2: 's2', p3: 's3' }, {}, ['request p2 11']],
  [
    'two wrong, not linked',
    { p1: 's1', p2: 's2', p3: 's3' },
    { cut: [['p2', 'p3']] },
    ['request p2 11', 'request p3 11'],
  ],
  ['no proxy has an entry', { p1: null, p2: null, p3: null }, {}, ['request p1 11']],
])('%s', (_, picture, drawn, steps) => {
  expect(requestsFor(picture, drawn)).toEqual(steps);
});

test('a name that is another shard on a linked peer -> refuse: id-drift', () => {
  const renamed = [server('s1', { name: 's2' }), server('s2', { name: 's1' }), server('s3')];
  expect(requestsFor({ p1: 's1', p2: 's2' }, { servers: { p1: renamed } })).toMatchObject({ refusal: 'id-drift' });
});
