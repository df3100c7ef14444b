// Number and names of proxies, whether they answer, their versions, since when they run.

import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/domain/discovery.ts';
import type { LockState, SeenLock } from '../../src/domain/lock.ts';
import { type FactChanges, itemIn, said } from '../support/check-facts.ts';
import { mesh, meshFinding, proxyView, troubledProxy } from '../support/run-report.ts';

const names = ['hap-a', 'hap-b', 'hap-c'];

const catalogue = (proxies: readonly string[], isWhole = true): Catalogue => ({
  source: 'Consul',
  speaksOf: new Set(['proxies']),
  shards: [],
  liveReleases: [],
  tenantPins: [],
  proxies: proxies.map((name) => ({ name, address: null, region: null })),
  troubles: isWhole
    ? []
    : [{ part: 'proxies', datacenter: 'dc', message: 'silent', remedy: 'ask again', answerFromMs: null }],
});

describe('proxies', () => {
  test.each<[string, FactChanges['report'], string]>([
    ['no number expected, peers known', {}, 'pass: 3 proxies, and their peers name no other: hap-a, hap-b, hap-c'],
    ['as expected', { expected: { min: 3, max: 3 } }, 'pass: 3 proxies, as expected: hap-a, hap-b, hap-c'],
    ['within a range', { expected: { min: 2, max: 4 } }, 'pass: 3 proxies, as expected: hap-a, hap-b, hap-c'],
    ['too few', { expected: { min: 4, max: 4 } }, 'fail: 3 proxies (hap-a, hap-b, hap-c), expected 4'],
    ['too many', { expected: { min: 1, max: 2 } }, 'fail: 3 proxies (hap-a, hap-b, hap-c), expected 1 to 2'],
    [
      'a peer that was not read',
      { meshFindings: [meshFinding('peer-unread', 'hap-a', 'hap-d', 'hap-d is connected to hap-a')] },
      'fail: hap-d is connected to hap-a',
    ],
    [
      'discovery agrees',
      { catalogue: catalogue(names) },
      'pass: 3 proxies, and their peers name no other: hap-a, hap-b, hap-c',
    ],
    [
      'discovery has more',
      { catalogue: catalogue([...names, 'hap-d']) },
      'fail: Consul has hap-d, which was not asked',
    ],
    ['discovery has less', { catalogue: catalogue(['hap-a', 'hap-b']) }, 'fail: Consul does not have hap-c'],
    [
      'discovery has less and does not know all',
      { catalogue: catalogue(['hap-a', 'hap-b'], false) },
      'pass: 3 proxies, and their peers name no other: hap-a, hap-b, hap-c',
    ],
  ])('%s', (_, report, expected) => expect(said({ report }, 'proxies')).toBe(expected));

  test('no number expected and no peers known: there may be more', () => {
    const proxies = mesh(names).map((view) => ({ ...view, peersKnown: false }));
    expect(said({ report: { proxies } }, 'proxies')).toMatch(/^unknown: not known: whether there are more/);
  });

  test('after a scale-up a number or an inventory is needed: old proxies do not list a new one that started before them', () => {
    const rules = { profile: 'after-scale-up' } as const;
    expect(said({ rules }, 'proxies')).toMatch(/^unknown: not known: whether there are more/);
    expect(said({ rules, report: { expected: { min: 3, max: 3 } } }, 'proxies')).toMatch(/^pass/);
    expect(said({ rules, report: { catalogue: catalogue(names) } }, 'proxies')).toMatch(/^pass/);
    expect(said({ rules, sources: { namesProxies: true } }, 'proxies')).toMatch(/^pass/);
  });
});

describe('reachable', () => {
  test('each proxy that was not read, with the remedy of the first', () => {
    const proxies = [
      ...mesh(['hap-a']),
      troubledProxy('hap-b'),
      troubledProxy('hap-c', { status: 'locked', trouble: null }),
    ];
    expect(itemIn({ report: { proxies } }, 'reachable')).toMatchObject({
      result: 'fail',
      evidence: ['hap-b: connection refused by 10.0.0.5:22', 'not known: hap-c is locked, and was not asked'],
      remedy: expect.stringContaining('sshd'),
    });
  });
});

describe('locks', () => {
  const says = 'stage is locked by alice ("upgrade") until 12:00';
  const lock = (state: LockState): SeenLock => ({
    ...{ proxy: null, place: 'folder', owner: 'alice', reason: 'upgrade', sinceMs: 0, untilMs: 1 },
    ...{ state, path: '/locks/stage', says },
  });
  test.each([
    ['in-force', `fail: ${says}`],
    ['unreadable', `unknown: not known: ${says}`],
    ['ignored', `pass: nobody has locked the environment or a proxy; ignored: ${says}`],
    ['expired', 'pass: nobody has locked the environment or a proxy'],
  ] as const)('%s', (state, expected) => expect(said({ report: { locks: [lock(state)] } }, 'locks')).toBe(expected));

  test('a proxy that is locked', () => {
    const trouble = { code: 'locked', message: 'hap-c is locked by bob', remedy: 'wait' } as const;
    const proxies = [...mesh(['hap-a']), troubledProxy('hap-c', { status: 'locked', trouble })];
    expect(said({ report: { proxies } }, 'locks')).toBe('fail: hap-c is locked by bob');
    expect(said({ report: { proxies } }, 'reachable')).toBe('unknown: not known: hap-c is locked, and was not asked');
  });
});

describe('version', () => {
  const of = (...versions: readonly (string | null)[]) => ({
    proxies: versions.map((haproxy, n) => proxyView(`p${n}`, [], { haproxy })),
  });
  test.each<[string, string | null, readonly (string | null)[], RegExp]>([
    ['alike', null, ['2.8.3', '2.8.3'], /^pass: all run HAProxy 2\.8\.3$/],
    ['not alike', null, ['2.8.3', '2.6.12'], /^fail: HAProxy is 2\.8\.3 on p0; 2\.6\.12 on p1$/],
    ['as expected', '2.8', ['2.8.3', '2.8.3'], /^pass/],
    ['as expected, two patches', '2.8', ['2.8.3', '2.8.4'], /^pass: HAProxy is 2\.8\.3 on p0; 2\.8\.4 on p1$/],
    ['a distribution has more behind it', '2.6.12', ['2.6.12-1+deb12u4'], /^pass/],
    ['another', '2.8', ['2.8.3', '2.6.12'], /^fail: expected 2\.8: 2\.6\.12 on p1$/],
    ['2.8 is no beginning of 2.80', '2.8', ['2.80.1'], /^fail/],
    ['a point at the end', '2.', ['2.80.1'], /^pass/],
    ['all alike and not what is expected', '3.0', ['2.8.3', '2.8.3'], /^fail: expected 3\.0: 2\.8\.3 on p0, p1$/],
    ['one does not tell', null, ['2.8.3', null], /^unknown: not known: p1 did not tell its version$/],
  ])('%s', (_, haproxy, versions, expected) => {
    expect(said({ report: of(...versions), rules: { haproxy } }, 'version')).toMatch(expected);
  });
});

describe('loaded', () => {
  const proxies = mesh(names, { 'hap-b': { uptimeSeconds: 90 }, 'hap-c': { uptimeSeconds: 7300 } });
  test('since when each runs', () => {
    expect(said({ report: { proxies } }, 'loaded')).toBe(
      'pass: configuration loaded 240 h ago on hap-a; 90 s ago on hap-b; 2 h ago on hap-c',
    );
  });
  test('a proxy that loaded before the time that is asked for fails', () => {
    expect(said({ report: { proxies }, rules: { loadedWithinMs: 7_300_000 } }, 'loaded')).toBe(
      'fail: hap-a: it loaded its configuration 240 h ago',
    );
  });
  test('one that does not tell is unknown', () => {
    const untold = mesh(names, { 'hap-b': { uptimeSeconds: null } });
    expect(said({ report: { proxies: untold } }, 'loaded')).toBe(
      'unknown: not known: hap-b did not tell since when it runs',
    );
  });
  test('a young process is said, and is no fault', () => {
    const meshFindings = [meshFinding('restarted', 'hap-b', null, 'up for 90 s')];
    expect(said({ report: { proxies, meshFindings } }, 'loaded')).toMatch(/^pass: .*younger than entries live: hap-b$/);
  });
});
