// The sentences without which a report could be misread.

import { expect, test } from 'vitest';
import { type NotedFacts, notesOf } from '../../src/analysis/notes.ts';
import { mesh, proxyView } from '../support/run-report.ts';

const plain: NotedFacts = { views: mesh(['a', 'b']), expected: null, saved: false, unknownRoutes: 0, keyLength: 32 };
const unresolved = proxyView('a', []).servers.map((server) => ({ ...server, address: null }));

test('nothing that could be misread: no note', () => {
  expect(notesOf(plain)).toEqual([]);
});

test.each<[string, Partial<NotedFacts>, RegExp]>([
  ['fewer proxies than expected', { expected: { min: 3, max: 4 } }, /^The inventory lists 2 proxies, but 3 to 4 are/],
  ['one proxy alone', { views: mesh(['a']) }, /^One proxy alone cannot disagree .*\(--proxy again/],
  ['saved dumps', { saved: true }, /^Saved dumps are one look/],
  [
    'routes that are not known: both reasons, and the remedy',
    { unknownRoutes: 7 },
    /^7 conferences .* several shards in the backends of its proxy, or no server address is known there\. .*`backends:`/,
  ],
  [
    'a proxy without server addresses: where its entries lead is taken from keys that are addresses',
    { views: mesh(['a', 'b'], { b: { servers: unresolved } }) },
    /^No server addresses are known of b: .* word where that is an address\.$/,
  ],
  [
    'repeated keys',
    { views: mesh(['a', 'b'], { b: { table: { ...proxyView('b', []).table!, duplicates: 2 } } }) },
    /^2 lines repeat a key/,
  ],
])('%s', (_, facts, note) => {
  expect(notesOf({ ...plain, ...facts })).toEqual([expect.stringMatching(note)]);
});

test('saved dumps that do not tell the length of keys', () => {
  expect(notesOf({ ...plain, saved: true, keyLength: null })).toHaveLength(2);
});
