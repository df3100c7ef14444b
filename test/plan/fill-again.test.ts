// What a fill does when something changes before its write.

import { expect, test } from 'vitest';
import type { PlannedConference } from '../../src/domain/plan.ts';
import { replan } from '../../src/heal/premise.ts';
import { planFill } from '../../src/plan/fill.ts';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { type DrawnMesh, drawEntry, drawMesh, lookAt, type Picture, planningFacts } from '../support/model-look.ts';

const picture: Picture = { p1: 's1', p2: 's1', p3: null };
const mesh = drawMesh(picture);
const looked = lookAt(mesh);
const conference = planFill(looked, planningFacts(), null).conferences[0]!;
const now = (changed: Picture, cut: DrawnMesh['cut'] = []): PlannedConference | { readonly reason: string } => {
  const there = drawMesh(changed, { cut });
  const entries = new Map(there.names.map((name) => [name, drawEntry(changed[name]!, there, name)]));
  return replan(conference, { entries, model: createPlanningModel(lookAt(there).proxies) });
};

test('unchanged -> the same steps; filled meanwhile -> none', () => {
  expect(now(picture)).toMatchObject({ kind: 'fill', steps: conference.steps });
  expect(now({ p1: 's1', p2: 's1', p3: 's1' })).toMatchObject({ steps: [] });
});

test('a request placed it anew on p3 -> refuse: entry-changed, and nothing is overwritten', () => {
  expect(now({ p1: 's1', p2: 's1', p3: 's2' })).toMatchObject({ reason: 'entry-changed' });
  expect(now({ p1: 's1', p2: 's1/s2', p3: null })).toMatchObject({ reason: 'entry-changed' });
});

test('no link leads to p3 any more -> not set directly: refuse', () => {
  const cut = [
    ['p1', 'p3'],
    ['p2', 'p3'],
  ] as const;
  expect(now(picture, cut)).toMatchObject({ reason: 'not-held' });
});
