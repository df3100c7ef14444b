// The verdict on one conference: AGREE is said only where the routes themselves show it.

import { describe, expect, test } from 'vitest';
import { exitCodeOf, judgeConference, linksApart } from '../../src/analysis/conference-verdict.ts';
import type { ExplainedRoute, NextRequest } from '../../src/domain/explanation.ts';
import type { FindingKind } from '../../src/domain/finding.ts';
import { viewsOf } from '../support/model-look.ts';
import { draw } from '../support/model-run.ts';

const followed = (shard: string): NextRequest => ({ does: 'followed', rule: 'server-key', shard });
const absent: NextRequest = { does: 'placed-anew', why: 'absent', shard: null };
const down: NextRequest = { does: 'placed-anew', why: 'down', shard: 's1' };
const unread: NextRequest = { does: 'unknown', why: 'unread' };

function routesOf(...nexts: readonly NextRequest[]): readonly ExplainedRoute[] {
  return nexts.map(
    (next, n): ExplainedRoute => ({
      proxy: `p${n + 1}`,
      region: null,
      haproxy: '2.8.0',
      status: next === unread ? 'unreachable' : 'ok',
      trouble: null,
      entry: next === absent || next === unread ? null : { serverId: 11, serverKey: 's1', expiresInMs: 1_000 },
      next,
      shardState: null,
      doubt: null,
      isMixed: false,
      because: '',
    }),
  );
}

interface Case {
  readonly kinds?: readonly FindingKind[];
  readonly isChanging?: boolean;
  readonly view?: 'complete' | 'incomplete';
}

function verdictOn(nexts: readonly NextRequest[], { kinds = [], isChanging = false, view = 'complete' }: Case = {}) {
  const verdict = judgeConference({ routes: routesOf(...nexts), kinds, isChanging, view });
  return [verdict, exitCodeOf(verdict, view)];
}

const [s1, s2] = [followed('s1'), followed('s2')];

describe('verdict and exit code', () => {
  test.each<[string, readonly NextRequest[], Case, readonly [string, number]]>([
    ['{s1, s1}', [s1, s1], {}, ['agree', 0]],
    ['{s1, s2}, split', [s1, s2], { kinds: ['split'] }, ['apart', 2]],
    ['{s1, absent}, missing', [s1, absent], { kinds: ['missing'] }, ['apart', 2]],
    ['{s1, s1}, misplaced', [s1, s1], { kinds: ['misplaced'] }, ['apart', 2]],
    ['{s1, unread}', [s1, unread], { view: 'incomplete' }, ['incomplete', 3]],
    ['{s1, s1}, a peer unread', [s1, s1], { view: 'incomplete' }, ['incomplete', 3]],
    ['{s1, s2, unread}, split', [s1, s2, unread], { kinds: ['split'], view: 'incomplete' }, ['apart', 3]],
    ['{absent, unread}', [absent, unread], { view: 'incomplete' }, ['incomplete', 3]],
    ['{absent, absent}', [absent, absent], {}, ['unknown', 0]],
    ['{s1, s2}, not confirmed', [s1, s2], { isChanging: true }, ['changing', 3]],
    ['{s1, s2}, never a suspect', [s1, s2], {}, ['changing', 3]],
    ['{s1, absent}, excused', [s1, absent], {}, ['excused', 0]],
    ['{s1, s2, absent}, no finding', [s1, s2, absent], {}, ['changing', 3]],
    ['{s1, down}, no finding', [s1, down], {}, ['changing', 3]],
    ['{down, down}, orphaned', [down, down], { kinds: ['orphaned'] }, ['orphaned', 0]],
    ['{s1, s1}, ambiguous', [s1, s1], { kinds: ['ambiguous'] }, ['agree', 0]],
  ])('%s', (_, nexts, given, told) => {
    expect(verdictOn(nexts, given)).toEqual(told);
  });
});

test('links are named between proxies that differ, and between no others', () => {
  const views = viewsOf(draw({ k: { p1: 's1', p2: 's2', p3: 's2' } }));
  expect(linksApart(views, routesOf(s1, s2, s2)).map(({ one, other }) => `${one} ${other}`)).toEqual([
    'p1 p2',
    'p1 p3',
  ]);
  expect(linksApart(views, routesOf(s1, s1, s1))).toEqual([]);
  expect(linksApart(views, routesOf(s1, unread, s1))).toEqual([]);
});
