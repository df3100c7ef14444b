// Applying steps: each entry is read once more, the intent is on disk, then the commands go out in
// their order.

import { describe, expect, test } from 'vitest';
import { readJournal } from '../../src/heal/journal.ts';
import { drawScenario, journaled, type Scenario, scenarioOn } from '../support/heal-scenario.ts';
import { addresses, drawEntry, drawMesh } from '../support/model-look.ts';

const cut = [['p1', 'p2']] as const;
const everywhereCut = [...cut, ['p1', 'p3'], ['p2', 'p3']] as const;

describe('the order of things', () => {
  test('a touch: one command', async () => {
    const it = drawScenario({ p1: 's1', p2: 's1', p3: 's2' });
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 1, refusals: [] });
    expect(it.commands).toEqual(['set p1 k=11']);
    expect(it.routes()).toEqual(['s1', 's1', 's1']);
  });

  test('a replacement: set only after clear', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 1, refusals: [] });
    expect(it.commands).toEqual(['clear p2 k', 'set p2 k=11']);
  });

  test('an entry that was not there: no clear', async () => {
    const it = drawScenario({ p1: 's1', p2: null }, { cut });
    await it.apply(it.plan.conferences);
    expect(it.commands).toEqual(['set p2 k=11']);
  });

  test('several replacements: all clears before the first set, so that no set reaches an entry that is to be cleared', async () => {
    const it = drawScenario(
      { p1: 's1', p2: 's2', p3: 's3' },
      {
        cut: [
          ['p1', 'p2'],
          ['p1', 'p3'],
        ],
      },
    );
    await it.apply(it.plan.conferences);
    expect(it.commands.slice(0, 2).sort()).toEqual(['clear p2 k', 'clear p3 k']);
    expect(it.commands.slice(2).sort()).toEqual(['set p2 k=11', 'set p3 k=11']);
    expect(it.routes()).toEqual(['s1', 's1', 's1']);
  });

  test('intents are on disk before the first command goes out, outcomes after the last one', async () => {
    const seen: (readonly string[])[] = [];
    const it: Scenario = drawScenario({ p1: 's1', p2: 's2' }, { cut }, { beforeLine: () => seen.push(journaled(it)) });
    await it.apply(it.plan.conferences);
    expect(seen).toEqual([['intent 1 p2 replace'], ['intent 1 p2 replace']]);
    expect(journaled(it)).toEqual(['intent 1 p2 replace', 'outcome 1 accepted']);
  });

  test('the intent has the write, its proxy, and the entry before it', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    await it.apply(it.plan.conferences);
    expect(readJournal(it.tools.journal.path)[0]).toMatchObject({
      event: 'intent',
      key: 'k',
      proxy: 'p2',
      kind: 'replace',
      expect: { serverId: 12, serverKey: addresses.s2 },
      serverId: 11,
    });
  });

  test('a chain: the second touch waits until the first one has arrived', async () => {
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's2', p3: 's3' },
      { cut: [['p1', 'p3']] },
      {
        beforeLine: ([command]) => {
          if (command!.proxy !== 'p1') return;
          it.mesh.holdMessages();
          it.clock.after(1_000, () => it.mesh.deliver());
        },
      },
    );
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 2, refusals: [] });
    expect(it.commands).toEqual(['set p1 k=11', 'set p2 k=11']);
    expect(it.routes()).toEqual(['s1', 's1', 's1']);
  });

  test('a chain whose first message never arrives: the rest is refused, and not written', async () => {
    const it: Scenario = drawScenario(
      { p1: 's1', p2: 's2', p3: 's3' },
      { cut: [['p1', 'p3']] },
      { beforeLine: () => it.mesh.setLink('p1', 'p2', false) },
    );
    expect(await it.apply(it.plan.conferences)).toMatchObject({
      applied: 1,
      refusals: [{ reason: 'entry-changed', key: 'k' }],
    });
    expect(it.commands).toEqual(['set p1 k=11']);
  });
});

describe('the read right before the write', () => {
  test('an entry changed since the plan -> refused with both entries, and nothing is written', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.mesh.put('p2', 'k', drawEntry('s3', it.mesh, 'p2'));
    expect(await it.apply(it.plan.conferences)).toMatchObject({
      applied: 0,
      refusals: [
        {
          reason: 'entry-changed',
          key: 'k',
          because:
            'on p2 the entry is server_id=13 server_key=10.0.0.3:443 and no longer server_id=12 server_key=10.0.0.2:443',
        },
      ],
    });
    expect([it.commands, journaled(it)]).toEqual([[], []]);
  });

  test('an entry that is gone is another one', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.mesh.put('p2', 'k', drawEntry(null, it.mesh, 'p2'));
    expect((await it.apply(it.plan.conferences)).refusals[0]!.because).toContain('the entry is absent and no longer');
    expect(it.commands).toEqual([]);
  });

  test('an entry that leads where it did, without its key: the steps are planned again from it', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.mesh.put('p2', 'k', drawEntry('s2/-', it.mesh, 'p2'));
    expect(await it.apply(it.plan.conferences)).toMatchObject({ applied: 1, refusals: [] });
    expect(it.commands).toEqual(['clear p2 k', 'set p2 k=11']);
  });

  test('one entry of a conference changed -> none of its steps is done; the other conference goes on', async () => {
    const mesh = drawMesh({ p1: 's1', p2: 's2', p3: 's2' }, { cut: everywhereCut });
    for (const [proxy, entry] of [
      ['p1', 's1'],
      ['p2', 's2'],
      ['p3', 's1'],
    ] as const)
      mesh.put(proxy, 'other', drawEntry(entry, mesh, proxy));
    const it = scenarioOn(mesh);
    expect(it.plan.conferences.map(({ key, steps }) => [key, steps.length])).toEqual([
      ['k', 1],
      ['other', 1],
    ]);
    mesh.put('p1', 'k', null);
    expect(await it.apply(it.plan.conferences)).toMatchObject({
      applied: 1,
      refusals: [{ key: 'k', reason: 'entry-changed' }],
    });
    expect(it.commands).toEqual(['clear p2 other', 'set p2 other=11']);
  });

  test('a proxy that cannot be read right before the write -> refused, and nothing is written', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    it.gone.add('p2');
    expect(await it.apply(it.plan.conferences)).toMatchObject({
      applied: 0,
      refusals: [
        {
          reason: 'entry-changed',
          key: 'k',
          because: 'p2 could not be read right before the write: connection refused',
        },
      ],
    });
  });

  test('a step for a proxy that is not in the mesh -> the steps are planned again from the mesh', async () => {
    const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
    const [conference] = it.plan.conferences;
    const stranger = { ...conference!, steps: [{ ...conference!.steps[0]!, proxy: 'stranger' }] };
    expect(await it.apply([stranger])).toMatchObject({ applied: 1, refusals: [] });
    expect(it.commands).toEqual(['clear p2 k', 'set p2 k=11']);
  });
});

test('writes are numbered through all batches and rounds of a run', async () => {
  const it = drawScenario({ p1: 's1', p2: 's2' }, { cut });
  await it.apply(it.plan.conferences);
  it.mesh.put('p2', 'k', drawEntry('s2', it.mesh, 'p2'));
  await it.apply(it.plan.conferences);
  expect(journaled(it).filter((line) => line.startsWith('intent'))).toEqual([
    'intent 1 p2 replace',
    'intent 2 p2 replace',
  ]);
});
