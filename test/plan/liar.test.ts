// One proxy of five gives false answers: no healthy conference of the others moves, and no
// conference that it invents is written to them.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyToModel } from '../support/model-apply.ts';
import { addresses, planFor } from '../support/model-look.ts';
import { createModelMesh, type ModelServer, type ShardState } from '../support/model-mesh.ts';

const honest = ['a', 'b', 'c', 'd'];
const shards = ['s1', 's2', 's3'];
const servers = (states: readonly ShardState[]): readonly ModelServer[] =>
  shards.map((name, n) => ({ id: 11 + n, name, address: addresses[name]!, state: states[n]! }));

const lie = fc.record({
  states: fc.array(fc.constantFrom<ShardState>('up', 'up', 'drain', 'down', 'maint'), { minLength: 3, maxLength: 3 }),
  lacks: fc.subarray([0, 1, 2], { maxLength: 2 }),
  cut: fc.subarray(honest),
  /** By conference: the shard that it names, with this shard's id or another's; -1: no entry. */
  entries: fc.array(fc.record({ shard: fc.integer({ min: -1, max: 2 }), id: fc.integer({ min: 11, max: 13 }) }), {
    minLength: 6,
    maxLength: 6,
  }),
});

test('whatever it holds, whatever it calls down, lacks, or cut: the others lead where they led', () => {
  fc.assert(
    fc.property(lie, ({ states, lacks, cut, entries }) => {
      const up = servers(['up', 'up', 'up']);
      const mesh = createModelMesh({
        proxies: [
          ...honest.map((name) => ({ name, servers: up })),
          { name: 'liar', servers: servers(states).filter((_, n) => !lacks.includes(n)) },
        ],
        cut: cut.map((name) => [name, 'liar'] as const),
        srvkey: 'addr',
      });
      // Three conferences that the honest proxies hold, and three that only the liar has.
      const healthy = ['k0', 'k1', 'k2'];
      for (const [n, key] of healthy.entries())
        for (const name of honest) mesh.put(name, key, { serverId: 11 + n, serverKey: addresses[shards[n]!]! });
      for (const [n, { shard, id }] of entries.entries())
        if (shard >= 0) mesh.put('liar', `k${n}`, { serverId: id, serverKey: addresses[shards[shard]!]! });
      const plan = planFor(mesh);
      applyToModel(plan, mesh);
      for (const [n, key] of healthy.entries())
        for (const name of honest) expect(mesh.route(name, key)).toBe(addresses[shards[n]!]);
      const invented = ['k3', 'k4', 'k5'];
      // Only where every link to the liar is cut may its conferences be filled in on the others.
      const linked = honest.filter((name) => !cut.includes(name));
      for (const key of invented)
        if (linked.length > 0) for (const name of honest) expect(mesh.entry(name, key)).toBeNull();
    }),
    { numRuns: 2_000 },
  );
});
