// The table: there, alike, with the same entries, with room left.

import { describe, expect, test } from 'vitest';
import type { ProxyView, TableView } from '../../src/domain/view.ts';
import { said } from '../support/check-facts.ts';
import { finding, findingList, mesh, meshFinding, proxyView } from '../support/run-report.ts';

const names = ['hap-a', 'hap-b', 'hap-c'];

function holding(entries: readonly number[], changes: Partial<TableView> = {}): readonly ProxyView[] {
  const usual = proxyView('any', []).table!;
  return mesh(names).map((view, n) => ({
    ...view,
    table: { ...usual, entries: entries[n]!, used: entries[n]!, ...changes },
  }));
}

const missing = (count: number) =>
  findingList(Array.from({ length: count }, (_, n) => finding('missing', `room-${n}`, { absentOn: ['hap-c'] })));

describe('entries and emptied', () => {
  test.each([
    [[0, 0, 0], 0, 'pass: no proxy holds an entry', 'pass'],
    [[100, 100, 100], 0, 'pass: 100 entries on each proxy', 'pass'],
    [[1000, 1000, 960], 0, 'pass: 960 to 1000 entries on each proxy', 'pass'],
    [[1000, 1000, 940], 0, 'fail: hap-c holds 940 entries, the fullest holds 1000', 'pass'],
    [[1000, 1000, 0], 0, 'fail: hap-c holds 0 entries, the fullest holds 1000', 'fail'],
    [[1000, 1000, 499], 0, 'fail: hap-c holds 499 entries, the fullest holds 1000', 'fail'],
    [[12, 12, 0], 0, 'fail: hap-c holds 0 entries, the fullest holds 12', 'fail'],
    // Two looks decide about a few entries, not the numbers of one.
    [[3, 3, 0], 3, 'fail: hap-c holds 0 entries, the fullest holds 3', 'fail'],
    [[1, 0, 0], 0, 'pass: 0 to 1 entries on each proxy', 'pass'],
  ])('%j, %i missing', (entries, count, ofEntries, ofEmptied) => {
    const report = { proxies: holding(entries), findings: missing(count) };
    expect(said({ report }, 'entries')).toBe(ofEntries);
    expect(said({ report }, 'emptied')).toMatch(new RegExp(`^${ofEmptied}: `));
  });

  test('however long it runs: a proxy that missed its resync is empty with every link up', () => {
    const proxies = holding([60, 60, 0]).map((view) => ({ ...view, uptimeSeconds: 8_640_000 }));
    expect(said({ report: { proxies } }, 'emptied')).toBe(
      'fail: hap-c holds 0 of 60 entries: it lost them, or never got them',
    );
  });

  test('after a scale-up one conference is enough, and where it lacks is said', () => {
    const report = { proxies: holding([1000, 1000, 999]), findings: missing(1) };
    expect(said({ report, rules: { profile: 'after-scale-up' } }, 'entries')).toBe(
      'fail: 1 conference is missing on hap-c',
    );
    expect(said({ report }, 'entries')).toMatch(/^pass/);
  });

  test('a proxy that was not read in full', () => {
    const proxies = holding([60, 60, 30]).map((view, n) =>
      n === 2 ? { ...view, status: 'truncated' as const } : view,
    );
    for (const id of ['entries', 'emptied', 'table', 'fill-level'] as const)
      expect(said({ report: { proxies } }, id)).toBe('unknown: not known: hap-c could not be read in full');
  });

  test('a table that is spread over its peers', () => {
    const report = { proxies: holding([60, 10, 30], { isSpread: true }) };
    expect(said({ report }, 'entries')).toMatch(/^unknown: not known: the table is spread/);
    expect(said({ report }, 'emptied')).toMatch(/^pass/);
  });

  test('a mesh finding of the look counts too', () => {
    const meshFindings = [meshFinding('emptied', 'hap-c', null, '0 entries, far fewer than the others')];
    expect(said({ report: { meshFindings } }, 'emptied')).toBe('fail: hap-c: 0 entries, far fewer than the others');
  });
});

describe('table', () => {
  test('there and alike', () => {
    expect(said({}, 'table')).toBe('pass: table nodes is there everywhere, declared alike: type string, size 204800');
  });

  test('not on one', () => {
    const trouble = { code: 'no-such-table', message: 'there is no table "nodes"', remedy: '' } as const;
    const proxies = mesh(names, { 'hap-c': { status: 'no-table', table: null, trouble } });
    expect(said({ report: { proxies } }, 'table')).toMatch(/^fail: hap-c: there is no table "nodes"/);
  });

  test('declared otherwise', () => {
    const meshFindings = [meshFinding('table-drift', null, null, 'table size is 1 on hap-a; 2 on hap-b')];
    expect(said({ report: { meshFindings } }, 'table')).toBe('fail: table size is 1 on hap-a; 2 on hap-b');
  });
});

test('fill-level', () => {
  expect(said({}, 'fill-level')).toBe('pass: the fullest table is 0.6 % full');
  const meshFindings = [meshFinding('table-nearly-full', 'hap-a', null, '190000 of 204800 entries are used')];
  expect(said({ report: { meshFindings } }, 'fill-level')).toBe('fail: hap-a: 190000 of 204800 entries are used');
});
