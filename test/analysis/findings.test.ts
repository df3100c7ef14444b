// From pictures of a mesh to findings: what is wrong with one conference, and why.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyMesh, build } from '../support/model-arbitrary.ts';
import {
  addresses,
  type DrawnMesh,
  drawMesh,
  lookAt,
  type Picture,
  server,
  type ViewChanges,
} from '../support/model-look.ts';
import { referenceKinds, type Told } from '../support/reference-analysis.ts';

function kindsOf(picture: Picture, drawn: DrawnMesh = {}, changes: ViewChanges = {}): string[] {
  return [...lookAt(drawMesh(picture, drawn), changes).findings].map(({ kind }) => kind);
}

test.each<[Picture, string[], DrawnMesh?]>([
  [{ p1: 's1', p2: 's1', p3: 's1' }, []],
  [{ p1: 's1', p2: 's1', p3: 's2' }, ['split']],
  [{ p1: 's1', p2: 's2', p3: 's3' }, ['split']],
  [{ p1: 's1', p2: null, p3: 's1' }, ['missing']],
  [{ p1: 's1', p2: null, p3: 's2' }, ['split']],
  [{ p1: 's1', p2: 's1/-', p3: 's1' }, []],
  [{ p1: 's2/s1', p2: 's1', p3: 's1' }, ['mixed']],
  [{ p1: 's2/s1', p2: 's2/s1', p3: 's2/s1' }, ['mixed']],
  [{ p1: 's2/s1', p2: 's2', p3: 's2' }, ['split', 'mixed']],
  [{ p1: '99/-', p2: 's1', p3: 's1' }, ['split']],
  [{ p1: '99/-', p2: '99/-', p3: '99/-' }, ['orphaned']],
  [{ p1: 's1', p2: 's1', p3: 's1' }, ['split'], { servers: { p3: [server('s1', { state: 'maint' }), server('s2')] } }],
  [{ p1: 's1', p2: 's1', p3: 's1' }, ['split'], { servers: { p3: [server('s1', { state: 'down' }), server('s2')] } }],
  [{ p1: 's1', p2: 's1', p3: 's1' }, [], { servers: { p3: [server('s1', { state: 'drain' }), server('s2')] } }],
  [{ p1: 's1', p2: 's1', p3: 's1' }, ['split'], { servers: { p3: [server('s2')] } }],
  [{ p1: 's1', p2: 's1', p3: 's2' }, ['orphaned'], { states: { s1: 'maint', s2: 'down' } }],
  [{ p1: 's1', p2: 's1', p3: 's1' }, ['orphaned'], { states: { s1: 'maint' } }],
  [{ p1: 's1', p2: 's1', p3: 's1' }, [], { states: { s1: 'drain' } }],
])('%j -> %j', (picture, kinds, drawn) => {
  expect(kindsOf(picture, drawn)).toEqual(kinds);
});

describe('what a proxy did not say proves nothing', () => {
  const unreachable = { p3: { status: 'unreachable' } } satisfies ViewChanges;
  test('{p1: s1, p2: s1, p3: unreachable} -> nothing', () => {
    expect(kindsOf({ p1: 's1', p2: 's1', p3: 's2' }, {}, unreachable)).toEqual([]);
  });
  test('{p1: s1, p2: s1, p3: truncated without it} -> nothing', () => {
    expect(kindsOf({ p1: 's1', p2: 's1', p3: null }, {}, { p3: { status: 'truncated' } })).toEqual([]);
  });
  test('{p1: s1, p2: s1, p3: s1 by its key, its servers not known} -> nothing, and by a name or an id neither', () => {
    const blind = { p3: { servers: [] } };
    for (const p3 of ['s1', 's1/-', '11/some-name'])
      expect([p3, kindsOf({ p1: 's1', p2: 's1', p3 }, {}, blind)]).toEqual([p3, []]);
    expect(kindsOf({ p1: 's1', p2: 's1', p3: 's2' }, {}, blind)).toEqual(['split']);
  });
  test('{p1: s1, p2: s1, p3: truncated, with s2} -> split: what came is true', () => {
    expect(kindsOf({ p1: 's1', p2: 's1', p3: 's2' }, {}, { p3: { status: 'truncated' } })).toEqual(['split']);
  });
});

describe('ids that drift', () => {
  const other = [server('s1', { id: 12 }), server('s2', { id: 11 }), server('s3')];
  test("entries with a key: no split, and nobody's write", () => {
    const looked = lookAt(drawMesh({ p1: 's1', p2: '11/s1' }, { servers: { p2: other } }));
    expect([...looked.findings]).toEqual([]);
  });
});

test('what every proxy says is in the finding', () => {
  const [finding] = lookAt(drawMesh({ p1: 's1', p2: null, p3: 's2/-' })).findings;
  expect(finding).toMatchObject({
    key: 'k',
    conference: 'k',
    absentOn: ['p2'],
    routes: [
      { proxy: 'p1', shard: addresses.s1, serverId: 11, serverKey: addresses.s1, expiresInMs: 298_000 },
      { proxy: 'p3', shard: addresses.s2, serverId: 12, serverKey: null, expiresInMs: 298_000 },
    ],
  });
});

test('any mesh: the findings are those of the slow and obvious reference', () => {
  fc.assert(
    fc.property(anyMesh, (drawn) => {
      const mesh = build(drawn);
      const found = [...lookAt(mesh).findings].map(({ key, kind }) => `${key} ${kind}`).sort();
      expect(found).toEqual(referenceKinds(mesh));
    }),
    { numRuns: 2_000 },
  );
});

test('any mesh, seen in part: what was not said is neither found nor held against anybody', () => {
  const dump = fc.constantFrom<Told['dump']>('full', 'full', 'part', 'none');
  const told: fc.Arbitrary<Told> = fc.record({ dump, servers: fc.boolean() });
  const status = { full: 'ok', part: 'truncated', none: 'denied' } as const;
  fc.assert(
    fc.property(anyMesh, fc.array(told, { minLength: 5, maxLength: 5 }), (drawn, tolds) => {
      const mesh = build(drawn);
      const known = Object.fromEntries(mesh.names.map((name, n) => [name, tolds[n]!]));
      const changes = Object.fromEntries(
        Object.entries(known).map(([name, each]) => [
          name,
          { status: status[each.dump], ...(each.servers ? {} : { servers: [] }) },
        ]),
      );
      const found = [...lookAt(mesh, changes).findings].map(({ key, kind }) => `${key} ${kind}`).sort();
      expect(found).toEqual(referenceKinds(mesh, known));
    }),
    { numRuns: 2_000 },
  );
});

test('any mesh: the list says twice the same, in the order of its tallies', () => {
  fc.assert(
    fc.property(anyMesh, (drawn) => {
      const { findings } = lookAt(build(drawn));
      expect([...findings]).toEqual([...findings]);
      expect(findings.length).toBe([...findings].length);
      expect(findings.tallies.flatMap((tally) => findings.first(tally, Number.POSITIVE_INFINITY))).toEqual([
        ...findings,
      ]);
    }),
    { numRuns: 100 },
  );
});
