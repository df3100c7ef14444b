// A plan from a file: the same as before it was written, or every complaint at once.

import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/domain/plan.ts';
import { ConfigError } from '../../src/errors.ts';
import { parsePlan } from '../../src/plan/plan-file.ts';
import { drawMesh, planFor, planningFacts } from '../support/model-look.ts';

const cut = [['p1', 'p2']] as const;
const plan = planFor(drawMesh({ p1: 's1', p2: 's2/-', p3: null }, { cut }));
const expressible = () => true;
const parse = (value: unknown) => parsePlan(JSON.stringify(value), 'plan.json', expressible);

function complaints(value: unknown, isExpressible: (key: string) => boolean = expressible): readonly string[] {
  try {
    parsePlan(typeof value === 'string' ? value : JSON.stringify(value), 'plan.json', isExpressible);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

/** The plan with a change in its first conference, or in the first step of that. */
const conference = (changes: object): unknown => ({
  ...plan,
  conferences: [{ ...plan.conferences[0]!, ...changes }],
});
const step = (changes: object) => conference({ steps: [{ ...plan.conferences[0]!.steps[0]!, ...changes }] });

test('a plan with steps of both kinds comes back as it was', () => {
  expect(plan.conferences[0]!.steps.map(({ kind }) => kind)).toEqual(['touch', 'touch']);
  const alone: Plan = planFor(
    drawMesh({ p1: 's1', p2: 's2', p3: null }, { cut: [...cut, ['p1', 'p3'], ['p2', 'p3']] }),
  );
  expect(alone.conferences[0]!.steps.map(({ kind }) => kind)).toEqual(['replace', 'replace']);
  expect([parse(plan), parse(alone)]).toEqual([plan, alone]);
});

test('a refused plan comes back as it was', () => {
  const refused = planFor(drawMesh({ p1: 's1', p2: 's2' }), {}, planningFacts({ maxRatio: 0.05 }));
  expect(refused.refused).not.toBeNull();
  expect(parse(refused)).toEqual(refused);
});

describe('complaints', () => {
  test('no JSON', () => expect(complaints('{')).toEqual(['plan.json: this is not JSON']));
  test('not a plan', () => expect(complaints([])[0]).toMatch(/^plan.json: the plan: /));

  test('a plan of a later version', () => {
    expect(complaints({ ...plan, schema: 'splitbrain/plan/2' })[0]).toMatch(/^plan.json: schema: /);
  });

  test('each with its path, all at once', () => {
    const bad = {
      ...plan,
      environment: 5,
      validUntil: 'tomorrow',
      refusals: [{ reason: 'mood', key: null, because: '' }],
    };
    expect(complaints(bad).map((complaint) => complaint.split(': ')[1])).toEqual([
      'environment',
      'validUntil',
      'refusals.0.reason',
    ]);
  });

  test.each([
    ['a touch of nothing', { kind: 'touch', expect: null }, 'steps.0.expect'],
    ['a removal of nothing', { kind: 'remove', expect: null }, 'steps.0.expect'],
    ['server id 0', { kind: 'touch', serverId: 0 }, 'steps.0.serverId'],
    ['a server id of 33 bits', { kind: 'replace', serverId: 2 ** 32 }, 'steps.0.serverId'],
    ['half a phase', { phase: 0.5 }, 'steps.0.phase'],
    ['an unknown kind', { kind: 'wipe' }, 'steps.0.kind'],
    ['an entry without its key', { expect: { serverId: 11 } }, 'steps.0.expect.serverKey'],
  ])('%s', (_title, changes, path) => {
    expect(complaints(step(changes)).map((complaint) => complaint.split(': ')[1])).toEqual([`conferences.0.${path}`]);
  });

  test.each([
    ['no winner', { winner: null }, 'winner'],
    ['an undo, which has none', { kind: 'undo' }, 'kind'],
    ['the empty key', { key: '' }, 'key'],
  ])('%s', (_title, changes, path) => {
    expect(complaints(conference(changes)).map((complaint) => complaint.split(': ')[1])).toEqual([
      `conferences.0.${path}`,
    ]);
  });

  test('a key that no command can name', () => {
    expect(complaints(plan, () => false)).toEqual([
      'plan.json: conferences.0.key: no command of the runtime API can name this key',
    ]);
  });
});
