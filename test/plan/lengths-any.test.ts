// Any mesh whose tables cut keys at different lengths: no heal writes to the entry of a conference
// whose key is the beginning of a longer key.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyToModel } from '../support/model-apply.ts';
import { addresses, planFor, server, type ViewChanges } from '../support/model-look.ts';
import { createModelMesh, type ModelMesh } from '../support/model-mesh.ts';
import { proxyView } from '../support/run-report.ts';

const names = ['a', 'b', 'c'];
const conferences = ['room', 'room-of-many'];
const lengths = fc.array(fc.constantFrom(4, 4, 64), { minLength: 3, maxLength: 3 });
const held = fc.array(fc.constantFrom('s1', 's1', 's2', null), { minLength: 6, maxLength: 6 });

/** Between tables of different lengths no entry travels: both ends report a deaf link. */
function changesOf(cutAt: readonly number[]): ViewChanges {
  return Object.fromEntries(
    names.map((name, own) => [
      name,
      {
        table: { ...proxyView(name, []).table!, keyLength: cutAt[own]! },
        peers: names.flatMap((peer, other) =>
          peer === name
            ? []
            : [
                {
                  name: peer,
                  state: cutAt[own] === cutAt[other] ? ('up' as const) : ('deaf' as const),
                  protocolErrors: 0,
                },
              ],
        ),
      },
    ]),
  );
}

function cutting(mesh: ModelMesh, cutAt: readonly number[]): ModelMesh {
  const cut = (proxy: string, key: string) => key.slice(0, cutAt[names.indexOf(proxy)]!);
  return {
    ...mesh,
    set: (proxy, key, id) => mesh.set(proxy, cut(proxy, key), id),
    clear: (proxy, key) => mesh.clear(proxy, cut(proxy, key)),
  };
}

test('a conference that is not planned stays as it is, and a planned one leads to its winner', () => {
  let planned = 0;
  fc.assert(
    fc.property(lengths, held, (cutAt, entries) => {
      const servers = ['s1', 's2'].map((shard) => server(shard));
      const mesh = createModelMesh({
        proxies: names.map((name) => ({ name, servers })),
        cut: names.flatMap((one, m) =>
          names.slice(m + 1).flatMap((other, n) => (cutAt[m] === cutAt[m + 1 + n] ? [] : [[one, other] as const])),
        ),
        srvkey: 'addr',
      });
      for (const [n, shard] of entries.entries()) {
        const [key, proxy] = [conferences[n % 2]!, Math.floor(n / 2)];
        if (shard === null || key.length > cutAt[proxy]!) continue;
        mesh.put(names[proxy]!, key, { serverId: server(shard).id, serverKey: addresses[shard]! });
      }
      const before = new Map(conferences.map((key) => [key, names.map((name) => mesh.entry(name, key))]));
      const plan = planFor(mesh, changesOf(cutAt));
      applyToModel(plan, cutting(mesh, cutAt));
      for (const key of conferences) {
        const conference = plan.conferences.find((each) => each.key === key);
        if (conference === undefined) {
          expect(names.map((name) => mesh.entry(name, key))).toEqual(before.get(key));
          continue;
        }
        planned++;
        expect(names.map((name) => mesh.route(name, key))).toEqual(names.map(() => conference.winner));
      }
    }),
    { numRuns: 2_000 },
  );
  expect(planned).toBeGreaterThan(300);
});
