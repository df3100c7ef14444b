// A whole look at a model mesh: what is looked at again, how often and when, and what the report
// says.

import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/domain/run-report.ts';
import type { Settings } from '../../src/domain/settings.ts';
import { look } from '../../src/workflows/look.ts';
import { modelRun } from '../support/model-command-run.ts';
import { addresses, drawEntry } from '../support/model-look.ts';
import type { ModelMesh } from '../support/model-mesh.ts';
import { draw } from '../support/model-run.ts';

const SETTLE_MS = 5_000;
const confirm = (reads: number): Partial<Settings> => ({ confirm: { reads, settleMs: SETTLE_MS } });

/** What the report says, and for how long the run slept. */
async function lookedAt(mesh: ModelMesh, options: Parameters<typeof modelRun>[1] = {}) {
  const run = modelRun(mesh, { settings: confirm(2), ...options });
  const startedAt = run.clock.now();
  const report = await look(run);
  return { ...inShort(report), sleptMs: run.clock.now() - startedAt };
}

function inShort({ verdict, exitCode, counts, findings, run }: RunReport) {
  const found = [...findings].map(({ kind, key }) => `${kind} ${key}`);
  return { verdict, exitCode, found, inFlight: counts.inFlight, looks: run.looks };
}

describe('a live mesh', () => {
  test('{p1: s1, p2: s1} -> agree, after one look', async () => {
    expect(await lookedAt(draw({ k: { p1: 's1', p2: 's1' } }))).toEqual({
      verdict: 'agree',
      exitCode: 0,
      found: [],
      inFlight: 0,
      looks: 1,
      sleptMs: 0,
    });
  });

  test.each([2, 3, 4])(
    '{p1: s1, p2: s2} and reads: %i -> so many looks, the settle time before each but the first',
    async (reads) => {
      expect(await lookedAt(draw({ k: { p1: 's1', p2: 's2' } }), { settings: confirm(reads) })).toEqual({
        verdict: 'split',
        exitCode: 2,
        found: ['split k'],
        inFlight: 0,
        looks: reads,
        sleptMs: (reads - 1) * SETTLE_MS,
      });
    },
  );

  test('reads: 1 is looked at twice all the same: nothing is said after one look', async () => {
    const { looks, found } = await lookedAt(draw({ k: { p1: 's1', p2: 's2' } }), { settings: confirm(1) });
    expect([looks, found]).toEqual([2, ['split k']]);
  });

  test('{p1: s1, p2: s2}, and together while it settles -> in flight, agree', async () => {
    const mesh = draw({ k: { p1: 's1', p2: 's2' }, other: { p1: 's1', p2: 's2' } });
    const run = modelRun(mesh, { settings: confirm(2) });
    run.clock.after(SETTLE_MS / 2, () => {
      for (const key of ['k', 'other']) mesh.put('p2', key, drawEntry('s1', mesh, 'p2'));
    });
    expect(inShort(await look(run))).toEqual({
      verdict: 'agree',
      exitCode: 0,
      found: [],
      inFlight: 2,
      looks: 2,
    });
  });

  test('it comes together only before the third look -> in flight with reads: 3, split with reads: 2', async () => {
    const inThe = async (reads: number) => {
      const mesh = draw({ k: { p1: 's1', p2: 's2' } });
      const run = modelRun(mesh, { settings: confirm(reads) });
      run.clock.after(1.5 * SETTLE_MS, () => mesh.put('p2', 'k', drawEntry('s1', mesh, 'p2')));
      return inShort(await look(run)).found;
    };
    expect([await inThe(2), await inThe(3)]).toEqual([['split k'], []]);
  });

  test('{p1: s1, p2: nothing}, and filled in while it settles -> in flight', async () => {
    const mesh = draw({ k: { p1: 's1', p2: null } });
    const run = modelRun(mesh, { settings: confirm(2) });
    run.clock.after(1, () => mesh.put('p2', 'k', drawEntry('s1', mesh, 'p2')));
    expect(inShort(await look(run))).toMatchObject({ found: [], inFlight: 1, exitCode: 0 });
  });

  test('what begins to differ after the first look is not looked for: the next run finds it', async () => {
    const mesh = draw({ k: { p1: 's1', p2: 's2' }, late: { p1: 's1', p2: 's1' } });
    const run = modelRun(mesh, { settings: confirm(2) });
    run.clock.after(1, () => mesh.put('p2', 'late', drawEntry('s2', mesh, 'p2')));
    expect(inShort(await look(run)).found).toEqual(['split k']);
  });

  test('{p1: s1 in maintenance everywhere} -> orphaned, looked at again at once: it is no disagreement', async () => {
    const mesh = draw({ k: { p1: 's1', p2: 's1' } });
    for (const proxy of mesh.names) mesh.setState(proxy, addresses.s1!, 'maint');
    expect(await lookedAt(mesh)).toMatchObject({ exitCode: 0, found: ['orphaned k'], looks: 2, sleptMs: 0 });
  });

  test('p2 is gone -> incomplete, exit 3; what p1 and p3 say of k is said all the same', async () => {
    const mesh = draw({ k: { p1: 's1', p2: 's1', p3: 's2' } });
    expect(await lookedAt(mesh, { gone: ['p2'] })).toMatchObject({ verdict: 'split', exitCode: 3, found: ['split k'] });
  });

  test('all are gone -> incomplete, after one look', async () => {
    expect(await lookedAt(draw({ k: { p1: 's1', p2: 's2' } }), { gone: ['p1', 'p2'] })).toMatchObject({
      verdict: 'incomplete',
      exitCode: 3,
      found: [],
      looks: 1,
    });
  });

  test('fewer proxies than there must be -> incomplete', async () => {
    const mesh = { expected: { min: 3, max: 3 } };
    expect(await lookedAt(draw({ k: { p1: 's1', p2: 's1' } }), { mesh })).toMatchObject({
      verdict: 'incomplete',
      exitCode: 3,
    });
  });

  test('interrupted while it settles -> rejects with the reason, and nothing was judged', async () => {
    const controller = new AbortController();
    const run = modelRun(draw({ k: { p1: 's1', p2: 's2' } }), { settings: confirm(2), signal: controller.signal });
    run.clock.after(1, () => controller.abort(new Error('Ctrl-C')));
    await expect(look(run)).rejects.toThrow('Ctrl-C');
  });
});

test('saved dumps: {p1: s1, p2: s2} -> split after one look, and nothing is waited for', async () => {
  const mesh = { kind: 'saved', source: 'dumps/today', apartMs: 0 } as const;
  const run = modelRun(draw({ k: { p1: 's1', p2: 's2' } }), { settings: confirm(3), mesh });
  const startedAt = run.clock.now();
  const report = await look(run);
  expect({ ...inShort(report), source: report.run.source, sleptMs: run.clock.now() - startedAt }).toEqual({
    verdict: 'split',
    exitCode: 2,
    found: ['split k'],
    inFlight: 0,
    looks: 1,
    source: 'dumps/today',
    sleptMs: 0,
  });
});
