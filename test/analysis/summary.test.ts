// The numbers of a run.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idDrift } from '../../src/analysis/drift.ts';
import { countMixedByDrift } from '../../src/analysis/summary.ts';
import { anyMesh, build } from '../support/model-arbitrary.ts';
import { drawMesh, type Picture, routesOf, server, type ViewChanges } from '../support/model-look.ts';
import { referenceMixedByDrift } from '../support/reference-analysis.ts';

// p2 calls s1 12 and s2 11, as nobody else does.
const servers = { p2: [server('s1', { id: 12 }), server('s2', { id: 11 }), server('s3')] };

test.each<[string, Picture, number, ViewChanges?]>([
  ['the id of p2 for s1, learnt by p1 with the key', { p1: '12/s1', p2: 's1' }, 1],
  ['on two proxies it is one conference', { p1: '12/s1', p2: 's1', p3: '12/s1' }, 1],
  ['an id that nobody has for s1: somebody wrote it', { p1: '13/s1', p2: 's1' }, 0],
  ['both: the drift does not explain all of it', { p1: '12/s1', p2: 's1', p3: '13/s1' }, 0],
  ['on a proxy that was not read: not counted', { p1: '12/s1', p2: 's1' }, 0, { p1: { status: 'denied' } }],
  ['the ids of a proxy are known though its table is not', { p1: '12/s1', p2: 's1' }, 1, { p2: { status: 'denied' } }],
])('mixed by drift: %s', (_, picture, count, changes = {}) => {
  expect(countMixedByDrift(routesOf(drawMesh(picture, { servers }), { changes }).look)).toBe(count);
});

test('any mesh: what is put down to ids that drift is what the reference says, and the drift is among the findings', () => {
  fc.assert(
    fc.property(anyMesh, (drawn) => {
      const mesh = build(drawn);
      const { look } = routesOf(mesh);
      const count = countMixedByDrift(look);
      expect(count).toBe(referenceMixedByDrift(mesh));
      if (count > 0) expect(idDrift(look.context, count)).not.toEqual([]);
    }),
    { numRuns: 300 },
  );
});
