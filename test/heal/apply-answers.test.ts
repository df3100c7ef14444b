// The answers of proxies to the commands of a step, and many conferences at once.

import { describe, expect, test } from 'vitest';
import { drawScenario, journaled, manySplit, type Scenario, scenarioOn } from '../support/heal-scenario.ts';
import { accepted, type Command, inUse } from '../support/scripted-mesh.ts';

const cut = [['p1', 'p2']] as const;

describe('answers', () => {
  const busyFor = (times: number) => {
    let left = times;
    return ({ id }: Command) => (id === null && left-- > 0 ? inUse : undefined);
  };

  test('clear: "currently in use" four times -> tried again, then set', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut }, { answer: busyFor(4) });
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 1, refusals: [] });
    expect(it.commands).toEqual([...Array(5).fill('clear p2 k'), 'set p2 k=11']);
  });

  test('clear: in use for good -> rejected, and no set: that would only relabel the entry, and send it to the peers', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut }, { answer: ({ id }) => (id === null ? inUse : undefined) });
    expect(await it.apply(it.plan.conferences)).toMatchObject({
      applied: 0,
      refusals: [
        { reason: 'rejected', key: 'k', because: 'p2 said to replace: Entry currently in use, cannot remove' },
      ],
    });
    expect(it.commands).toEqual(Array(5).fill('clear p2 k'));
    expect(journaled(it)).toEqual(['intent 1 p2 replace', 'outcome 1 rejected']);
    expect(it.routes()).toEqual(['s1', 's2']);
  });

  test('clear: refused for another reason -> not tried again', async () => {
    const denied = { outcome: 'rejected', answer: 'Permission denied' } as const;
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut }, { answer: () => denied });
    expect((await it.apply(it.plan.conferences)).refusals).toMatchObject([
      { because: 'p2 said to replace: Permission denied' },
    ]);
    expect(it.commands).toEqual(['clear p2 k']);
  });

  test('clear: no answer -> the outcome is unknown, and no set', async () => {
    const lost = { outcome: 'unknown', answer: 'the connection broke' } as const;
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut }, { answer: () => lost });
    expect((await it.apply(it.plan.conferences)).refusals).toMatchObject([
      { reason: 'rejected', because: 'p2 said to replace: the connection broke' },
    ]);
    expect(it.commands).toEqual(['clear p2 k']);
    expect(journaled(it)).toEqual(['intent 1 p2 replace', 'outcome 1 unknown']);
  });

  test('a rejected touch -> the later phases of that conference are not done', async () => {
    const no = { outcome: 'rejected', answer: 'no' } as const;
    const it = drawScenario({ p1: 's1', p2: 's2', p3: 's3' }, { cut: [['p1', 'p3']] }, { answer: () => no });
    expect(await it.apply(it.plan.conferences)).toMatchObject({
      applied: 0,
      refusals: [{ reason: 'rejected', key: 'k' }],
    });
    expect(it.commands).toEqual(['set p1 k=11']);
  });

  test('each answer goes to its own conference', async () => {
    const keys = ['a', 'b', 'c'];
    const it = scenarioOn(manySplit(keys), {
      answer: ({ key, id }) => (key === 'b' && id === null ? inUse : accepted),
    });
    expect((await it.apply(it.plan.conferences)).refusals.map(({ key }) => key)).toEqual(['b']);
    expect(keys.map((key) => it.routes(key))).toEqual([
      ['s1', 's1'],
      ['s1', 's2'],
      ['s1', 's1'],
    ]);
  });
});

describe('many conferences', () => {
  const keys = Array.from({ length: 120 }, (_, n) => `k${String(n).padStart(3, '0')}`);
  const many = () => manySplit(keys);

  test('120 go in batches of 50, each with one line of clears and one of sets a proxy', async () => {
    const lines: number[] = [];
    const it = scenarioOn(many(), { beforeLine: (line) => lines.push(line.length) });
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 120, refusals: [] });
    expect(lines).toEqual([50, 50, 50, 50, 20, 20]);
    expect(keys.every((key) => it.routes(key).join() === 's1,s1')).toBe(true);
  });

  test('interrupted during the first batch: it is finished and journaled, and nothing more is written', async () => {
    let lines = 0;
    const it: Scenario = scenarioOn(many(), {
      beforeLine: () => (++lines === 1 ? it.interrupt.abort(new Error('SIGINT')) : undefined),
    });
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 50, refusals: [] });
    expect(it.commands).toHaveLength(100);
    expect(journaled(it).filter((line) => line.startsWith('intent'))).toHaveLength(50);
    expect(journaled(it).filter((line) => line.endsWith('accepted'))).toHaveLength(50);
  });

  test('interrupted while reading: nothing is written, and nothing is refused', async () => {
    const it: Scenario = scenarioOn(many(), { beforeRead: () => it.interrupt.abort(new Error('SIGINT')) });
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 0, refusals: [] });
    expect([it.commands, journaled(it)]).toEqual([[], []]);
  });

  test('interrupted while a clear is tried again: the write that has begun is finished', async () => {
    let clears = 0;
    const it: Scenario = scenarioOn(many(), {
      answer: ({ id }) => {
        if (id !== null || ++clears > 50) return undefined;
        it.interrupt.abort(new Error('SIGINT'));
        return inUse;
      },
    });
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 50, refusals: [] });
    expect(it.commands).toHaveLength(150);
  });
});
