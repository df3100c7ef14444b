// Every pair linked both ways, every name known on both sides.

import { describe, expect, test } from 'vitest';
import type { PeerLink, ProxyView } from '../../src/domain/view.ts';
import { said } from '../support/check-facts.ts';
import { mesh, troubledProxy } from '../support/run-report.ts';

const names = ['hap-a', 'hap-b', 'hap-c'];

/** The mesh with one link of one proxy changed; `null` is not listed. */
function withLink(proxy: string, peer: string, state: PeerLink['state'] | null): readonly ProxyView[] {
  return mesh(names).map((view) => {
    if (view.name !== proxy) return view;
    const others = view.peers.filter(({ name }) => name !== peer);
    return { ...view, peers: state === null ? others : [...others, { name: peer, state, protocolErrors: 0 }] };
  });
}

describe('peer-links', () => {
  test.each([
    ['up', 'pass: 3 pairs of proxies linked both ways, and the table travels'],
    ['down', 'fail: hap-a -> hap-c: down'],
    ['never', 'fail: hap-a -> hap-c: never up since it started'],
    ['deaf', 'fail: hap-a -> hap-c: connected, and this table does not travel'],
  ] as const)('one end says %s', (state, expected) => {
    expect(said({ report: { proxies: withLink('hap-a', 'hap-c', state) } }, 'peer-links')).toBe(expected);
  });

  test('a proxy that was not read: its row is not known, though the others say up', () => {
    const proxies = [...mesh(names).slice(0, 2), troubledProxy('hap-c')];
    expect(said({ report: { proxies } }, 'peer-links')).toBe('unknown: not known: hap-c did not tell its peers');
  });

  test('a proxy without the table', () => {
    const proxies = [
      ...mesh(names).slice(0, 2),
      troubledProxy('hap-c', { status: 'no-table', trouble: null, haproxy: '2.8.3' }),
    ];
    expect(said({ report: { proxies } }, 'peer-links')).toBe(
      'unknown: not known: hap-c has no table, so no peers of it',
    );
  });

  test('one proxy alone', () => {
    expect(said({ report: { proxies: mesh(['hap-a']) } }, 'peer-links')).toBe('pass: one proxy has no link');
  });
});

describe('peer-names', () => {
  test('listed by all', () => {
    expect(said({}, 'peer-names')).toBe('pass: every proxy lists every other, and no more');
  });

  test('not listed by one', () => {
    expect(said({ report: { proxies: withLink('hap-a', 'hap-c', null) } }, 'peer-names')).toBe(
      'fail: hap-a does not list hap-c',
    );
  });

  test('a proxy that shares the table with nobody', () => {
    const proxies = mesh(names, {
      'hap-c': { localPeer: null, peers: [], peersRemark: 'it has no peers section' },
    }).map((view) => ({ ...view, peers: view.peers.filter(({ name }) => name !== 'hap-c') }));
    expect(said({ report: { proxies } }, 'peer-names')).toBe(
      'fail: hap-a does not list hap-c; hap-b does not list hap-c; hap-c does not list hap-a, hap-b',
    );
  });

  test.each(['down', 'never', 'up'] as const)('a peer that is gone or was not read (%s)', (state) => {
    expect(said({ report: { proxies: withLink('hap-a', 'hap-old', state) } }, 'peer-names')).toBe(
      'fail: hap-a lists hap-old, which was not read',
    );
  });
});

test('peer-errors', () => {
  expect(said({}, 'peer-errors')).toBe('pass: no peer link counts a protocol error');
});
