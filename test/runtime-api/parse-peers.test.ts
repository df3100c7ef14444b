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
    expect(parsePeers(peers(version, situation), 'nodes')).toMatchObject({
      localPeer: 'hap1',
      links: [link('hap3', hap3), link('hap2', hap2)],
    });
  });

  test('a section that does not share the table says nothing', () => {
    expect(parsePeers(peers(version, 'healthy'), 'other')).toEqual({
      localPeer: null,
      links: [],
      onlyHeard: [],
      remark: 'no peers section of it shares this table',
    });
    expect(parsePeers(peers(version, 'healthy'), 'node')).toMatchObject({ localPeer: null, links: [] });
  });

  test('of two sections the one that shares the table counts', () => {
    const other = peers(version, 'never-connected')
      .replaceAll('id=nodes ', 'id=sessions ')
      .replaceAll('id=hap', 'id=edge');
    for (const text of [other + peers(version, 'healthy'), peers(version, 'healthy') + other]) {
      expect(parsePeers(text, 'nodes')).toMatchObject({
        localPeer: 'hap1',
        links: [link('hap3', 'up'), link('hap2', 'up')],
      });
      expect(parsePeers(text, 'sessions')).toMatchObject({
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
  expect(parsePeers('\n', 'nodes')).toMatchObject({ localPeer: null, links: [] });
});

describe('2.0 to 2.2', () => {
  const section = (remote: string) =>
    [
      '0x5561: [21/Nov/2026:02:44:47] id=mypeers state=0 flags=0x3 resync_timeout=<PAST> task_calls=11',
      `  0x5562: id=hap2(remote) addr=127.0.0.1:20012 ${remote} reconnect=3s confirm=0`,
      '        flags=0x0 appctx:0x5563 st0=7 st1=0 task_calls=16 state=EST',
      '        shared tables:',
      '          0x5564 local_id=1 remote_id=1 flags=0x0 remote_data=0x65',
      '              last_acked=0 last_pushed=3 last_get=0 teaching_origin=0 update=3',
      '              table:0x5565 id=nodes update=3 localupdate=3 commitupdate=3 syncing=0',
      '  0x5566: id=hap1(local) addr=127.0.0.1:10241 status=NONE reconnect=<NEVER> confirm=0',
      '        flags=0x0',
      '        shared tables:',
      '          0x5567 local_id=1 remote_id=0 flags=0x0 remote_data=0x0',
      '              last_acked=0 last_pushed=0 last_get=0 teaching_origin=0 update=0',
      '              table:0x5565 id=nodes update=3 localupdate=3 commitupdate=3 syncing=0',
      '',
      '',
    ].join('\n');

  test.each([
    ['status=ESTA', 'up'],
    ['status=CONN', 'down'],
  ] as const)('%s is %s', (status, state) => {
    expect(parsePeers(section(status), 'nodes')).toMatchObject({ localPeer: 'hap1', links: [link('hap2', state)] });
  });
});

describe('an established link over which the table does not travel', () => {
  const healthy = peers('2.6', 'healthy');
  const hap2 = healthy.indexOf('id=hap2(');
  /** What 2.6 to 3.4 show where the other end declares the table otherwise. */
  const silent = (text: string) =>
    text
      .replace(/^ +(?:remote|last_local)_table:.*\n/gm, '')
      .replace('remote_id=1 flags=0x0 remote_data=0x80001', 'remote_id=0 flags=0x0 remote_data=0x0')
      .replace('last_acked=11 last_pushed=10', 'last_acked=0 last_pushed=1');

  test('it has described the table, and was sent nothing yet: only heard', () => {
    const healthy = peers('2.6', 'healthy');
    expect(parsePeers(healthy, 'nodes').onlyHeard).toEqual([]);
    const unsent = healthy.replaceAll(/last_pushed=\d+/g, 'last_pushed=0');
    expect(parsePeers(unsent, 'nodes').onlyHeard).toEqual(['hap3', 'hap2']);
  });

  test('nothing was heard of it, and what was pushed is not acknowledged: deaf', () => {
    const text = healthy.slice(0, hap2) + silent(healthy.slice(hap2));
    expect(parsePeers(text, 'nodes').links).toEqual([link('hap3', 'up'), { ...link('hap2', 'up'), state: 'deaf' }]);
  });

  test('where nothing was pushed yet nothing is known: up', () => {
    const text = healthy.slice(0, hap2) + silent(healthy.slice(hap2)).replace('last_pushed=1', 'last_pushed=0');
    expect(parsePeers(text, 'nodes').links[1]).toEqual(link('hap2', 'up'));
  });
});

test.each([
  [
    'healthy, and disabled',
    (text: string) => text.replace(' disabled=0 ', ' disabled=1 '),
    'its peers section is disabled',
  ],
  [
    'no section at all',
    () => '\n',
    'it has no peers section, or one that does not hold its own name, which HAProxy leaves out',
  ],
  ['healthy', (text: string) => text, null],
])('why there are no peers: %s', (_, change, remark) => {
  expect(parsePeers(change(peers('2.6', 'healthy')), 'nodes').remark).toBe(remark);
});

test('blank lines by the million are read once, not once for each', () => {
  const healthy = peers('2.6', 'healthy');
  const [first] = healthy.split('\n', 1);
  const padded = healthy.replace(`${first}\n`, `${first}\n${' \n'.repeat(2_000_000)}`);
  expect(parsePeers(padded, 'nodes').localPeer).toBe('hap1');
});
