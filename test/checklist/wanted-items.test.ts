// What there ought to be: known or not, maps that differ, a live release that nobody serves.

import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/domain/discovery.ts';
import type { MapView, ProxyView } from '../../src/domain/view.ts';
import { checkOf, itemIn, said } from '../support/check-facts.ts';
import { mesh, troubledProxy } from '../support/run-report.ts';

const names = ['hap-a', 'hap-b', 'hap-c'];
const read = (entries: Readonly<Record<string, string>>): MapView => ({
  kind: 'read',
  entries: new Map(Object.entries(entries)),
});
const unread: MapView = { kind: 'unknown', isAbsent: false, why: 'no answer' };
const absent: MapView = { kind: 'unknown', isAbsent: true, why: 'no such map' };

/** Every proxy with the live release `nodes`, whose servers are up; changed by name. */
function mapped(changes: Readonly<Record<string, Partial<NonNullable<ProxyView['maps']>>>> = {}): readonly ProxyView[] {
  return mesh(names).map((view) => ({
    ...view,
    maps: { live: read({ live: 'nodes' }), tenant: read({ acme: 'nodes' }), ...changes[view.name] },
  }));
}

const catalogue: Catalogue = {
  ...{ source: 'Consul', speaksOf: new Set(['live']), shards: [], tenantPins: [], proxies: [] },
  ...{ liveReleases: [{ datacenter: 'dc', release: 'nodes' }], troubles: [] },
};
const sources = { discovery: 'catalogue' } as const;

describe('maps and live-release', () => {
  test('alike', () => {
    expect(said({ sources, report: { proxies: mapped(), catalogue } }, 'maps')).toBe(
      'pass: live release and tenant pins are alike on 3 proxies, and as Consul says',
    );
    expect(said({ sources, report: { proxies: mapped(), catalogue } }, 'live-release')).toBe(
      'pass: nodes has a usable server on every proxy',
    );
  });

  test('a pin differs', () => {
    const proxies = mapped({ 'hap-c': { tenant: read({ acme: 'other' }) } });
    expect(said({ sources, report: { proxies } }, 'maps')).toMatch(/^fail: .*hap-c.*acme is other, ought to be nodes$/);
  });

  test('a map that could not be read is unknown, one that is not there fails', () => {
    const report = { proxies: mapped({ 'hap-c': { tenant: unread } }), catalogue };
    expect(said({ sources, report }, 'maps')).toBe('unknown: not known: a map of hap-c: no answer');
    const lacking = { proxies: mapped({ 'hap-c': { tenant: absent } }), catalogue };
    expect(said({ sources, report: lacking }, 'maps')).toMatch(/^fail: .*no such map/);
  });

  test('a silent proxy is unknown', () => {
    const report = { proxies: [...mapped().slice(0, 2), troubledProxy('hap-c')], catalogue };
    for (const id of ['maps', 'live-release'] as const) expect(said({ sources, report }, id)).toMatch(/^unknown: /);
  });

  test('a live release that one proxy does not serve', () => {
    const proxies = mapped({ 'hap-b': { live: read({ live: 'release-9' }) } });
    expect(said({ sources, report: { proxies } }, 'live-release')).toMatch(
      /^fail: release-9 is live, and hap-a has no such backend/,
    );
  });

  test('no live release anywhere', () => {
    const none = { live: read({ other: 'x' }) };
    const proxies = mapped({ 'hap-a': none, 'hap-b': none, 'hap-c': none });
    expect(
      said(
        { sources, report: { proxies: proxies.map((view) => ({ ...view, maps: { ...view.maps!, live: read({}) } })) } },
        'live-release',
      ),
    ).toMatch(/^fail: the map of the live release is empty/);
  });
});

describe('discovery', () => {
  const troubled = (answerFromMs: number | null): Catalogue => ({
    ...catalogue,
    troubles: [{ part: 'live', datacenter: 'dc', message: 'no answer', remedy: 'ask again', answerFromMs }],
  });

  test('said', () => {
    expect(said({ sources, report: { proxies: mapped(), catalogue } }, 'discovery')).toBe(
      'pass: Consul says which live there ought to be',
    );
  });

  test('a part that failed is unknown; an answer of before that stands in is said', () => {
    const report = { proxies: mapped(), catalogue: troubled(null) };
    expect(itemIn({ sources, report }, 'discovery')).toMatchObject({ result: 'unknown', remedy: 'ask again' });
    expect(said({ sources, report: { proxies: mapped(), catalogue: troubled(1) } }, 'discovery')).toMatch(
      /^pass: .*a last good answer stands in for live in dc: no answer$/,
    );
  });

  test('a source that said nothing is unknown', () => {
    expect(said({ sources, report: { proxies: mapped() } }, 'discovery')).toMatch(/^unknown: /);
  });

  test('without a section, or without a source, it is not checked', () => {
    const left = (discovery: 'none' | 'maps') =>
      checkOf({ sources: { discovery }, report: { proxies: mapped() } }).notChecked.map(({ id }) => id);
    expect(left('none')).toEqual(expect.arrayContaining(['discovery', 'maps', 'live-release']));
    expect(left('maps')).not.toEqual(expect.arrayContaining(['maps']));
    expect(left('maps')).toContain('discovery');
  });
});
