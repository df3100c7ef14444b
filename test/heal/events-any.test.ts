// Anything may happen between any two reads, writes and sleeps of a heal: a conference that is
// called healed leads to one shard through every proxy.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { healPlan } from '../../src/heal/heal.ts';
import type { Journal } from '../../src/heal/journal.ts';
import { anyMesh, build, conferences } from '../support/model-arbitrary.ts';
import { planFor, type ViewChanges, viewsOf } from '../support/model-look.ts';
import type { ModelMesh } from '../support/model-mesh.ts';
import { scriptMesh } from '../support/scripted-mesh.ts';

const nth = fc.nat({ max: 4 });
const shard = fc.nat({ max: 2 });
const event = fc.record({
  /** After so many reads and writes, or so long after the first. */
  when: fc.oneof(
    fc.record({ turn: fc.nat({ max: 60 }) }),
    fc.record({ ms: fc.nat({ max: 12_000 }), turn: fc.constant(0) }),
  ),
  what: fc.constantFrom('request', 'response', 'state', 'link', 'end', 'expiry', 'set', 'ids', 'names', 'gone', 'back'),
  proxy: nth,
  other: nth,
  key: fc.constantFrom(...conferences),
  shard,
  state: fc.constantFrom('up', 'up', 'drain', 'down', 'maint'),
});
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

function happen(mesh: ModelMesh, gone: Set<string>, { what, proxy, other, key, shard, state }: Event): void {
  const name = mesh.names[proxy % mesh.names.length]!;
  const peer = mesh.names[other % mesh.names.length]!;
  const own = mesh.serversOf(name);
  const { address, id } = own[shard]!;
  const rotated = own.map((_, n) => own[(n + 1) % own.length]!);
  if (what === 'request') mesh.request(name, key);
  else if (what === 'response') mesh.store(name, key, address);
  else if (what === 'state') mesh.setState(name, address, state as 'up');
  else if (what === 'link' && name !== peer) mesh.setLink(name, peer, !mesh.linked(name, peer));
  else if (what === 'end') for (const each of mesh.names) mesh.put(each, key, null);
  else if (what === 'expiry') mesh.put(name, key, null);
  else if (what === 'set') mesh.set(name, key, id);
  else if (what === 'ids')
    mesh.setServers(
      name,
      own.map((server, n) => ({ ...server, id: rotated[n]!.id })),
    );
  else if (what === 'names')
    mesh.setServers(
      name,
      own.map((server, n) => ({ ...server, name: rotated[n]!.name })),
    );
  else if (what === 'gone') gone.add(name);
  else gone.delete(name);
}

/** Deaf: both ends report links as up that carry nothing. */
const around = fc.record({ restores: fc.boolean(), isDeaf: fc.boolean() });

function allCalledUp(mesh: ModelMesh): ViewChanges {
  const peersOf = (proxy: string) =>
    mesh.names.filter((name) => name !== proxy).map((name) => ({ name, state: 'up' as const, protocolErrors: 0 }));
  return Object.fromEntries(mesh.names.map((name) => [name, { peers: peersOf(name) }]));
}

function restore(mesh: ModelMesh, name: string, peer: string): void {
  if (name !== peer && !mesh.linked(name, peer)) mesh.setLink(name, peer, true);
}

test('what a heal calls held, holds, and stays so when links are back', async () => {
  let judged = 0;
  await fc.assert(
    fc.asyncProperty(
      anyMesh,
      fc.array(event, { maxLength: 6 }),
      around,
      async (drawn, events, { restores, isDeaf }) => {
        const mesh = build(drawn);
        const changes = isDeaf ? allCalledUp(mesh) : {};
        const plan = planFor(mesh, changes);
        const views = viewsOf(mesh, changes);
        let turn = 0;
        let reads = 0;
        let lastEventAt = 0;
        const held: string[] = [];
        const journal: Journal = {
          path: '',
          append: (records) => {
            held.push(...records.flatMap((record) => (record.event === 'verdict' && record.held ? [record.key] : [])));
            return true;
          },
          trouble: () => null,
          close: () => {},
        };
        const occur = (each: Event) => {
          lastEventAt = reads;
          happen(mesh, scripted.gone, each);
        };
        const step = () => {
          for (const each of events) {
            if (each.when.turn !== turn) continue;
            if ('ms' in each.when) scripted.clock.after(each.when.ms, () => occur(each));
            else occur(each);
          }
          turn++;
        };
        const scripted = scriptMesh(mesh, {
          journal,
          beforeLine: step,
          beforeRead: () => {
            step();
            reads++;
          },
        });
        await healPlan({ plan, views }, scripted.tools, { settleMs: 5_000, rounds: null, onRound: () => {} });
        // Events during the final read count as events after it.
        if (reads - lastEventAt < mesh.names.length) return;
        const ledTo = held.map((key) => {
          const led = mesh.names.map((name) => mesh.route(name, key));
          expect(new Set(led).size).toBe(1);
          for (const name of mesh.names) expect(mesh.request(name, key)).toBe(led[0]);
          return led;
        });
        if (restores) for (const name of mesh.names) for (const peer of mesh.names) restore(mesh, name, peer);
        for (const [n, key] of held.entries())
          expect(mesh.names.map((name) => mesh.route(name, key))).toEqual(ledTo[n]);
        judged += held.length;
      },
    ),
    { numRuns: 2_000 },
  );
  expect(judged).toBeGreaterThan(300);
});
