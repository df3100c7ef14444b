// Why the mesh disagrees on one conference: which evidence counts, and which comes first.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/domain/finding.ts';
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
import { proxyView } from '../support/run-report.ts';

function causeOf(picture: Picture, drawn: DrawnMesh = {}, changes: ViewChanges = {}): Finding | undefined {
  const [finding] = lookAt(drawMesh(picture, drawn), changes).findings;
  return finding;
}

const young: Partial<ProxyView> = { uptimeSeconds: 60 };
const emptied: Partial<ProxyView> = { ...young, table: { ...proxyView('p', []).table!, entries: 3 } };

const choosing = (release: string): Partial<ProxyView> => {
  const live = { kind: 'read', entries: new Map([['live', release]]) } as const;
  return { maps: { live, tenant: { kind: 'read', entries: new Map() } } };
};

describe('causes, the first that the evidence names', () => {
  const split: Picture = { p1: 's1', p2: 's1', p3: 's2' };
  const cases: [string, Picture, DrawnMesh, ViewChanges, string][] = [
    ['no evidence', split, {}, {}, 'unknown'],
    ['the link between the parties is down', split, { cut: [['p1', 'p3']] }, {}, 'peer-link-down'],
    ['a link within one party is down', split, { cut: [['p1', 'p2']] }, {}, 'unknown'],
    ['a proxy that lost its entries', split, {}, { p3: emptied }, 'emptied'],
    ['a proxy that was merely reloaded', split, {}, { p3: young }, 'unknown'],
    ['a link that is down before a lost table', split, { cut: [['p2', 'p3']] }, { p3: emptied }, 'peer-link-down'],
    [
      'a shard that is down somewhere',
      split,
      { servers: { p1: [server('s1'), server('s2', { state: 'down' }), server('s3')] } },
      {},
      'shard-down',
    ],
    ['a shard that some proxy lacks', split, { servers: { p1: [server('s1'), server('s3')] } }, {}, 'server-drift'],
    [
      'maps that choose another release',
      split,
      {},
      { p1: choosing('release-1'), p2: choosing('release-1'), p3: choosing('release-2') },
      'map-drift',
    ],
    [
      'maps that choose alike',
      split,
      {},
      { p1: choosing('release-1'), p2: choosing('release-1'), p3: choosing('release-1') },
      'unknown',
    ],
    ['missing on a proxy that lost its entries', { p1: 's1', p2: 's1', p3: null }, {}, { p3: emptied }, 'emptied'],
    ['missing behind a cut link', { p1: 's1', p2: 's1', p3: null }, { cut: [['p1', 'p3']] }, {}, 'peer-link-down'],
    ['missing, and nothing explains it', { p1: 's1', p2: 's1', p3: null }, {}, {}, 'unknown'],
    [
      'a shard that is down somewhere, and another that some proxy lacks: a list comes before a state',
      split,
      {
        servers: {
          p1: [server('s1', { state: 'down' }), server('s2'), server('s3')],
          p2: [server('s1'), server('s3')],
        },
      },
      {},
      'server-drift',
    ],
    [
      'missing, and it is the holder that lost its entries',
      { p1: 's1', p2: 's1', p3: null },
      {},
      { p1: emptied },
      'unknown',
    ],
    ['a proxy that lists no peers', split, {}, { p3: { peers: [] } }, 'peer-unknown'],
  ];
  test.each(cases)('%s', (_, picture, drawn, changes, cause) => {
    expect(causeOf(picture, drawn, changes)?.cause).toBe(cause);
  });
});

describe('who only lacks an entry that others dispute is no party to the dispute', () => {
  const disputed: Picture = { p1: 's1', p2: null, p3: 's2' };
  test.each<[string, DrawnMesh, ViewChanges]>([
    [
      'its links are down',
      {
        cut: [
          ['p1', 'p2'],
          ['p2', 'p3'],
        ],
      },
      {},
    ],
    ['it lists no peers', {}, { p2: { peers: [] } }],
    ['it lost its entries', {}, { p2: emptied }],
  ])('{p1: s1, p2: none, p3: s2}, %s -> unknown', (_, drawn, changes) => {
    expect(causeOf(disputed, drawn, changes)).toMatchObject({ kind: 'split', cause: 'unknown' });
  });
});

describe('the entries themselves name two servers by one word', () => {
  const swapped = [server('s1', { id: 12 }), server('s2', { id: 11 }), server('s3')];
  const renamed = [server('s1', { name: 's2' }), server('s2', { name: 's1' }), server('s3')];
  test('entries without a key: {p1: 11 = s1, p2: 11 = s2} -> split, id-drift', () => {
    const [finding] = lookAt(drawMesh({ p1: '11/-', p2: '11/-' }, { servers: { p2: swapped } })).findings;
    expect(finding).toMatchObject({
      kind: 'split',
      cause: 'id-drift',
      because: `server id 11 is ${addresses.s1} on p1 and ${addresses.s2} on p2`,
    });
  });
  test('srvkey name: one name for two shards -> split, server-drift', () => {
    const mesh = drawMesh({ p1: 's1', p2: null }, { srvkey: 'name', servers: { p2: renamed } });
    mesh.put('p2', 'k', { serverId: 11, serverKey: 's1' });
    const [finding] = lookAt(mesh).findings;
    expect(finding).toMatchObject({ kind: 'split', cause: 'server-drift' });
  });

  test('srvkey name: a name that one of the two does not know -> server-drift, and it goes by the id there', () => {
    const others = [server('s1', { name: 'x', id: 12 }), server('s2', { name: 'y', id: 11 })];
    const mesh = drawMesh({ p1: 's1', p2: null }, { srvkey: 'name', servers: { p2: others }, cut: [['p1', 'p2']] });
    mesh.put('p2', 'k', { serverId: 11, serverKey: 's1' });
    const [finding] = lookAt(mesh).findings;
    expect(finding).toMatchObject({
      kind: 'split',
      cause: 'server-drift',
      because: 'p2 has no server "s1" and goes by the id',
    });
  });

  test('a key that none of them knows says nothing: two ids are two shards', () => {
    expect(causeOf({ p1: 's1/gone', p2: 's2/gone' })).toMatchObject({ kind: 'split', cause: 'unknown' });
  });

  test('one id for two shards comes before one name for two, whoever is asked first', () => {
    const none: Picture = { p1: null, p2: null, p3: null, p4: null };
    const mesh = drawMesh(none, { srvkey: 'name', servers: { p3: renamed, p4: swapped } });
    // p1 and p3 agree in the name s1 only, p2 and p4 in the id 11 only.
    mesh.put('p1', 'k', { serverId: 13, serverKey: 's1' });
    mesh.put('p2', 'k', { serverId: 11, serverKey: null });
    mesh.put('p3', 'k', { serverId: 13, serverKey: 's1' });
    mesh.put('p4', 'k', { serverId: 11, serverKey: null });
    const [finding] = lookAt(mesh).findings;
    expect(finding).toMatchObject({ kind: 'split', cause: 'id-drift' });
  });
});

test('any mesh, with restarts and servers that some lack: the causes do not depend on the order of the proxies', () => {
  const oddity = fc.record({ restarted: fc.boolean(), lacks: fc.constantFrom(null, 0, 1, 2) });
  const oddities = fc.array(oddity, { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(anyMesh, fc.infiniteStream(fc.nat()), oddities, (drawn, order, odd) => {
      const { proxies } = drawn.setup;
      const shuffled = proxies
        .map((_, place) => ({ place, at: order.next().value }))
        .sort((one, other) => one.at - other.at)
        .map(({ place }) => place);
      const moved = {
        setup: { ...drawn.setup, proxies: shuffled.map((place) => proxies[place]!) },
        entries: drawn.entries.map((held) => shuffled.map((place) => held[place]!)),
      };
      const changes = Object.fromEntries(
        proxies.map(({ name, servers }, n) => [
          name,
          {
            ...(odd[n]!.restarted ? emptied : {}),
            servers: servers
              .filter((_, shard) => shard !== odd[n]!.lacks)
              .map((each) => ({ backend: 'nodes', ...each })),
          },
        ]),
      );
      const [one, other] = [drawn, moved].map((each) =>
        [...lookAt(build(each), changes).findings].map(({ key, kind, cause }) => `${key} ${kind} ${cause}`).sort(),
      );
      expect(one).toEqual(other);
    }),
    { numRuns: 500 },
  );
});
