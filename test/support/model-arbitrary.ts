// Random model meshes: proxies, links, servers with ids and names that agree or drift, and entries
// of every kind.

import fc from 'fast-check';
import { addresses } from './model-look.ts';
import { createModelMesh, type ModelMesh, type ModelServer, type ModelSetup, type ShardState } from './model-mesh.ts';

const shards = ['s1', 's2', 's3'] as const;
const proxyNames = ['a', 'b', 'c', 'd', 'e'];
export const conferences = ['k1', 'k2', 'k3'];

/**
 * One proxy's servers: which id and which name it gives to each shard, and in what state it has it.
 */
function servers(drift: { ids: boolean; names: boolean }): fc.Arbitrary<readonly ModelServer[]> {
  const order = (drifts: boolean) =>
    drifts ? fc.shuffledSubarray([0, 1, 2], { minLength: 3 }) : fc.constant([0, 1, 2]);
  const state = fc.oneof(
    { weight: 8, arbitrary: fc.constant<ShardState>('up') },
    { weight: 1, arbitrary: fc.constantFrom<ShardState>('drain', 'down', 'maint') },
  );
  return fc.tuple(order(drift.ids), order(drift.names), fc.tuple(state, state, state)).map(([ids, names, states]) =>
    shards.map((shard, n) => ({
      id: 11 + ids[n]!,
      name: shards[names[n]!]!,
      address: addresses[shard]!,
      state: states[n]!,
    })),
  );
}

const setup: fc.Arbitrary<ModelSetup> = fc
  .record({
    count: fc.integer({ min: 2, max: 5 }),
    srvkey: fc.constantFrom<'addr' | 'name'>('addr', 'name'),
    ids: fc.boolean(),
    names: fc.boolean(),
  })
  .chain(({ count, srvkey, ids, names }) => {
    const present = proxyNames.slice(0, count);
    const pairs = present.flatMap((one, n) => present.slice(n + 1).map((other) => [one, other] as const));
    return fc.record({
      proxies: fc.tuple(...present.map((name) => servers({ ids, names }).map((own) => ({ name, servers: own })))),
      cut: fc.subarray(pairs),
      srvkey: fc.constant(srvkey),
    });
  });

/**
 * An entry's id and key, each by the shard that it means on the proxy that holds it. Each may also
 * mean no shard.
 */
const drawn = fc.record({
  id: fc.constantFrom<0 | 1 | 2 | 'zero' | 'unknown' | 'same'>('same', 'same', 'same', 0, 1, 2, 'zero', 'unknown'),
  key: fc.constantFrom<0 | 1 | 2 | 'none' | 'unknown'>(0, 0, 1, 1, 2, 'none', 'none', 'unknown'),
});

export type Drawn = {
  readonly setup: ModelSetup;
  readonly entries: readonly (readonly (typeof drawn extends fc.Arbitrary<infer E> ? E | null : never)[])[];
};

/**
 * A setup, and for each conference what each proxy holds. Build a mesh for every use, since it
 * changes.
 */
export const anyMesh: fc.Arbitrary<Drawn> = setup.chain((chosen) =>
  fc.record({
    setup: fc.constant(chosen),
    entries: fc.array(
      fc.array(fc.option(drawn, { freq: 4 }), { minLength: chosen.proxies.length, maxLength: chosen.proxies.length }),
      { minLength: 1, maxLength: conferences.length },
    ),
  }),
);

export function build({ setup, entries }: Drawn): ModelMesh {
  const mesh = createModelMesh(setup);
  for (const [row, held] of entries.entries()) {
    for (const [column, entry] of held.entries()) {
      const { name, servers: own } = setup.proxies[column]!;
      if (entry === null) continue;
      const named = typeof entry.key === 'number' ? own[entry.key]! : null;
      const meant =
        entry.id === 'same' ? (named ?? own[row % 3]!) : typeof entry.id === 'number' ? own[entry.id]! : null;
      const word = setup.srvkey === 'addr' ? named?.address : named?.name;
      mesh.put(name, conferences[row]!, {
        serverId: meant?.id ?? (entry.id === 'zero' ? 0 : 99),
        serverKey: entry.key === 'none' ? null : (word ?? (setup.srvkey === 'addr' ? '10.9.9.9:443' : 'gone')),
      });
    }
  }
  return mesh;
}
