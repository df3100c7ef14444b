// What two tables do differently is told by the entries that both hold, and claimed only where they
// prove it.

import { describe, expect, test } from 'vitest';
import { learnExpiries } from '../../src/analysis/expiry.ts';
import { createMeshContext, routeGrid } from '../../src/analysis/routed-grid.ts';
import type { ProxyView } from '../../src/domain/view.ts';
import { createEntryGrid } from '../../src/snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../../src/snapshot/grid/key-table.ts';
import { entryInPlace } from '../support/entry-in-place.ts';
import { mesh } from '../support/run-report.ts';

/**
 * By key: the seconds that the entry has left on a, on b, and on c where there is one; `null`:
 * absent.
 */
type Lives = Readonly<Record<string, readonly (number | null)[]>>;

interface Circumstances {
  readonly b?: Partial<ProxyView>;
  readonly marginMs?: number;
  /** How long a has run; the others have for ten days, unless `b` says otherwise. */
  readonly upA?: number;
}

function learn(lives: Lives, { b = {}, marginMs = 1_000, upA = 864_000 }: Circumstances = {}) {
  const names = ['a', 'b', 'c'].slice(0, Object.values(lives)[0]!.length);
  const proxyCount = names.length;
  const grid = createEntryGrid({ keys: createKeyTable(1), proxyCount, admitsNewKeys: true, keepsExpiries: false });
  const longest = names.map(() => 0);
  for (const proxy of names.keys()) {
    const sink = grid.column(proxy);
    for (const [key, left] of Object.entries(lives)) {
      const seconds = left[proxy];
      if (seconds === null || seconds === undefined) continue;
      sink.entry(entryInPlace({ key, serverKey: '10.0.0.8:443', expiresInMs: seconds * 1000 }));
      longest[proxy] = Math.max(longest[proxy]!, seconds * 1000);
    }
  }
  const views = mesh(names, { a: { uptimeSeconds: upA }, b }).map((view, proxy) => ({
    ...view,
    table: { ...view.table!, maxExpiresInMs: longest[proxy]! },
  }));
  const look = routeGrid(grid, createMeshContext(views));
  const expiries = learnExpiries(look, marginMs);
  const rowOf = (key: string) => Object.keys(lives).indexOf(key);
  return {
    ended: (key: string) => expiries.hasEnded(look, rowOf(key), grid.maxExpiresInMs(rowOf(key))),
    proven: expiries.findings(false).map(({ because }) => because),
    assumed: expiries.findings(true).map(({ because }) => because),
  };
}

const shorter = 'entries expire about 240 s sooner on b than on a: the tables have different `expire`';

describe('b keeps its entries for 240 s less', () => {
  test('entries touched at different times prove it; what is absent there has ended', () => {
    const learnt = learn({ busy: [299, 59], calm: [270, 30], idle: [200, null], late: [260, null] });
    expect([learnt.ended('idle'), learnt.ended('late'), learnt.proven]).toEqual([true, false, [shorter]]);
  });

  test('a single entry is no proof, and explains what is absent all the same: then it is told', () => {
    const learnt = learn({ busy: [299, 59], idle: [200, null] });
    expect([learnt.ended('idle'), learnt.proven, learnt.assumed]).toEqual([true, [], [shorter]]);
  });
});

test.each<[string, number, number | null, boolean]>([
  ['both processes are younger than the difference: no link was down for so long', 60, 90, true],
  ['one of them is older: a link may have been down', 60, 250, false],
  ['how old one of them is, is not known', 60, null, false],
])('entries that were touched all at once; %s', (_, upA, uptimeSeconds, isProven) => {
  const { proven } = learn({ one: [299, 59], two: [298, 58] }, { upA, b: { uptimeSeconds } });
  expect(proven).toEqual(isProven ? [shorter] : []);
});

describe('one `expire`', () => {
  test.each<[string, Lives]>([
    ['all alike', { one: [299, 299], two: [200, 199], idle: [100, null] }],
    [
      'b heard late of what was touched at different times: a link that was down',
      { one: [290, 250], two: [280, 180], idle: [100, null] },
    ],
    ['nothing in common: the one is busy, the other quiet', { one: [299, null], two: [null, 230], idle: [100, null] }],
  ])('%s: nothing is claimed, and an absence stays one', (_, lives) => {
    const { ended, proven, assumed } = learn(lives);
    expect([ended('idle'), proven, assumed]).toEqual([false, [], []]);
  });

  test('over a link that is down nothing can be learnt', () => {
    const b = { peers: [{ name: 'a', state: 'down' as const, protocolErrors: 0 }] };
    expect(learn({ busy: [299, 59], calm: [270, 30], idle: [200, null] }, { b }).ended('idle')).toBe(false);
  });

  test('as far apart as the two were read is no difference', () => {
    const lives = { busy: [299, 259], calm: [270, 230], idle: [30, null] };
    expect(learn(lives, { marginMs: 31_000 }).proven).toEqual([]);
    expect(learn(lives, { marginMs: 29_000 }).proven).toHaveLength(1);
  });
});

test('entries without an end', () => {
  expect(learn({ one: [0, 0], two: [0, null] }).ended('two')).toBe(false);
  const mixed = learn({ one: [0, 299], two: [0, null] });
  expect([mixed.ended('two'), mixed.proven]).toEqual([
    true,
    ['entries expire on b and never on a: the tables have different `expire`'],
  ]);
});

describe('one proxy of three has longer lives than the others', () => {
  test.each<[string, Lives]>([
    ['by 300 s', { busy: [299, 299, 599], calm: [270, 270, 570], lost: [250, null, 550], own: [null, null, 290] }],
    ['by all', { busy: [299, 299, 0], calm: [270, 270, 0], lost: [250, null, 0], own: [null, null, 0] }],
  ])('%s: what it alone holds has ended elsewhere, what another holds as well is missing', (_, lives) => {
    const { ended } = learn(lives);
    expect([ended('own'), ended('lost')]).toEqual([true, false]);
  });

  test('and says otherwise of the one that is missing: it is missing', () => {
    expect(learn({ busy: [299, 299, 599], calm: [270, 270, 570], lost: [250, null, 290] }).ended('lost')).toBe(false);
  });
});
