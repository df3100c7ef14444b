// Two looks against each other, as pictures: what counts as moved, and what does not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { server } from '../support/model-look.ts';
import { bothSides, compareDrawn, comparedSides, countsOf, type DrawnSide, inShort, MINUTE } from './drawn-sides.ts';

const on = (shard: string | null, other: string | null = shard) => ({ p1: shard, p2: other });
const sideWith = (...conferences: readonly (readonly [string, ReturnType<typeof on>])[]): DrawnSide => ({
  conferences: Object.fromEntries(conferences),
});
const base = ['base', on('s1')] as const;

describe('one conference, beside one that stays', () => {
  test.each<
    [title: string, before: ReturnType<typeof on>, after: ReturnType<typeof on>, changes: string[], exit: number]
  >([
    ['same shard', on('s1'), on('s1'), [], 0],
    ['another shard', on('s1'), on('s2'), ['moved k: s1 -> s2'], 2],
    ['another shard, and one proxy lacks it', on('s1'), on('s2', null), ['moved k: s1 -> s2'], 2],
    ['a proxy that lacks it changes nothing', on('s1', null), on('s1'), [], 0],
    ['the id changed and the key leads to the same shard', on('s1'), on('s2/s1'), [], 0],
    ['the key changed and the id is the same', on('s1'), on('s1/s2'), ['moved k: s1 -> s2'], 2],
    ['no key any more: the id leads', on('s1'), on('s1/-'), [], 0],
    ['split at AFTER', on('s1'), on('s1', 's2'), ['apart k: s1 -> s1|s2'], 2],
    ['split at BEFORE, now on one of its shards', on('s1', 's2'), on('s1'), ['apart k: s1|s2 -> s1'], 0],
    ['split at BEFORE, now on neither of its shards', on('s1', 's2'), on('s3'), ['apart k: s1|s2 -> s3'], 2],
    ['split on both sides alike', on('s1', 's2'), on('s1', 's2'), ['apart k: s1|s2 -> s1|s2'], 2],
    ['new', on(null), on('s1'), ['new k:  -> s1'], 0],
    ['new, and split', on(null), on('s1', 's2'), ['apart k:  -> s1|s2'], 2],
    ['gone long before its time', on('s1'), on(null), ['lost k: removed'], 2],
  ])('%s: %o -> %o', (_title, before, after, changes, exit) => {
    const comparison = compareDrawn(sideWith(base, ['k', before]), sideWith(base, ['k', after]));
    expect([inShort(comparison), comparison.exitCode]).toEqual([changes, exit]);
  });
});

describe('shards that take no requests', () => {
  const maint = { s1: 'maint' } as const;
  const compared = (before: DrawnSide, after: DrawnSide) => {
    const comparison = compareDrawn(before, after);
    return [inShort(comparison), comparison.verdict, comparison.exitCode];
  };
  const kept = sideWith(['base', on('s2')], ['k', on('s1')]);

  test('its shard went into maintenance: the conference has none, and that is no pass', () => {
    expect(compared(kept, { ...kept, mesh: { states: maint } })).toEqual([['orphaned k: s1 -> s1'], 'changed', 2]);
  });

  test('its shard was in maintenance and is so still: not the time between that did it', () => {
    const down = { ...kept, mesh: { states: maint } };
    expect(compared(down, down)).toEqual([['orphaned k: s1 -> s1'], 'kept', 0]);
  });

  test('its shard was in maintenance and takes requests again: it stayed', () => {
    expect(compared({ ...kept, mesh: { states: maint } }, kept)).toEqual([[], 'kept', 0]);
  });

  test('its shard was in maintenance, and it is elsewhere now: it moved', () => {
    const moved = sideWith(['base', on('s2')], ['k', on('s3')]);
    expect(compared({ ...kept, mesh: { states: maint } }, moved)).toEqual([['moved k: s1 -> s3'], 'changed', 2]);
  });

  test('draining shards are followed', () => {
    expect(compared(kept, { ...kept, mesh: { states: { s1: 'drain' } } })).toEqual([[], 'kept', 0]);
  });

  test('its server is gone at AFTER: no shard', () => {
    const servers = { p1: [server('s2')], p2: [server('s2')] };
    const comparison = compareDrawn(kept, { ...kept, mesh: { servers } });
    expect([inShort(comparison), comparison.exitCode]).toEqual([['orphaned k: s1 -> s1'], 2]);
    expect(comparison.servers).toMatchObject([
      { name: 's1', kinds: ['gone'] },
      { name: 's3', kinds: ['gone'] },
    ]);
  });
});

describe('what is not whole is no pass', () => {
  const side = sideWith(base);
  test.each<[title: string, before: DrawnSide, after: DrawnSide, gap: RegExp]>([
    ['a proxy of AFTER not read', side, { ...side, views: { p2: { status: 'unreachable' } } }, /^p2 was not read/],
    ['a proxy of BEFORE not read', { ...side, views: { p1: { status: 'unreachable' } } }, side, /^p1 was not read/],
    ['fewer proxies than expected', side, { ...side, expected: { min: 3, max: 3 } }, /^2 proxies where 3 are expected/],
    ['no entries at BEFORE', { conferences: {} }, side, /holds a conference/],
    ['no entries at AFTER', side, { conferences: {} }, /holds a conference/],
    ['a peer that nobody read', { ...side, proxies: ['p1'], conferences: { base: { p1: 's1' } } }, side, /^$/],
  ])('%s -> 3', (title, before, after, gap) => {
    const outside = title.startsWith('a peer')
      ? { ...before, views: { p1: { peers: [{ name: 'p9', state: 'up' as const, protocolErrors: 0 }] } } }
      : before;
    const comparison = compareDrawn(outside, after);
    expect([comparison.view, comparison.exitCode]).toEqual(['incomplete', 3]);
    const gaps = [...comparison.before.gaps, ...comparison.after.gaps];
    expect(gaps).toEqual([expect.stringMatching(title.startsWith('a peer') ? /^p9 shares the table with p1/ : gap)]);
  });

  test('nothing in common: no shard was compared, and it says so', () => {
    const comparison = compareDrawn(sideWith(['old', on('s1')]), sideWith(['young', on('s1')]), 60 * MINUTE);
    expect([comparison.verdict, comparison.exitCode, countsOf(comparison)]).toEqual([
      'incomplete',
      3,
      { expired: 1, new: 1 },
    ]);
    expect(comparison.notes).toContain('No conference has one shard on each side, so that no shard was compared.');
  });

  test('moved, and a proxy was not read: both are said, and 3 counts', () => {
    const after = { ...sideWith(['base', on('s2')]), views: { p2: { status: 'unreachable' as const } } };
    expect(compareDrawn(side, after)).toMatchObject({ verdict: 'changed', view: 'incomplete', exitCode: 3 });
  });

  test('gone, and AFTER was not read in full: it may be on the proxy that was not', () => {
    const before = sideWith(base, ['k', on('s1')]);
    const after = { ...sideWith(base), views: { p2: { status: 'unreachable' as const } } };
    expect(inShort(compareDrawn(before, after))).toEqual(['unclear k: not-read']);
  });
});

describe('properties', () => {
  const shards = fc.constantFrom('s1', 's2', 's3', 's1/-', 's1/s2', null);
  const names = ['p1', 'p2', 'p3'];
  const conferences = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    fc.record({ p1: shards, p2: shards, p3: shards }),
  );
  const strip = (comparison: ReturnType<typeof compareDrawn>) => {
    const { changes, proxies, ...rest } = comparison;
    return { ...rest, changes: [...changes], proxies: [...proxies].sort((a, b) => (a.name < b.name ? -1 : 1)) };
  };

  test('a look against itself: nothing moved, nothing is gone or new', () => {
    fc.assert(
      fc.property(conferences, (drawn) => {
        const { before } = bothSides({ conferences: drawn, proxies: names }, { conferences: {} });
        const { comparison } = comparedSides({ before, after: before });
        const { moved, lost, expired, unclear, new: added } = comparison.counts;
        expect([moved, lost, expired, unclear, added]).toEqual([0, 0, 0, 0, 0]);
        expect(comparison.proxies.map(({ fate }) => fate)).toEqual(['same', 'same', 'same']);
      }),
    );
  });

  test('the order of the proxies changes nothing', () => {
    const order = fc.shuffledSubarray(names, { minLength: names.length });
    fc.assert(
      fc.property(conferences, conferences, order, order, (was, is, one, other) => {
        const sides = (first: readonly string[], second: readonly string[]) =>
          compareDrawn(
            { conferences: was, proxies: names, order: () => first },
            { conferences: is, proxies: names, order: () => second },
          );
        expect(strip(sides(one, other))).toEqual(strip(sides(names, names)));
      }),
    );
  });

  test('every conference of a side is counted once', () => {
    fc.assert(
      fc.property(conferences, conferences, (was, is) => {
        const comparison = compareDrawn({ conferences: was, proxies: names }, { conferences: is, proxies: names });
        const { before: _before, after: _after, kept, ...kinds } = comparison.counts;
        const held = (side: typeof was) => Object.keys(side).filter((key) => Object.values(side[key]!).some(Boolean));
        const all = new Set([...held(was), ...held(is)]);
        expect(Object.values(kinds).reduce((sum, count) => sum + count, kept)).toBe(all.size);
        expect([...comparison.changes]).toHaveLength(all.size - kept);
      }),
    );
  });
});
