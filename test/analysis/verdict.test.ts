// The run in one word and one number.

import { expect, test } from 'vitest';
import { judgeRun } from '../../src/analysis/verdict.ts';

const counts = {
  proxies: 3,
  proxiesReporting: 3,
  conferences: 9,
  split: 0,
  missing: 0,
  mixed: 0,
  orphaned: 0,
  ambiguous: 0,
  duplicated: 0,
  inFlight: 0,
};

test.each([
  ['all read, nothing found', {}, {}, 'agree', 0],
  ['a split', { split: 1 }, {}, 'split', 2],
  ['something missing', { missing: 1 }, {}, 'split', 2],
  ['something mixed', { mixed: 1 }, {}, 'split', 2],
  ['something duplicated', { duplicated: 1 }, {}, 'split', 2],
  ['orphaned and ambiguous are reported only', { orphaned: 4, ambiguous: 2, inFlight: 3 }, {}, 'agree', 0],
  ['a proxy not read', { proxiesReporting: 2 }, {}, 'incomplete', 3],
  ['a proxy not read and a split: worse was seen', { proxiesReporting: 2, split: 1 }, {}, 'split', 3],
  ['fewer proxies than there must be', {}, { expectedAtLeast: 4 }, 'incomplete', 3],
  ['no proxies', { proxies: 0, proxiesReporting: 0 }, {}, 'incomplete', 3],
  ['routes that are not known', {}, { unknownRoutes: 1 }, 'incomplete', 3],
  ['a connected peer that nobody read', {}, { unreadPeers: 1 }, 'incomplete', 3],
] as const)('%s -> %s', (_, found, coverage, verdict, exitCode) => {
  expect(
    judgeRun({ ...counts, ...found }, { expectedAtLeast: 0, unknownRoutes: 0, unreadPeers: 0, ...coverage }),
  ).toEqual({
    verdict,
    view: exitCode === 3 ? 'incomplete' : 'complete',
    exitCode,
  });
});
