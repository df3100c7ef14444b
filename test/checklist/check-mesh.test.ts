// A whole check: verdict, exit code and conclusion, and that nothing wrong passes.

import { describe, expect, test } from 'vitest';
import { type CheckItemId, checkItemIds, checkProfiles } from '../../src/domain/checklist.ts';
import { type FindingKind, findingKinds, type MeshFindingKind, meshFindingKinds } from '../../src/domain/finding.ts';
import { checkOf, type FactChanges, openItems } from '../support/check-facts.ts';
import { finding, findingList, mesh, meshFinding, troubledProxy } from '../support/run-report.ts';

const names = ['hap-a', 'hap-b', 'hap-c'];

describe('verdict and exit code', () => {
  const oneDown = [...mesh(['hap-a', 'hap-b']), troubledProxy('hap-c')];
  const split = { findings: findingList([finding('split', 'standup')]) };
  test.each<[string, FactChanges, string, number]>([
    ['a healthy mesh', {}, 'pass', 0],
    ['an item fails', { report: split }, 'fail', 2],
    ['an item is unknown', { sources: { alarms: { trouble: 'no' } } }, 'unknown', 3],
    [
      'one fails and one is unknown: 3 comes before 2',
      { report: split, sources: { alarms: { trouble: 'no' } } },
      'fail',
      3,
    ],
    ['a proxy that is not read: the view is incomplete', { report: { proxies: oneDown } }, 'fail', 3],
    ['a view that is incomplete though every item passes', { report: { view: 'incomplete' } }, 'unknown', 3],
    ['no proxy at all', { report: { proxies: [] } }, 'unknown', 3],
  ])('%s', (_, changes, verdict, exitCode) => {
    const result = checkOf(changes);
    expect([result.verdict, result.exitCode]).toEqual([verdict, exitCode]);
  });
});

/** The item that fails for each kind of mesh finding: a new kind is a type error here. */
const itemOf: Readonly<Record<MeshFindingKind, CheckItemId | null>> = {
  // Seen in the proxies themselves.
  // Seen in the locks.
  locked: null,
  unreachable: null,
  denied: null,
  truncated: null,
  'no-table': null,
  'peer-down': null,
  'peer-deaf': null,
  // `entries` and `emptied` say what a young proxy holds.
  restarted: null,
  // Seen in the versions.
  'version-skew': null,
  // Seen in the maps.
  'map-drift': null,
  'not-sticky': 'table',
  'table-drift': 'table',
  'peer-errors': 'peer-errors',
  'peer-unknown': 'peer-names',
  'peer-unread': 'proxies',
  'id-drift': 'server-ids',
  'server-drift': 'servers',
  'state-drift': 'server-states',
  'shard-doubtful': 'server-states',
  'version-unknown': 'version',
  'table-nearly-full': 'fill-level',
  emptied: 'emptied',
};

test.each(meshFindingKinds.filter((kind) => itemOf[kind] !== null))('mesh finding %s fails its item', (kind) => {
  const report = { meshFindings: [meshFinding(kind, 'hap-a', 'hap-x', 'because of it')] };
  expect(openItems({ report })).toEqual([`${itemOf[kind]} fail`]);
});

/** The item that fails for each kind of finding. */
const itemOfFinding: Readonly<Record<FindingKind, CheckItemId>> = {
  split: 'split-brain',
  missing: 'split-brain',
  mixed: 'split-brain',
  duplicated: 'split-brain',
  orphaned: 'orphaned',
  ambiguous: 'ambiguous',
  misplaced: 'people',
  scattered: 'people',
};

test.each(findingKinds)('finding %s fails its item', (kind) => {
  const shards = [] as const;
  const census = {
    ...{ takenAtMs: 0, shards, gaps: [], isWhole: true, rooms: 1, participants: 2, roomsWithoutEntry: 0 },
    ...{ entriesWithoutRoom: 0, participantsApart: 1, apart: [], moved: [] },
  };
  const report = { findings: findingList([finding(kind, 'standup')]), census };
  expect(openItems({ report, sources: { census: true } })).toEqual([`${itemOfFinding[kind]} fail`]);
});

test('every item is checked or said to be left out, once, in the order of the list', () => {
  const { items, notChecked } = checkOf();
  expect([...items, ...notChecked].map(({ id }) => id).sort()).toEqual([...checkItemIds].sort());
  expect(items.map(({ id }) => id)).toEqual(checkItemIds.filter((id) => items.some((item) => item.id === id)));
});

test('what passes has evidence and no remedy; what does not has both', () => {
  const proxies = [...mesh(['hap-a', 'hap-b']), troubledProxy('hap-c')];
  for (const changes of [{}, { report: { proxies } }, { sources: { alarms: { trouble: 'no' } } }]) {
    for (const { id, result, evidence, remedy } of checkOf(changes).items) {
      expect([id, evidence.length > 0, remedy === null]).toEqual([id, true, result === 'pass']);
    }
  }
});

test('the order of proxies changes nothing', () => {
  const proxies = mesh(names, { 'hap-c': { status: 'no-table', table: null, haproxy: '3.0.1' } });
  const one = openItems({ report: { proxies } });
  expect(openItems({ report: { proxies: proxies.toReversed() } })).toEqual(one);
  expect(one.length).toBeGreaterThan(2);
});

describe('profiles', () => {
  test('each says in words what is safe, and what is not', () => {
    const expected = { min: 3, max: 3 };
    const said = checkProfiles.map((profile) => [
      checkOf({ rules: { profile }, report: { expected } }).conclusion,
      checkOf({ rules: { profile }, report: { findings: findingList([finding('split', 'x')]) } }).conclusion,
      checkOf({ rules: { profile }, report: { expected }, sources: { alarms: { trouble: 'no' } } }).conclusion,
    ]);
    expect(new Set(said.flat()).size).toBe(3 * checkProfiles.length);
    expect(said[2]).toEqual([
      'Safe to take traffic: the new proxies hold everything. Safe to scale down the old ones.',
      expect.stringMatching(/^Not safe: /),
      expect.stringMatching(/^Not known to be safe: /),
    ]);
  });

  test('after a scale-up two versions may stand side by side, and not one entry may lack', () => {
    const rules = { profile: 'after-scale-up' } as const;
    const proxies = mesh(names, { 'hap-c': { haproxy: '2.8.3' } });
    expect(openItems({ report: { proxies } })).toEqual(['version fail']);
    const expected = { min: 3, max: 3 };
    expect(openItems({ report: { proxies, expected }, rules })).toEqual([]);
    const findings = findingList([finding('missing', 'standup', { absentOn: ['hap-c'] })]);
    expect(openItems({ report: { findings } })).toEqual(['split-brain fail']);
    expect(openItems({ report: { findings, expected }, rules })).toEqual(['entries fail', 'split-brain fail']);
  });
});

describe('a mesh without a table', () => {
  const proxies = mesh(names).map((view) => ({
    ...view,
    status: 'no-table' as const,
    table: null,
    peers: [],
    localPeer: null,
  }));
  const report = { proxies, view: 'incomplete' as const, expected: { min: 3, max: 3 } };

  test('unless it is said, the table is unknown: it may have another name', () => {
    const { exitCode, items } = checkOf({ report });
    expect([exitCode, items.find(({ id }) => id === 'table')]).toMatchObject([
      3,
      { result: 'unknown', remedy: expect.stringContaining('--without-table') },
    ]);
  });

  test('where it is said, what is about tables is left out, and the servers are compared', () => {
    const rules = { withoutTable: true };
    const { exitCode, notChecked } = checkOf({ report, rules });
    expect([exitCode, openItems({ report, rules })]).toEqual([0, []]);
    expect(notChecked.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['peer-links', 'table', 'entries', 'emptied', 'split-brain']),
    );
    const apart = proxies.map((view, n) => (n === 0 ? { ...view, servers: view.servers.slice(1) } : view));
    const meshFindings = [meshFinding('server-drift', 'hap-a', null, 'hap-a has no server 10.0.0.8:443')];
    expect(checkOf({ report: { ...report, proxies: apart, meshFindings }, rules }).exitCode).toBe(2);
  });

  test('without a number that is expected, nobody knows whether there are more', () => {
    expect(openItems({ report: { ...report, expected: null }, rules: { withoutTable: true } })).toEqual([
      'proxies unknown',
    ]);
  });

  test('a proxy that has the table all the same fails', () => {
    expect(openItems({ rules: { withoutTable: true }, report: { expected: { min: 3, max: 3 } } })).toEqual([
      'table fail',
    ]);
  });

  test('an unreachable proxy is no pass', () => {
    const some = [...proxies.slice(1), troubledProxy('hap-a')];
    expect(checkOf({ report: { ...report, proxies: some }, rules: { withoutTable: true } }).exitCode).toBe(3);
  });
});
