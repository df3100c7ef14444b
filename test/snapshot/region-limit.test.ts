// Neighbours do not dump at the same time; strangers do.

import { expect, test } from 'vitest';
import { collect } from '../../src/snapshot/collect.ts';
import { limitByRegion } from '../../src/snapshot/region-limit.ts';
import { scriptedTransport } from '../support/scripted-transport.ts';
import { dumpText, gridFor, healthy, memberOf, options } from './scripted-proxies.ts';

test('regions alternate: none waits while another has several in line', () => {
  expect(limitByRegion(['a', 'a', 'a', 'b', null, 'b', null], 1).order).toEqual([0, 3, 4, 6, 1, 5, 2]);
  expect(limitByRegion([], 1).order).toEqual([]);
});

test('a turn that fails is over', async () => {
  const turns = limitByRegion(['a', 'a'], 1);
  const failed = turns.take(0, () => Promise.reject(new Error('broken')));
  const next = turns.take(1, async () => 'dumped');
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('dumped');
});

test.each([
  [1, { a: 1, b: 1, unknown: 3 }],
  [2, { a: 2, b: 2, unknown: 3 }],
  [9, { a: 4, b: 2, unknown: 3 }],
])('perRegion %i: at most so many dumps of a region at once, and no fewer', async (perRegion, expected) => {
  const regions = ['a', 'a', 'a', 'a', 'b', 'b', null, null, null];
  const under = new Map<string, number>();
  const most: Record<string, number> = {};
  const dumping: (() => void)[] = [];
  const members = regions.map((region, proxy) => {
    const inner = scriptedTransport(healthy);
    const name = region ?? 'unknown';
    const member = memberOf(`p${proxy}`, {
      close: inner.close,
      async ask(request, onChunk, how) {
        if (request !== 'show table nodes\n') return inner.ask(request, onChunk, how);
        under.set(name, (under.get(name) ?? 0) + 1);
        most[name] = Math.max(most[name] ?? 0, under.get(name)!);
        await new Promise<void>((resolve) => dumping.push(resolve));
        await onChunk(Buffer.from(dumpText, 'latin1'));
        under.set(name, under.get(name)! - 1);
      },
    });
    return { ...member, target: { ...member.target, region } };
  });
  const done = collect(members, gridFor(members), options({ perRegion }));
  let ended = false;
  void done.finally(() => {
    ended = true;
  });
  // Whoever may dump has begun when nothing else is left to do; then all of them end together.
  while (!ended) {
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    for (const end of dumping.splice(0)) end();
  }
  expect((await done).map(({ status }) => status)).toEqual(regions.map(() => 'ok'));
  expect(most).toEqual(expected);
});
