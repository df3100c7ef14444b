// From pictures of a mesh to findings: what is wrong with one conference, and why.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProxyView } from '../../src/domain/view.ts';
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
import { referenceKinds } from '../support/reference-analysis.ts';

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
  [{ p1: '99/-', p2: 's1', p3: 's1' }, ['orphaned']],
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
  test('entries without a key: {p1: 11 = s1, p2: 11 = s2} -> split, id-drift', () => {
    const [finding] = lookAt(drawMesh({ p1: '11/-', p2: '11/-' }, { servers: { p2: other } })).findings;
    expect(finding).toMatchObject({
      kind: 'split',
      cause: 'id-drift',
      because: `server id 11 is ${addresses.s1} on p1 and ${addresses.s2} on p2`,
    });
  });
  test('srvkey name: one name for two shards -> split, server-drift', () => {
    const renamed = [server('s1', { name: 's2' }), server('s2', { name: 's1' }), server('s3')];
    const mesh = drawMesh({ p1: 's1', p2: null }, { srvkey: 'name', servers: { p2: renamed } });
    mesh.put('p2', 'k', { serverId: 11, serverKey: 's1' });
    const [finding] = lookAt(mesh).findings;
    expect(finding).toMatchObject({ kind: 'split', cause: 'server-drift' });
  });
});

describe('causes, the first that the evidence names', () => {
  const split: Picture = { p1: 's1', p2: 's1', p3: 's2' };
  const young: Partial<ProxyView> = { uptimeSeconds: 60 };
  const cases: [string, Picture, DrawnMesh, ViewChanges, string][] = [
    ['no evidence', split, {}, {}, 'unknown'],
    ['the link between the parties is down', split, { cut: [['p1', 'p3']] }, {}, 'peer-link-down'],
    ['a link within one party is down', split, { cut: [['p1', 'p2']] }, {}, 'unknown'],
    ['a restarted proxy', split, {}, { p3: young }, 'restarted'],
    ['a link that is down before a restart', split, { cut: [['p2', 'p3']] }, { p3: young }, 'peer-link-down'],
    [
      'a shard that is down somewhere',
      split,
      { servers: { p1: [server('s1'), server('s2', { state: 'down' }), server('s3')] } },
      {},
      'shard-down',
    ],
    ['a shard that some proxy lacks', split, { servers: { p1: [server('s1'), server('s3')] } }, {}, 'server-drift'],
    ['missing on a proxy that restarted', { p1: 's1', p2: 's1', p3: null }, {}, { p3: young }, 'restarted'],
    ['missing behind a cut link', { p1: 's1', p2: 's1', p3: null }, { cut: [['p1', 'p3']] }, {}, 'peer-link-down'],
    ['missing, and nothing explains it', { p1: 's1', p2: 's1', p3: null }, {}, {}, 'unknown'],
    ['a proxy that lists no peers', split, {}, { p3: { peers: [] } }, 'peer-unknown'],
  ];
  test.each(cases)('%s', (_, picture, drawn, changes, cause) => {
    const [finding] = lookAt(drawMesh(picture, drawn), changes).findings;
    expect(finding?.cause).toBe(cause);
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
    { numRuns: 500 },
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
