import { expect, test } from 'vitest';
import type { EntryState } from '../../src/domain/plan.ts';
import { withinRoom } from '../../src/heal/free-room.ts';
import type { Judged, Premises } from '../../src/heal/premise.ts';
import { drawMesh, planFor } from '../support/model-look.ts';

const entry: EntryState = { serverId: 11, serverKey: '10.0.0.1:443' };

/** Conferences that p1 holds; `room` is that of p2, which lacks them. */
function batch(keys: readonly string[], room: number | null): readonly string[] {
  const [conference] = planFor(drawMesh({ p1: 's1', p2: 's2', p3: 's1' })).conferences;
  const judged = keys.map(
    (key): Judged => ({
      key,
      judgement: { kind: 'go', conference: { ...conference!, key, target: { p1: 's1', p2: 's1' } } },
    }),
  );
  const held = new Map(keys.map((key) => [key, entry]));
  const premises: Premises = new Map([
    ['p1', { entries: held, servers: [], room: 0 }],
    ['p2', { entries: new Map(keys.map((key) => [key, null])), servers: [], room }],
  ]);
  return withinRoom(judged, premises).map(({ key, judgement }) =>
    judgement.kind === 'refused' ? `${key}: ${judgement.refusal.reason}` : key,
  );
}

test('p2 takes two entries more: the third is refused, and p1, which is full, holds all', () => {
  expect(batch(['a', 'b', 'c'], 2)).toEqual(['a', 'b', 'c: no-room']);
});

test('p2 is full -> refuse all', () => {
  expect(batch(['a', 'b'], 0)).toEqual(['a: no-room', 'b: no-room']);
});

test('a few keys were asked for alone: the plan counted the room', () => {
  expect(batch(['a', 'b'], null)).toEqual(['a', 'b']);
});
