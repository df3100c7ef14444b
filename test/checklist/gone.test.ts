// A conference that is gone was lost or has expired: by its remaining life, the time between the
// sides, and the lives of the proxies that held it.

import { describe, expect, test } from 'vitest';
import type { ProxyView } from '../../src/domain/view.ts';
import { compareDrawn, type DrawnSide, inShort, MINUTE } from './drawn-sides.ts';

/** `k` on p1, or on both; others keep the sides comparable. */
const held = (k: Readonly<Record<string, string | null>>, lives: Record<string, number> = {}): DrawnSide => ({
  conferences: { base: { p1: 's1', p2: 's1' }, k },
  lives,
});
const gone: DrawnSide = { conferences: { base: { p1: 's1', p2: 's1' } } };
const START = 1_000_000;
/** A process that was started so many seconds after BEFORE was read; one before it by default. */
const process = (startedAfterBefore: number, uptimeSeconds: number): Partial<ProxyView> => ({
  startedAtSeconds: START + startedAfterBefore,
  uptimeSeconds,
  pid: 1_000 + startedAfterBefore,
});
const old = process(-900, 900);
const running = (afterSeconds: number) => process(-900, 900 + afterSeconds);

interface Case {
  readonly life: number;
  readonly afterMs: number;
  readonly k: Readonly<Record<string, string | null>>;
  readonly p1: Partial<ProxyView> | null;
  readonly p2: Partial<ProxyView> | null;
  readonly says: string;
}
const both = { p1: 's1', p2: 's1' };
const alone = { p1: 's1', p2: null };

describe('by life, time and processes', () => {
  test.each<[title: string, facts: Case]>([
    [
      'life left, its proxy runs on: removed',
      { life: 240_000, afterMs: MINUTE, k: both, p1: running(60), p2: running(60), says: 'lost k: removed' },
    ],
    [
      'life left, its only proxy was restarted without peers: lost',
      { life: 240_000, afterMs: MINUTE, k: alone, p1: process(20, 40), p2: running(60), says: 'lost k: restarted' },
    ],
    [
      'life left, its proxy is gone: lost with it',
      { life: 240_000, afterMs: MINUTE, k: alone, p1: null, p2: running(60), says: 'lost k: replaced' },
    ],
    [
      'its time was over, its proxy runs on: expired',
      { life: 30_000, afterMs: MINUTE, k: alone, p1: running(60), p2: running(60), says: 'expired k: time-over' },
    ],
    [
      'just about its time: expired, as no one can tell',
      { life: 62_000, afterMs: MINUTE, k: alone, p1: running(60), p2: running(60), says: 'expired k: time-over' },
    ],
    [
      'its proxy was restarted after its time was over: expired',
      { life: 10_000, afterMs: MINUTE, k: alone, p1: process(30, 30), p2: running(60), says: 'expired k: time-over' },
    ],
    [
      'restarted before its time was over, and over by now: gone either way',
      {
        life: 30_000,
        afterMs: MINUTE,
        k: alone,
        p1: process(10, 50),
        p2: running(60),
        says: 'expired k: replaced-before',
      },
    ],
    [
      'another proxy that held it runs on: its own table ended it',
      { life: 30_000, afterMs: MINUTE, k: both, p1: process(10, 50), p2: running(60), says: 'expired k: time-over' },
    ],
    [
      'all proxies replaced in ten minutes: its time was over in any case',
      { life: 240_000, afterMs: 10 * MINUTE, k: both, p1: null, p2: null, says: 'expired k: replaced-before' },
    ],
  ])('%s', (_title, { life, afterMs, k, p1, p2, says }) => {
    const names = ['p1', 'p2'].filter((name) => (name === 'p1' ? p1 : p2) !== null);
    const proxies = [...names, ...(names.length < 2 ? ['p3'] : [])];
    const conferences = { base: Object.fromEntries(proxies.map((name) => [name, 's1'])) };
    const views = { p1: p1 ?? {}, p2: p2 ?? {}, p3: process(5, afterMs / 1000 - 5) };
    const comparison = compareDrawn(
      { ...held(k, { k: life }), views: { p1: old, p2: old } },
      { conferences, proxies, views: Object.fromEntries(proxies.map((name) => [name, views[name as 'p1']])) },
      afterMs,
    );
    expect(inShort(comparison)).toEqual([says]);
    expect(comparison.exitCode).toBe(says.startsWith('lost') ? 2 : 0);
  });
});

test("each table's own expire: longer on the proxy that was restarted -> lost there", () => {
  const conferences = { base: both, k: both, long: { p1: 's1', p2: null } };
  const lives = { base: 298_000, k: 30_000, long: 1_800_000 };
  const comparison = compareDrawn(
    { conferences, lives, views: { p1: old, p2: old } },
    { ...gone, views: { p1: process(20, 580), p2: running(600) } },
    10 * MINUTE,
  );
  expect(inShort(comparison)).toEqual(['lost long: restarted', 'expired k: time-over']);
  expect(comparison.proxies.find(({ name }) => name === 'p1')).toMatchObject({ fate: 'restarted', emptied: true });
});

test('a proxy that is known to have come up empty takes what it alone held with it, even if that is over by now', () => {
  const p1 = { p1: 's1', p2: null };
  const comparison = compareDrawn(
    { conferences: { base: both, k: p1, long: p1, longer: p1 }, lives: { k: 30_000 }, views: { p1: old, p2: old } },
    { ...gone, views: { p1: process(10, 50), p2: running(60) } },
  );
  expect(inShort(comparison)).toEqual(['lost k: emptied', 'lost long: restarted', 'lost longer: restarted']);
});

test('entries that never end are lost, whenever they are gone', () => {
  const endless = { ...held(alone, { base: 0, k: 0 }), views: { p1: old, p2: old } };
  const comparison = compareDrawn(
    endless,
    { ...gone, lives: 0, views: { p1: running(36_000), p2: running(36_000) } },
    600 * MINUTE,
  );
  expect(inShort(comparison)).toEqual(['lost k: removed']);
  expect([...comparison.changes][0]).toMatchObject({ expiresInMs: null });
});

test('when a side was taken is not known, and no process tells: unclear, and no pass', () => {
  const unknown = {
    takenAt: null,
    views: { p1: { pid: null, uptimeSeconds: null }, p2: { pid: null, uptimeSeconds: null } },
  };
  const comparison = compareDrawn({ ...held(both), ...unknown }, { ...gone, ...unknown });
  expect([inShort(comparison), comparison.exitCode]).toEqual([['unclear k: no-times'], 3]);
});

test('when a side was taken is not known, and the uptimes tell: judged by them', () => {
  const comparison = compareDrawn(
    { ...held(both, { k: 30_000 }), takenAt: null, views: { p1: old, p2: old } },
    { ...gone, takenAt: null, views: { p1: running(60), p2: running(60) } },
  );
  expect(inShort(comparison)).toEqual(['expired k: time-over']);
});

test('the clock of the second job is an hour ahead: the uptimes count, and it is said', () => {
  const comparison = compareDrawn(
    { ...held(both, { k: 240_000 }), views: { p1: old, p2: old } },
    { ...gone, views: { p1: running(60), p2: running(60) } },
    60 * MINUTE,
  );
  expect(inShort(comparison)).toEqual(['lost k: removed']);
  expect(comparison.notes).toEqual([expect.stringMatching(/^The clocks of those who took the snapshots/)]);
});
