// The run in one word and one number.

import { expect, test } from 'vitest';
import { judgeRun } from '../../src/analysis/verdict.ts';
import { countByKind } from '../../src/domain/finding.ts';

const none = countByKind(() => 0);
const counts = {
  proxies: 3,
  proxiesReporting: 3,
  conferences: 9,
  inFlight: 0,
};

test.each([
  ['all read, nothing found', {}, {}, 'agree', 0],
  ['a split', { byKind: { ...none, split: 1 } }, {}, 'split', 2],
  ['something missing', { byKind: { ...none, missing: 1 } }, {}, 'split', 2],
  ['something mixed', { byKind: { ...none, mixed: 1 } }, {}, 'split', 2],
  ['something duplicated', { byKind: { ...none, duplicated: 1 } }, {}, 'split', 2],
  [
    'orphaned and ambiguous are reported only',
    { byKind: { ...none, orphaned: 4, ambiguous: 2 }, inFlight: 3 },
    {},
    'agree',
    0,
  ],
  ['a proxy not read', { proxiesReporting: 2 }, {}, 'incomplete', 3],
  [
    'a proxy not read and a split: worse was seen',
    { proxiesReporting: 2, byKind: { ...none, split: 1 } },
    {},
    'split',
    3,
  ],
  ['fewer proxies than there must be', {}, { expectedAtLeast: 4 }, 'incomplete', 3],
  ['no proxies', { proxies: 0, proxiesReporting: 0 }, {}, 'incomplete', 3],
  ['routes that are not known', {}, { unknownRoutes: 1 }, 'incomplete', 3],
  ['a connected peer that nobody read', {}, { unreadPeers: 1 }, 'incomplete', 3],
  ['a locked environment', {}, { isLocked: true }, 'incomplete', 3],
  [
    'a locked environment and a split: worse was seen',
    { byKind: { ...none, split: 1 } },
    { isLocked: true },
    'split',
    3,
  ],
] as const)('%s -> %s', (_, found, coverage, verdict, exitCode) => {
  expect(
    judgeRun(
      { ...counts, byKind: none, ...found },
      { expectedAtLeast: 0, unknownRoutes: 0, unreadPeers: 0, isLocked: false, ...coverage },
    ),
  ).toEqual({
    verdict,
    view: exitCode === 3 ? 'incomplete' : 'complete',
    exitCode,
  });
});
