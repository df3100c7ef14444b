// What a plan stands on: who hears whom, what an entry leads to, and by which id a shard can be
// meant.

import { expect, test } from 'vitest';
import { surveyGround } from '../../src/plan/ground.ts';
import { addresses, drawMesh, server, viewsOf } from '../support/model-look.ts';

test('proxies are sorted by name, and only those that were read in full are there', () => {
  const views = viewsOf(drawMesh({ p3: null, p1: null, p2: null }), { p2: { status: 'truncated' } });
  expect(surveyGround(views).proxies).toEqual(['p1', 'p3']);
});

test('a link counts for both ends or for none', () => {
  const ground = surveyGround(viewsOf(drawMesh({ p1: null, p2: null, p3: null }, { cut: [['p1', 'p3']] })));
  expect(ground.hearers('p1')).toEqual(['p2']);
  expect(ground.hearers('p2')).toEqual(['p1', 'p3']);
});

test('one end says down -> nobody hears', () => {
  const peers = [{ name: 'p1', state: 'down' as const, protocolErrors: 0 }];
  const ground = surveyGround(viewsOf(drawMesh({ p1: null, p2: null }), { p2: { peers } }));
  expect([ground.hearers('p1'), ground.hearers('p2')]).toEqual([[], []]);
});

test('peers that nobody could be asked about are no link to build on', () => {
  const unknown = { peersKnown: false, localPeer: null, peers: [] };
  const ground = surveyGround(viewsOf(drawMesh({ p1: null, p2: null }), { p1: unknown, p2: unknown }));
  expect(ground.hearers('p1')).toEqual([]);
});

test('an entry leads by key, then by id, then nowhere; no entry leads nowhere', () => {
  const ground = surveyGround(viewsOf(drawMesh({ p1: null })));
  const leads = (serverId: number, serverKey: string | null) => ground.shardOf({ serverId, serverKey }, 'p1');
  expect([leads(12, addresses.s1!), leads(12, null), leads(12, '10.9.9.9:1'), leads(99, null)]).toEqual([
    addresses.s1,
    addresses.s2,
    addresses.s2,
    null,
  ]);
  expect(ground.shardOf(null, 'p1')).toBeNull();
});

test('the id of a shard is the lowest that means nothing else there', () => {
  const servers = [server('s1', { id: 7 }), server('s2', { id: 7 }), server('s1', { id: 30 }), server('s1', { id: 9 })];
  const ground = surveyGround(viewsOf(drawMesh({ p1: null }, { servers: { p1: servers } })));
  expect([ground.idOf(addresses.s1!, 'p1'), ground.idOf(addresses.s2!, 'p1')]).toEqual([9, null]);
});
