// Rows see columns, and a proxy that could not be asked sees nothing that is known.

import { expect, test } from 'vitest';
import { type PeerMatrix, peerMatrix } from '../../src/domain/peer-matrix.ts';
import { mesh, proxyView, troubledProxy } from '../support/run-report.ts';

const drawn = ({ columns, rows }: PeerMatrix) => [
  columns.map(({ name, isRead }) => (isRead ? name : `(${name})`)).join(' '),
  ...rows.map(({ proxy, cells }) => `${proxy}: ${cells.map(({ sight }) => sight).join(' ')}`),
];

test('{a, b: all links up} -> a diagonal of itself', () => {
  expect(drawn(peerMatrix(mesh(['a', 'b'])))).toEqual(['a b', 'a: self up', 'b: up self']);
});

test('each end says what it sees itself', () => {
  const peers = [
    { name: 'a', state: 'down' as const, protocolErrors: 0 },
    { name: 'b', state: 'deaf' as const, protocolErrors: 7 },
  ];
  const matrix = peerMatrix(mesh(['a', 'b', 'c'], { c: { peers } }));
  expect(drawn(matrix)).toEqual(['a b c', 'a: self up up', 'b: up self up', 'c: down deaf self']);
  expect(matrix.rows[2]!.cells[1]!.protocolErrors).toBe(7);
});

test('one that was not read sees nothing that is known, and is found by its name', () => {
  const proxies = [proxyView('a', ['b', 'c']), troubledProxy('b'), proxyView('c', ['a'])];
  expect(drawn(peerMatrix(proxies))).toEqual([
    'a b c',
    'a: self up up',
    'b: unknown self unknown',
    'c: up unknown self',
  ]);
});

test('a proxy that does not list another, and one that has no peers for this table', () => {
  const proxies = [proxyView('a', []), proxyView('b', ['a']), proxyView('c', [], { localPeer: null })];
  expect(drawn(peerMatrix(proxies))).toEqual([
    'a b c',
    'a: self unlisted unlisted',
    'b: up self unlisted',
    'c: unlisted unlisted self',
  ]);
});

test('peers are known by the name that they have as peers; others that were not read stand last', () => {
  const proxies = [
    proxyView('first', ['haproxy-2', 'y', 'x'], { localPeer: 'haproxy-1' }),
    proxyView('second', ['haproxy-1'], { localPeer: 'haproxy-2' }),
    troubledProxy('third'),
  ];
  expect(drawn(peerMatrix(proxies))).toEqual([
    'first second third (x) (y)',
    'first: self up unknown up up',
    'second: up self unknown unlisted unlisted',
    'third: unknown unknown self unknown unknown',
  ]);
});

test('no proxies -> nothing', () => {
  expect(peerMatrix([])).toEqual({ columns: [], rows: [] });
});
