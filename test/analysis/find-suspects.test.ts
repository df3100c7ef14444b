// One pass over all conferences: how many live where, who is a suspect, and of whom the route is
// not known.

import { expect, test } from 'vitest';
import { MISSING, SPLIT } from '../../src/analysis/classify.ts';
import { learnExpiries } from '../../src/analysis/expiry.ts';
import { findSuspects } from '../../src/analysis/find-suspects.ts';
import { drawEntry, drawMesh, type Picture, routesOf, type ViewChanges } from '../support/model-look.ts';

const none: Picture = { p1: null, p2: null };

function foundIn(pictures: Readonly<Record<string, Picture>>, changes: ViewChanges = {}) {
  const mesh = drawMesh(none);
  for (const [key, picture] of Object.entries(pictures))
    for (const [proxy, entry] of Object.entries(picture)) mesh.put(proxy, key, drawEntry(entry, mesh, proxy));
  const { look } = routesOf(mesh, { changes });
  const found = findSuspects(look, {
    expiryMarginMs: 0,
    keyLength: null,
    expiries: learnExpiries(look, 0),
    isSpread: false,
  });
  const suspects = found.rows.map((row, n) => [look.grid.keys.keyAt(row), found.kinds[n]] as const);
  return { ...found, suspects: Object.fromEntries(suspects) };
}

test('what disagrees is a suspect', () => {
  const pictures = { a: { p1: 's1', p2: 's1' }, b: { p1: 's1', p2: 's2' }, c: { p1: 's1', p2: null } };
  expect(foundIn(pictures)).toMatchObject({ conferences: 3, conferencesOn: [3, 1, 0], unknownRoutes: 0 });
  expect(foundIn(pictures).suspects).toEqual({ b: SPLIT, c: MISSING });
});

test('a proxy whose servers are not known: its entries without an address have no known route, and are not orphaned', () => {
  const pictures = { a: { p1: 's1', p2: 's1' }, b: { p1: 's1', p2: 's1/-' }, c: { p1: 's1', p2: '11/name' } };
  expect(foundIn(pictures, { p2: { servers: [] } })).toMatchObject({ unknownRoutes: 2, suspects: {} });
  expect(foundIn({ d: { p1: 's1', p2: '99/-' } })).toMatchObject({
    unknownRoutes: 0,
    suspects: { d: SPLIT },
  });
});

test.each([
  ['first', 'p1', 'p2'],
  ['last', 'p2', 'p1'],
])('a proxy with few entries among many keys, read %s: it lacks all others', (_, few, all) => {
  const keys = Array.from({ length: 1_500 }, (__, n) => `k${n}`);
  const pictures = keys.map((key, n) => [key, { [all]: 's1', [few]: n < 3 ? 's1' : null }] as const);
  const found = foundIn(Object.fromEntries(pictures));
  expect(found).toMatchObject({ conferences: 1_500, conferencesOn: [1_500, 0, 0] });
  expect(found.suspects).toEqual(Object.fromEntries(keys.slice(3).map((key) => [key, MISSING])));
});

test('what only an unread proxy holds is nobody’s', () => {
  expect(foundIn({ a: { p1: null, p2: 's1' } }, { p2: { status: 'denied' } })).toMatchObject({ conferences: 0 });
});
