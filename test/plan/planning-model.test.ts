// The mesh as the planner sees it: which peers receive messages, where an entry leads, and which id
// means a shard.

import { expect, test } from 'vitest';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { addresses, drawMesh, server, viewsOf } from '../support/model-look.ts';

test('proxies are sorted by name, and only those that were read in full are there', () => {
  const views = viewsOf(drawMesh({ p3: null, p1: null, p2: null }), { p2: { status: 'truncated' } });
  expect(createPlanningModel(views).proxies).toEqual(['p1', 'p3']);
});

test('a link counts for both ends or for none', () => {
  const model = createPlanningModel(viewsOf(drawMesh({ p1: null, p2: null, p3: null }, { cut: [['p1', 'p3']] })));
  expect(model.linkedPeers('p1')).toEqual(['p2']);
  expect(model.linkedPeers('p2')).toEqual(['p1', 'p3']);
});

test('one end reports the link down -> no linked peers', () => {
  const peers = [{ name: 'p1', state: 'down' as const, protocolErrors: 0 }];
  const model = createPlanningModel(viewsOf(drawMesh({ p1: null, p2: null }), { p2: { peers } }));
  expect([model.linkedPeers('p1'), model.linkedPeers('p2')]).toEqual([[], []]);
});

test('a link is not up where no peers could be read', () => {
  const unknown = { peersKnown: false, localPeer: null, peers: [] };
  const model = createPlanningModel(viewsOf(drawMesh({ p1: null, p2: null }), { p1: unknown, p2: unknown }));
  expect(model.linkedPeers('p1')).toEqual([]);
});

test('an entry leads by key, else by id, else to no shard; no entry leads to no shard', () => {
  const model = createPlanningModel(viewsOf(drawMesh({ p1: null })));
  const leads = (serverId: number, serverKey: string | null) => model.shardOf({ serverId, serverKey }, 'p1');
  expect([leads(12, addresses.s1!), leads(12, null), leads(12, '10.9.9.9:1'), leads(99, null)]).toEqual([
    addresses.s1,
    addresses.s2,
    addresses.s2,
    null,
  ]);
  expect(model.shardOf(null, 'p1')).toBeNull();
});

test('the id of a shard is the lowest that means nothing else there', () => {
  const servers = [server('s1', { id: 7 }), server('s2', { id: 7 }), server('s1', { id: 30 }), server('s1', { id: 9 })];
  const model = createPlanningModel(viewsOf(drawMesh({ p1: null }, { servers: { p1: servers } })));
  expect([model.idOf(addresses.s1!, 'p1'), model.idOf(addresses.s2!, 'p1')]).toEqual([9, null]);
});
