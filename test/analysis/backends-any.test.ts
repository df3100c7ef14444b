// Any mesh with two releases that serve the table, in states of their own, and a backend per shard
// that never does: judged by a slow rule of its own.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markServing } from '../../src/analysis/backends.ts';
import { kindsAt } from '../../src/analysis/classify.ts';
import { createMeshContext, routeGrid } from '../../src/analysis/routed-grid.ts';
import { findingKinds } from '../../src/domain/finding.ts';
import type { Server, ServerState } from '../../src/domain/server.ts';
import { anyMesh, build } from '../support/model-arbitrary.ts';
import { routesOf } from '../support/model-look.ts';
import type { ModelEntry, ModelMesh, ModelServer } from '../support/model-mesh.ts';

const states = fc.array(fc.constantFrom<ServerState>('up', 'up', 'up', 'drain', 'down', 'maint'), {
  minLength: 15,
  maxLength: 15,
});
const takes = (state: ServerState) => state === 'up' || state === 'drain';

/**
 * Release 2 calls the servers of release 1 otherwise, and has states of its own; the others are
 * unchecked and have HAProxy's own ids.
 */
function backendsOf(servers: readonly ModelServer[], second: readonly ServerState[]): readonly Server[] {
  return [
    ...servers.map((server) => ({ backend: 'release-1', ...server })),
    ...servers.map((server, n) => ({ backend: 'release-2', ...server, name: `r2-${server.name}`, state: second[n]! })),
    ...servers.map(({ address }, n) => ({ backend: `shard-${n}`, id: 1, name: 'only', address, state: 'up' as const })),
  ];
}

/** Where an entry leads, and in which of the releases it is followed. */
function follow(entry: ModelEntry, servers: readonly ModelServer[], second: readonly ServerState[]) {
  const at = [
    servers.findIndex(({ address }) => address === entry.serverKey),
    servers.findIndex(({ id }) => id === entry.serverId),
  ].find((found) => found >= 0);
  if (at === undefined) return { shard: null, in: 0 };
  return { shard: servers[at]!.address, in: [servers[at]!.state, second[at]!].filter(takes).length };
}

function expectedKinds(mesh: ModelMesh, key: string, secondOf: (proxy: string) => readonly ServerState[]): string[] {
  const held = mesh.names.flatMap((proxy) => {
    const entry = mesh.entry(proxy, key);
    return entry === null ? [] : [follow(entry, mesh.serversOf(proxy), secondOf(proxy))];
  });
  const everywhere = held.filter((route) => route.in === 2);
  const somewhere = new Set(held.filter((route) => route.in > 0).map(({ shard }) => shard));
  const partly = new Set(held.filter((route) => route.in === 1).map(({ shard }) => shard));
  const split =
    new Set(everywhere.map(({ shard }) => shard)).size > 1 ||
    (everywhere.length > 0 && everywhere.length < held.length) ||
    partly.size > 1;
  // Where one follows in full and another in part, they part by the rule above.
  expect(split || somewhere.size <= 1).toBe(true);
  return [
    ...(split ? ['split'] : held.length > 0 && held.length < mesh.names.length ? ['missing'] : []),
    ...(!split && held.length > 0 && everywhere.length === 0 ? ['orphaned'] : []),
  ];
}

test('split, missing and orphaned are what both releases say, and the backends of single shards say nothing', () => {
  const addressed = anyMesh.filter(({ setup }) => setup.srvkey === 'addr');
  fc.assert(
    fc.property(addressed, states, (drawn, second) => {
      const mesh = build(drawn);
      const secondOf = (proxy: string) => second.slice(3 * mesh.names.indexOf(proxy)).slice(0, 3);
      const { views, grid } = routesOf(mesh);
      const dressed = views.map((view) => ({
        ...view,
        servers: backendsOf(mesh.serversOf(view.name), secondOf(view.name)),
      }));
      const look = routeGrid(grid, createMeshContext(markServing(dressed, (proxy) => grid.labelsOf(proxy), null)));
      for (let row = 0; row < grid.keys.count; row++) {
        const found = findingKinds.filter((kind, bit) => kind !== 'mixed' && (kindsAt(look, row) & (1 << bit)) !== 0);
        expect(found).toEqual(expectedKinds(mesh, grid.keys.keyAt(row), secondOf));
      }
    }),
    { numRuns: 2_000 },
  );
});
