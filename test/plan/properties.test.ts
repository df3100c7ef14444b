// Properties of every plan, on random meshes: links cut anywhere, ids and names that drift, entries
// of every kind.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isDisagreement } from '../../src/domain/finding.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { applyToModel } from '../support/model-apply.ts';
import { anyMesh, build, conferences, type Drawn } from '../support/model-arbitrary.ts';
import { lookAt, planFor, planningFacts, type ViewChanges } from '../support/model-look.ts';
import type { ModelMesh } from '../support/model-mesh.ts';

// Each run draws other meshes: what is rarer than one in five hundred is found by a later one.
const runs = { numRuns: 500 };

function tablesOf(mesh: ModelMesh) {
  return mesh.keys().map((key) => [key, mesh.names.map((name) => mesh.entry(name, key))] as const);
}

function routesOf(mesh: ModelMesh, key: string) {
  return mesh.names.map((name) => mesh.route(name, key));
}

const every = (check: (drawn: Drawn) => void) => fc.assert(fc.property(anyMesh, check), runs);

describe('on any mesh', () => {
  test('each disagreement is planned or refused, and nothing else is', () => {
    every((drawn) => {
      const looked = lookAt(build(drawn));
      const { plan, decisions } = buildPlan(looked, planningFacts());
      const wrong = new Set([...looked.findings].flatMap(({ kind, key }) => (isDisagreement(kind) ? [key] : [])));
      const answered = [...plan.conferences.map(({ key }) => key), ...plan.refusals.map(({ key }) => key!)];
      expect([...answered].sort()).toEqual([...wrong].sort());
      expect([...decisions.keys()].sort()).toEqual([...wrong].sort());
      for (const { steps } of plan.conferences) expect(steps.length).toBeGreaterThan(0);
    });
  });

  test('after the steps every proxy leads to the winner, and a second plan has nothing left to do there', () => {
    every((drawn) => {
      const mesh = build(drawn);
      const plan = planFor(mesh);
      applyToModel(plan, mesh);
      for (const { key, winner } of plan.conferences) expect(routesOf(mesh, key)).toEqual(mesh.names.map(() => winner));
      const again = planFor(mesh);
      expect(again.conferences).toEqual([]);
      expect(again.refusals.map(({ key }) => key)).toEqual(plan.refusals.map(({ key }) => key));
    });
  });

  test('no proxy that led to the winner leads elsewhere, even between two commands', () => {
    every((drawn) => {
      const mesh = build(drawn);
      const plan = planFor(mesh);
      const right = plan.conferences.flatMap(({ key, winner }) =>
        mesh.names.filter((name) => mesh.route(name, key) === winner).map((name) => ({ name, key, winner })),
      );
      applyToModel(plan, mesh, {
        after: () => {
          for (const { name, key, winner } of right) expect(mesh.route(name, key)).toBe(winner);
        },
      });
    });
  });

  test('each step finds the entry that it expects, and a touch sets nothing that is not the winner there', () => {
    every((drawn) => {
      const mesh = build(drawn);
      const plan = planFor(mesh);
      const winners = new Map(plan.conferences.map(({ key, winner }) => [key, winner]));
      applyToModel(plan, mesh, {
        onStep: (key, { kind, proxy, expect: expected }) => {
          expect(mesh.entry(proxy, key)).toEqual(expected);
          if (kind === 'touch') expect(mesh.route(proxy, key)).toBe(winners.get(key));
        },
      });
    });
  });

  test('a conference that is not in the plan keeps every entry as it is', () => {
    every((drawn) => {
      const mesh = build(drawn);
      const plan = planFor(mesh);
      const planned = new Set(plan.conferences.map(({ key }) => key));
      const before = tablesOf(mesh).filter(([key]) => !planned.has(key));
      applyToModel(plan, mesh);
      expect(tablesOf(mesh).filter(([key]) => !planned.has(key))).toEqual(before);
    });
  });

  test('after the heal one request through any proxy leaves the others where they are', () => {
    every((drawn) => {
      const mesh = build(drawn);
      const plan = planFor(mesh);
      applyToModel(plan, mesh);
      for (const { key, winner } of plan.conferences) {
        for (const name of mesh.names) expect(mesh.request(name, key)).toBe(winner);
        expect(routesOf(mesh, key)).toEqual(mesh.names.map(() => winner));
      }
    });
  });

  test('proxies in another order: the same winners, and the same steps', () => {
    fc.assert(
      fc.property(
        anyMesh.chain((drawn) =>
          fc.tuple(
            fc.constant(drawn),
            fc.shuffledSubarray([...drawn.setup.proxies.keys()], { minLength: drawn.setup.proxies.length }),
          ),
        ),
        ([drawn, order]) => {
          const shuffled: Drawn = {
            setup: { ...drawn.setup, proxies: order.map((n) => drawn.setup.proxies[n]!) },
            entries: drawn.entries.map((held) => order.map((n) => held[n]!)),
          };
          const decided = (mesh: ModelMesh) => {
            const { plan, decisions } = buildPlan(lookAt(mesh), planningFacts());
            const sorted = <T extends { readonly key: string | null }>(of: readonly T[]) =>
              [...of].sort((one, other) => (one.key! < other.key! ? -1 : 1));
            return [
              sorted(plan.conferences),
              sorted(plan.refusals).map(({ key, reason }) => [key, reason]),
              [...decisions.keys()].sort(),
            ];
          };
          expect(decided(build(shuffled))).toEqual(decided(build(drawn)));
        },
      ),
      runs,
    );
  });

  test('a proxy that could not be read is not written to and does not count', () => {
    every((drawn) => {
      const mesh = build(drawn);
      const gone = mesh.names.at(-1)!;
      const changes: ViewChanges = { [gone]: { status: 'unreachable' } };
      const plan = planFor(mesh, changes);
      for (const { steps, target } of plan.conferences) {
        expect(steps.map(({ proxy }) => proxy)).not.toContain(gone);
        expect(Object.keys(target)).toEqual(mesh.names.slice(0, -1));
      }
      applyToModel(plan, mesh);
      for (const { key, winner } of plan.conferences)
        expect(routesOf(mesh, key).slice(0, -1)).toEqual(mesh.names.slice(0, -1).map(() => winner));
    });
  });
});

test('on a mesh that agrees there is nothing to do', () => {
  every((drawn) => {
    const mesh = build(withoutNameDrift(drawn));
    for (const key of conferences) {
      for (const name of mesh.names) {
        const [first] = mesh.serversOf(name);
        mesh.put(name, key, { serverId: first!.id, serverKey: mesh.srvkey === 'addr' ? first!.address : first!.name });
      }
    }
    const { conferences: planned, refusals } = planFor(mesh);
    expect([planned, refusals]).toEqual([[], []]);
  });
});

/** On every proxy a shard has the name of the first proxy, and the first shard is up. */
function withoutNameDrift(drawn: Drawn): Drawn {
  const [first] = drawn.setup.proxies;
  const proxies = drawn.setup.proxies.map(({ name, servers }) => ({
    name,
    servers: servers.map((own, n) => ({
      ...own,
      name: first!.servers[n]!.name,
      state: n === 0 ? ('up' as const) : own.state,
    })),
  }));
  return { ...drawn, setup: { ...drawn.setup, proxies } };
}
