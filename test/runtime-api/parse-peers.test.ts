// Which peer links are up, as four versions say it in health and in trouble.

import { describe, expect, test } from 'vitest';
import { parsePeers } from '../../src/runtime-api/parse-peers.ts';
import { type CaptureVersion, capture, captureVersions } from '../support/captures.ts';

const link = (name: string, state: 'up' | 'down' | 'never', protocolErrors = 0) => ({ name, state, protocolErrors });
const peers = (version: CaptureVersion, situation: string) => capture(version, `show-peers-${situation}.txt`);

describe.each(captureVersions)('HAProxy %s', (version) => {
  test.each([
    ['healthy', 'up', 'up'],
    ['one-cut', 'down', 'up'],
    ['one-frozen', 'down', 'up'],
    ['never-connected', 'never', 'never'],
  ] as const)('%s: hap3 %s, hap2 %s', (situation, hap3, hap2) => {
    expect(parsePeers(peers(version, situation), 'nodes')).toEqual({
      localPeer: 'hap1',
      links: [link('hap3', hap3), link('hap2', hap2)],
    });
  });

  test('a section that does not share the table says nothing', () => {
    expect(parsePeers(peers(version, 'healthy'), 'other')).toEqual({ localPeer: null, links: [] });
    expect(parsePeers(peers(version, 'healthy'), 'node')).toEqual({ localPeer: null, links: [] });
  });

  test('of two sections the one that shares the table counts', () => {
    const other = peers(version, 'never-connected')
      .replaceAll('id=nodes ', 'id=sessions ')
      .replaceAll('id=hap', 'id=edge');
    for (const text of [other + peers(version, 'healthy'), peers(version, 'healthy') + other]) {
      expect(parsePeers(text, 'nodes')).toEqual({ localPeer: 'hap1', links: [link('hap3', 'up'), link('hap2', 'up')] });
      expect(parsePeers(text, 'sessions')).toEqual({
        localPeer: 'edge1',
        links: [link('edge3', 'never'), link('edge2', 'never')],
      });
    }
  });

  test('protocol errors are counted peer by peer', () => {
    const text = peers(version, 'healthy').replace('proto_err=0', 'proto_err=17');
    expect(parsePeers(text, 'nodes').links).toEqual([link('hap3', 'up', 17), link('hap2', 'up')]);
  });

  test('ESTA without active, and active without ESTA, are down', () => {
    const stale = peers(version, 'healthy').replace('hap3(remote,active)', 'hap3(remote,inactive)');
    expect(parsePeers(stale, 'nodes').links[0]).toEqual(link('hap3', 'down'));
    const trying = peers(version, 'healthy').replace('last_status=ESTA', 'last_status=CONN');
    expect(parsePeers(trying, 'nodes').links[0]).toEqual(link('hap3', 'down'));
  });

  test('names of peers and tables that look like the syntax around them', () => {
    const text = peers(version, 'healthy')
      .replaceAll('id=hap3(', 'id=hap-3.eu_west(')
      .replaceAll('id=nodes ', 'id=a.b-c ');
    expect(parsePeers(text, 'a.b-c').links.map(({ name }) => name)).toEqual(['hap-3.eu_west', 'hap2']);
    expect(parsePeers(text, 'a?b-c').links).toEqual([]);
  });
});

test('a process without peers has none', () => {
  expect(parsePeers('\n', 'nodes')).toEqual({ localPeer: null, links: [] });
});
