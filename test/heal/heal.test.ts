// A whole heal: conferences that hold, that are undone and healed again, that never hold, and undo.

import { describe, expect, test } from 'vitest';
import type { HealOutcome } from '../../src/domain/plan.ts';
import { healPlan } from '../../src/heal/heal.ts';
import { readJournal } from '../../src/heal/journal.ts';
import { createPlanningModel } from '../../src/plan/planning-model.ts';
import { planUndo } from '../../src/plan/undo.ts';
import { drawScenario, manySplit, type Scenario, SETTLE_MS, scenarioOn } from '../support/heal-scenario.ts';
import { addresses, drawEntry, drawMesh, planFor, viewsOf } from '../support/model-look.ts';
import { type ScriptedMesh, scriptMesh } from '../support/scripted-mesh.ts';

const cut = [['p1', 'p2']] as const;
const reasons = ({ refusals }: HealOutcome) => refusals.map(({ reason, key }) => `${key} ${reason}`);
const eventsOf = ({ tools }: ScriptedMesh) => readJournal(tools.journal.path).map(({ event }) => event);

describe('a heal that holds', () => {
  test('one round, verified on every proxy, and all of it in the journal', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    expect(await it.heal()).toEqual({
      planned: 1,
      applied: 1,
      verified: 1,
      failed: 0,
      settledThemselves: 0,
      ended: 0,
      interrupted: false,
      refusals: [],
      journal: it.tools.journal.path,
    });
    expect(it.rounds).toEqual([1]);
    expect(eventsOf(it)).toEqual(['conference', 'intent', 'outcome', 'verdict', 'end']);
    expect(readJournal(it.tools.journal.path)[0]).toMatchObject({
      before: { p1: { serverId: 11, serverKey: addresses.s1 }, p2: { serverId: 12, serverKey: addresses.s2 } },
      target: { p1: addresses.s1, p2: addresses.s1 },
    });
  });

  test('what the plan refused stays among the refusals', async () => {
    const mesh = drawMesh({ p1: 's1', p2: 's2' }, { cut });
    const refusal = { reason: 'cooldown', key: 'other', because: 'healed 3 times' } as const;
    const it = scenarioOn(mesh, {}, { ...planFor(mesh), refusals: [refusal] });
    expect(await it.heal()).toMatchObject({ verified: 1, failed: 0, refusals: [refusal] });
  });

  test('messages that take a second: waited for, without another write', async () => {
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's2', p3: 's1' },
      {},
      {
        beforeLine: () => {
          it.mesh.holdMessages();
          it.clock.after(1_000, () => it.mesh.deliver());
        },
      },
    );
    expect(await it.heal()).toMatchObject({ applied: 1, verified: 1 });
    expect(it.commands).toEqual(['set p1 k=11']);
  });
});

describe('a heal that is undone', () => {
  /**
   * A response of the old shard arrives on p2, so long after each of the first `times` sets there.
   */
  const reverts = (times: number, afterMs: number) => {
    let left = times;
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's2' },
      { cut },
      {
        beforeLine: ([command]) => {
          if (command!.id !== null && left-- > 0)
            it.clock.after(afterMs, () => it.mesh.store('p2', 'k', addresses.s2!));
        },
      },
    );
    return it;
  };

  test('once, within the settle time -> a second round heals it', async () => {
    const it = reverts(1, SETTLE_MS - 1_000);
    expect(await it.heal()).toMatchObject({ planned: 1, applied: 2, verified: 1, failed: 0, refusals: [] });
    expect(it.rounds).toEqual([1, 1]);
    expect(it.mesh.route('p2', 'k')).toBe(addresses.s1);
  });

  test('for ever -> four rounds, then not-held, with the last route', async () => {
    const it = reverts(Number.POSITIVE_INFINITY, 1_000);
    expect(await it.heal()).toMatchObject({
      applied: 4,
      verified: 0,
      failed: 1,
      refusals: [{ reason: 'not-held', key: 'k', because: 'p2 routes to 10.0.0.2:443' }],
    });
    expect(it.rounds).toEqual([1, 1, 1, 1]);
  });

  test('with rounds: 1 (a plan from a file) nothing is written that is not in the plan', async () => {
    const it = reverts(1, 1_000);
    expect(reasons(await it.heal({ rounds: 1 }))).toEqual(['k not-held']);
    expect(it.commands).toEqual(['clear p2 k', 'set p2 k=11']);
  });

  test('the next round writes only what did not hold', async () => {
    let reverted = false;
    const it: Scenario = scenarioOn(manySplit(['a', 'b', 'c']), {
      beforeLine: (line) => {
        if (reverted || line[0]!.id === null) return;
        reverted = true;
        it.clock.after(3_000, () => it.mesh.store('p2', 'b', addresses.s2!));
      },
    });
    expect(await it.heal()).toMatchObject({ applied: 4, verified: 3 });
    expect(it.rounds).toEqual([3, 1]);
  });

  test('to a mixed entry, by somebody’s plain set -> that is not healed either', async () => {
    let spoiled = false;
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's1', p3: 's2' },
      {},
      {
        beforeLine: () => {
          if (!spoiled) it.clock.after(3_000, () => it.mesh.set('p2', 'k', 12));
          spoiled = true;
        },
      },
    );
    expect(await it.heal()).toMatchObject({ applied: 2, verified: 1, refusals: [] });
    expect(it.mesh.entry('p3', 'k')).toEqual({ serverId: 11, serverKey: addresses.s1 });
  });
});

test('somebody else changed a conference, and it became right only while the others settled -> not written to, and not called healed', async () => {
  let begun = false;
  const it: Scenario = scenarioOn(manySplit(['a', 'b']), {
    beforeRead: () => {
      if (begun) return;
      begun = true;
      it.mesh.store('p2', 'a', addresses.s3!);
      it.clock.after(3_000, () => it.mesh.store('p2', 'a', addresses.s1!));
    },
  });
  const outcome = await it.heal();
  expect(outcome).toMatchObject({ verified: 1, settledThemselves: 0, failed: 1 });
  expect(reasons(outcome)).toEqual(['a entry-changed']);
  expect(it.commands).toEqual(['clear p2 b', 'set p2 b=11']);
});

describe('mixed', () => {
  test('{p1, p2: id s2, key s1} -> relabelled, and only then called healed', async () => {
    const it = drawScenario({ p1: 's2/s1', p2: 's2/s1' });
    expect(await it.heal()).toMatchObject({ applied: 1, verified: 1 });
    expect(it.mesh.entry('p2', 'k')).toEqual({ serverId: 11, serverKey: addresses.s1 });
  });

  test('changed since the plan, but still mixed -> planned again, and relabelled', async () => {
    const it = drawScenario({ p1: 's2/s1', p2: 's2/s1' });
    it.mesh.put('p1', 'k', drawEntry('s3/s1', it.mesh, 'p1'));
    expect(await it.heal()).toMatchObject({ applied: 1, verified: 1, failed: 0, refusals: [] });
    expect(it.mesh.entry('p2', 'k')).toEqual({ serverId: 11, serverKey: addresses.s1 });
  });
});
describe('a link that is reported up and carries nothing', () => {
  test('{p1: s1, p2: s2}: the touch does not arrive, and the next round replaces there', async () => {
    const mesh = drawMesh({ p1: 's1', p2: 's2' }, { cut });
    const up = (name: string) => ({ peers: [{ name, state: 'up' as const, protocolErrors: 0 }] });
    const reportedUp = { p1: up('p2'), p2: up('p1') };
    const scripted = scriptMesh(mesh);
    const outcome = await healPlan(
      { plan: planFor(mesh, reportedUp), views: viewsOf(mesh, reportedUp) },
      scripted.tools,
      {
        settleMs: SETTLE_MS,
        rounds: null,
        onRound: () => {},
      },
    );
    expect(outcome).toMatchObject({ verified: 1, failed: 0, refusals: [] });
    expect(scripted.commands).toEqual(['set p1 k=11', 'clear p2 k', 'set p2 k=11']);
  });
});

describe('undo', () => {
  test('{p1: s1, p2: s2} healed to s1, then undone -> p2 routes to s2 again', async () => {
    const healed = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    await healed.heal();
    const { mesh } = healed;
    const entries = new Map(mesh.names.map((name) => [name, mesh.entry(name, 'k')]));
    const { before, target } = healed.plan.conferences[0]!;
    const way = planUndo(
      { key: 'k', conference: 'k', before, target },
      { entries, model: createPlanningModel(viewsOf(mesh)) },
    );
    if ('reason' in way) throw new Error(way.because);
    const undone = scenarioOn(mesh, {}, { ...healed.plan, conferences: [way] });
    expect(await undone.heal()).toMatchObject({ applied: 1, verified: 1, failed: 0 });
    expect([mesh.route('p1', 'k'), mesh.route('p2', 'k')]).toEqual([addresses.s1, addresses.s2]);
  });
});
