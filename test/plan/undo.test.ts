// The steps back to what a run found: on each proxy, as far as commands can.

import { describe, expect, test } from 'vitest';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { planRestore, planUndo } from '../../src/plan/undo.ts';
import { applyToModel } from '../support/model-apply.ts';
import {
  addresses,
  type DrawnMesh,
  drawEntry,
  drawMesh,
  type Picture,
  server,
  viewsOf,
} from '../support/model-look.ts';

/** From the entries `now` back to those `before`. */
function undo(before: Picture, now: Picture, drawn: DrawnMesh = {}, left?: Readonly<Record<string, string | null>>) {
  const mesh = drawMesh(now, drawn);
  const model = createPlanningModel(viewsOf(mesh));
  const recorded = Object.fromEntries(
    Object.entries(before).map(([proxy, entry]) => [
      proxy,
      mesh.names.includes(proxy) ? drawEntry(entry, mesh, proxy) : null,
    ]),
  );
  const entries = () => new Map(mesh.names.map((name) => [name, mesh.entry(name, 'k')]));
  // The run left the entries of now, unless `left` has others.
  const target = left ?? Object.fromEntries(mesh.names.map((name) => [name, mesh.route(name, 'k')]));
  const way = planUndo({ key: 'k', conference: 'k', before: recorded, target }, { entries: entries(), model });
  return { mesh, model, entries, way };
}

function textOf({ way }: ReturnType<typeof undo>): string {
  if ('reason' in way) return `${way.reason}: ${way.because}`;
  return way.steps.map(({ kind, proxy, serverId }) => `${kind} ${proxy} ${serverId}`).join(', ');
}

const cut = [['p1', 'p2']] as const;

test('before {p1: s1, p2: s2}, now {p1: s1, p2: s1}, no link -> p2 back to s2', () => {
  const undone = undo({ p1: 's1', p2: 's2' }, { p1: 's1', p2: 's1' }, { cut });
  expect(textOf(undone)).toBe('replace p2 12');
  expect(undone.way).toMatchObject({
    kind: 'undo',
    winner: null,
    policy: 'restored',
    target: { p1: addresses.s1, p2: addresses.s2 },
  });
});

test('before {p1: s1, p2: none}, now {p1: s1, p2: s1} -> removed on p2', () => {
  expect(textOf(undo({ p1: 's1', p2: null }, { p1: 's1', p2: 's1' }))).toBe('remove p2 0');
});

test('now as before, but for ids and keys -> nothing', () => {
  expect(textOf(undo({ p1: 's1', p2: 's2' }, { p1: 's1/-', p2: 's2/-' }))).toBe('');
});

test('before {p1: s1, p2: s1, p3: s1}, now all on s2 (a pin) -> all back, and in one round', () => {
  const undone = undo({ p1: 's1', p2: 's1', p3: 's1' }, { p1: 's2', p2: 's2', p3: 's2' });
  expect(textOf(undone)).toBe('replace p1 11, replace p2 11, replace p3 11');
  if ('steps' in undone.way) applyToModel({ conferences: [undone.way] }, undone.mesh);
  expect(undone.mesh.names.map((name) => undone.mesh.route(name, 'k'))).toEqual([
    addresses.s1,
    addresses.s1,
    addresses.s1,
  ]);
});

test('before {p1: none, p2: s2}, now {p1: s1, p2: s1}, linked -> the second round removes what p1 received in the first', () => {
  const { mesh, way, model, entries } = undo({ p1: null, p2: 's2' }, { p1: 's1', p2: 's1' });
  if ('reason' in way) throw new Error(way.because);
  applyToModel({ conferences: [way] }, mesh);
  const again = planRestore(way, { entries: entries(), model });
  if ('reason' in again) throw new Error(again.because);
  applyToModel({ conferences: [again] }, mesh);
  expect([mesh.entry('p1', 'k'), mesh.route('p2', 'k')]).toEqual([null, addresses.s2]);
  expect(planRestore(way, { entries: entries(), model })).toMatchObject({ steps: [] });
});

test('a proxy that has left the mesh, or joined it since, is left alone', () => {
  const { way } = undo({ p1: 's2', gone: 's2' }, { p1: 's1', new: 's1' });
  expect(way).toMatchObject({ target: { p1: addresses.s2 }, steps: [{ proxy: 'p1' }] });
});

describe('refused', () => {
  test('the shard is no server any more -> unknown-shard', () => {
    const now = { cut, servers: { p2: [server('s1')] } };
    expect(textOf(undo({ p1: 's1', p2: '12/-' }, { p1: 's1', p2: 's1' }, now))).toBe(
      'unknown-shard: p2 no longer has the shard that the entry led to',
    );
  });

  test.each(['down', 'maint'] as const)('the shard is %s now -> no-eligible-shard', (state) => {
    expect(textOf(undo({ p1: 's1', p2: 's2' }, { p1: 's1', p2: 's1' }, { cut, states: { s2: state } }))).toBe(
      'no-eligible-shard: 10.0.0.2:443 no longer accepts traffic on p2',
    );
  });

  test('no id means the shard and nothing else -> id-drift', () => {
    const twice = { cut, servers: { p2: [server('s1'), server('s2'), server('s3', { id: 12 })] } };
    expect(textOf(undo({ p1: 's1', p2: 's2' }, { p1: 's1', p2: 's1' }, twice))).toBe(
      'id-drift: p2 has no server id that means 10.0.0.2:443 and nothing else',
    );
  });
});

test('moved by somebody since the run -> refused, with both shards', () => {
  const left = { p1: addresses.s1!, p2: addresses.s1! };
  expect(textOf(undo({ p1: 's1', p2: 's2' }, { p1: 's1', p2: 's3' }, { cut }, left))).toBe(
    `entry-changed: p2 leads to ${addresses.s3} now, and the run left it on ${addresses.s1}`,
  );
  expect(textOf(undo({ p1: 's1', p2: 's2' }, { p1: 's1', p2: null }, { cut }, left))).toMatch(
    /^entry-changed: p2 has no entry now/,
  );
});

test('a proxy that the run had not reached: as it was -> nothing to do there', () => {
  const left = { p1: addresses.s1!, p2: addresses.s1! };
  expect(textOf(undo({ p1: 's1', p2: 's2' }, { p1: 's1', p2: 's2' }, { cut }, left))).toBe('');
});
