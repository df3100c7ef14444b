// When what discovery knows of a part is all there is.

import { expect, test } from 'vitest';
import { type Catalogue, type DiscoveryTrouble, isWhole } from '../../src/domain/discovery.ts';

const catalogue = (...troubles: DiscoveryTrouble[]): Catalogue => ({
  source: 'a file',
  speaksOf: new Set(['shards', 'live']),
  shards: [],
  liveReleases: [],
  tenantPins: [],
  proxies: [],
  troubles,
});
const trouble = { part: 'shards', datacenter: 'dc1', message: 'no answer', remedy: 'ask again' } as const;

test('a part without trouble is whole, and so is one for which an earlier answer stands in', () => {
  expect(isWhole(catalogue(), 'shards')).toBe(true);
  expect(isWhole(catalogue({ ...trouble, answerFromMs: 1_000 }), 'shards')).toBe(true);
});

test('a part with trouble is not whole, and the others still are', () => {
  const short = catalogue({ ...trouble, answerFromMs: null });
  expect([isWhole(short, 'shards'), isWhole(short, 'live')]).toEqual([false, true]);
});

test('a part that the source does not speak of is not whole', () => {
  expect(isWhole(catalogue(), 'tenants')).toBe(false);
});
