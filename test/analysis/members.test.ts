// Whoever shares the table belongs to the mesh, whatever the inventory lists.

import { describe, expect, test } from 'vitest';
import { unreadPeers, withoutIgnored } from '../../src/analysis/members.ts';
import { mesh, troubledProxy } from '../support/run-report.ts';

const peer = (name: string, state: 'up' | 'down' | 'never') => ({ name, state, protocolErrors: 0 });

describe('peers that nobody read', () => {
  test('one that is connected is named once, with all who say so', () => {
    const [a, b] = mesh(['a', 'b', 'c']);
    expect(unreadPeers([a!, b!])).toEqual([{ peer: 'c', connectedTo: ['a', 'b'] }]);
  });

  test('one that is not connected shares nothing', () => {
    const views = mesh(['a'], { a: { peers: [peer('old', 'down'), peer('gone', 'never')] } });
    expect(unreadPeers(views)).toEqual([]);
  });

  test('a proxy of the inventory that could not be read is told by its own line', () => {
    const [a, b] = mesh(['a', 'b', 'c']);
    expect(unreadPeers([a!, b!, troubledProxy('c')])).toEqual([]);
  });

  test('one that is known by another name than its proxy', () => {
    const [a] = mesh(['a'], { a: { peers: [peer('ip-10-0-0-7', 'up')] } });
    expect(unreadPeers([a!, troubledProxy('c')])).toEqual([{ peer: 'ip-10-0-0-7', connectedTo: ['a'] }]);
  });
});

test('who is meant to be outside is outside, unless it was read', () => {
  const views = mesh(['a', 'b'], { a: { peers: [peer('b', 'up'), peer('other-mesh', 'up')] } });
  const inside = withoutIgnored(views, ['other-mesh', 'b']);
  expect(inside.map(({ peers }) => peers.map(({ name }) => name))).toEqual([['b'], ['a']]);
  expect(unreadPeers(inside)).toEqual([]);
});
