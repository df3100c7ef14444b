// A whole heal that meets trouble: entries that change, proxies that refuse or go away, a person
// who stops it. The final verdicts are read all the same.

import { describe, expect, test } from 'vitest';
import type { HealOutcome } from '../../src/domain/plan.ts';
import { readJournal } from '../../src/heal/journal.ts';
import { drawScenario, manySplit, type Scenario, SETTLE_MS, scenarioOn } from '../support/heal-scenario.ts';
import { drawEntry } from '../support/model-look.ts';
import { inUse, type ScriptedMesh } from '../support/scripted-mesh.ts';

const cut = [['p1', 'p2']] as const;
const reasons = ({ refusals }: HealOutcome) => refusals.map(({ reason, key }) => `${key} ${reason}`);
const eventsOf = ({ tools }: ScriptedMesh) => readJournal(tools.journal.path).map(({ event }) => event);

describe('refusals', () => {
  test('entry changed between look and write -> refused, nothing written, and not tried again', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.mesh.put('p2', 'k', drawEntry('s3', it.mesh, 'p2'));
    const outcome = await it.heal();
    expect(outcome).toMatchObject({ applied: 0, verified: 0, failed: 1 });
    expect([reasons(outcome), it.commands, it.rounds]).toEqual([['k entry-changed'], [], [1]]);
  });

  test('entry changed, to the winner itself -> nothing written, and it is whole', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.mesh.put('p2', 'k', drawEntry('s1', it.mesh, 'p2'));
    expect(await it.heal()).toMatchObject({ applied: 0, verified: 0, settledThemselves: 1, failed: 0, refusals: [] });
    expect(it.commands).toEqual([]);
  });

  test('clear in use for the whole first round -> the next round does it', async () => {
    let busy = 5;
    const it = drawScenario(
      { p1: 's1', p2: 's2' },
      { cut },
      { answer: ({ id }) => (id === null && busy-- > 0 ? inUse : undefined) },
    );
    expect(await it.heal()).toMatchObject({ applied: 1, verified: 1, failed: 0, refusals: [] });
    expect(it.rounds).toEqual([1, 1]);
  });

  test('clear in use for good -> rejected, with the answer of the proxy', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut }, { answer: ({ id }) => (id === null ? inUse : undefined) });
    const outcome = await it.heal();
    expect(outcome).toMatchObject({ applied: 0, failed: 1 });
    expect(outcome.refusals).toEqual([
      { reason: 'rejected', key: 'k', because: 'p2 said to replace: Entry currently in use, cannot remove' },
    ]);
    expect(it.commands.filter((command) => command.startsWith('set'))).toEqual([]);
  });

  test('no answer, but carried out -> the final verdicts decide: healed', async () => {
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's2' },
      { cut },
      {
        answer: ({ proxy, key, id }) => {
          if (id === null) return undefined;
          it.mesh.set(proxy, key, id);
          return { outcome: 'unknown', answer: 'the connection broke' };
        },
      },
    );
    expect(await it.heal()).toMatchObject({ applied: 0, verified: 1, failed: 0, refusals: [] });
    expect(readJournal(it.tools.journal.path)).toContainEqual(
      expect.objectContaining({ event: 'outcome', outcome: 'unknown' }),
    );
  });

  test('no answer, and not carried out -> written again from the entries of then', async () => {
    let lost = true;
    const it = drawScenario(
      { p1: 's1', p2: 's2' },
      { cut },
      {
        answer: ({ id }) => {
          if (id === null || !lost) return undefined;
          lost = false;
          return { outcome: 'unknown', answer: 'the connection broke' };
        },
      },
    );
    expect(await it.heal()).toMatchObject({ verified: 1, failed: 0, refusals: [] });
    expect(it.commands).toEqual(['clear p2 k', 'set p2 k=11', 'set p2 k=11']);
  });

  test('one refused conference does not stop the others', async () => {
    const it = scenarioOn(manySplit(['a', 'b', 'c']), { answer: ({ key }) => (key === 'b' ? inUse : undefined) });
    const outcome = await it.heal();
    expect(outcome).toMatchObject({ planned: 3, verified: 2, failed: 1 });
    expect(reasons(outcome)).toEqual(['b rejected']);
  });
});

describe('a proxy that goes away', () => {
  test('before its write -> refused, nothing written there, and who went is named', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.gone.add('p2');
    const outcome = await it.heal();
    expect(outcome).toMatchObject({ applied: 0, verified: 0, failed: 1 });
    expect(outcome.refusals[0]!.because).toContain('p2');
    expect(it.commands).toEqual([]);
  });

  test('after its write -> not-held: it is not confirmed, and nothing is written while the proxy is away', async () => {
    const it: Scenario = drawScenario({ p1: 's1', p2: 's2', p3: 's3' }, {}, { beforeLine: () => it.gone.add('p3') });
    const outcome = await it.heal();
    expect(outcome.refusals).toEqual([{ reason: 'not-held', key: 'k', because: 'p3 did not answer' }]);
    expect(it.commands).toEqual(['set p1 k=11']);
  });

  test('for a moment only -> healed, with no write more', async () => {
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's2', p3: 's3' },
      {},
      {
        beforeLine: () => {
          it.gone.add('p3');
          it.clock.after(SETTLE_MS + 3_000, () => it.gone.delete('p3'));
        },
      },
    );
    expect(await it.heal()).toMatchObject({ applied: 1, verified: 1, refusals: [] });
    expect(it.commands).toEqual(['set p1 k=11']);
  });
});

describe('interrupted (Ctrl-C)', () => {
  const keys = Array.from({ length: 70 }, (_, n) => `k${String(n).padStart(2, '0')}`);

  test('after the first batch: nothing more is written, nothing is called verified, and the journal has an end', async () => {
    let lines = 0;
    const it: Scenario = scenarioOn(manySplit(keys), {
      beforeLine: () => (++lines === 2 ? it.interrupt.abort(new Error('SIGINT')) : undefined),
    });
    const outcome = await it.heal();
    expect(outcome).toMatchObject({ planned: 70, applied: 50, verified: 0, failed: 0, interrupted: true });
    expect(outcome.refusals).toEqual([]);
    expect(it.commands).toHaveLength(100);
    expect(eventsOf(it).at(-1)).toBe('end');
    expect(eventsOf(it).filter((event) => event === 'outcome')).toHaveLength(50);
  });

  test('while looking before a write: nothing is written', async () => {
    const it: Scenario = scenarioOn(manySplit(keys), { beforeRead: () => it.interrupt.abort(new Error('SIGINT')) });
    expect(await it.heal()).toMatchObject({ applied: 0, verified: 0, failed: 0, interrupted: true });
    expect(it.commands).toEqual([]);
  });

  test('during the settle time: no write is called verified', async () => {
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's2' },
      { cut },
      {
        beforeLine: () => it.clock.after(1_000, () => it.interrupt.abort(new Error('SIGINT'))),
      },
    );
    expect(await it.heal()).toMatchObject({ applied: 1, verified: 0, interrupted: true });
    expect(it.rounds).toEqual([1]);
  });

  test('before anything: nothing is written', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.interrupt.abort(new Error('SIGINT'));
    expect(await it.heal()).toMatchObject({ applied: 0, verified: 0, interrupted: true });
    expect(it.commands).toEqual([]);
  });
});
