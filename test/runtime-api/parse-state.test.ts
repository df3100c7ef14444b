// What a proxy says of itself on one line: taken apart, and refused where it is another program's
// or not all of it.

import { describe, expect, test } from 'vitest';
import {
  canSeeEntries,
  parseInfo,
  parseProcess,
  parseState,
  parseTableHeaders,
} from '../../src/runtime-api/parse-state.ts';
import { type CaptureVersion, capture, captureVersions } from '../support/captures.ts';

/** The four answers one behind the other, as the socket gives them. */
const answerOf = (version: CaptureVersion) =>
  ['show-info.txt', 'show-servers-state.txt', 'show-table-all.txt', 'show-peers-one-cut.txt']
    .map((name) => capture(version, name))
    .join('');

const facts: Record<CaptureVersion, [haproxy: string, pid: number]> = {
  '2.6': ['2.6.12-1+deb12u4', 12003],
  '3.0': ['3.0.11-1+deb13u3', 12018],
  '3.2': ['3.2.26-1', 12033],
  '3.4': ['3.4.7-1', 12048],
};

describe.each(captureVersions)('HAProxy %s', (version) => {
  test('a whole answer', () => {
    const state = parseState(answerOf(version), 'nodes');
    const [haproxy, pid] = facts[version];
    expect(state).toMatchObject({
      haproxy,
      pid,
      uptimeSeconds: 1,
      tables: [{ name: 'nodes', type: 'string', size: 204_800, used: 12 }],
      peersKnown: true,
      localPeer: 'hap1',
      peers: [
        { name: 'hap3', state: 'down', protocolErrors: 0 },
        { name: 'hap2', state: 'up', protocolErrors: 0 },
      ],
    });
    expect('servers' in state && state.servers.map(({ id, state: how }) => [id, how])).toEqual([
      [11, 'up'],
      [12, 'drain'],
      [13, 'maint'],
    ]);
  });

  test('an answer that ends early at any byte is truncated, never a proxy without peers', () => {
    const text = answerOf(version);
    const wrong = Array.from({ length: text.length }, (_, end) => end).filter((end) => {
      const state = parseState(text.slice(0, end), 'nodes');
      return !('problem' in state) || state.problem !== 'truncated';
    });
    expect(wrong).toEqual([]);
  });

  test('a process without tables, servers and peers is a proxy all the same', () => {
    const columns = '1\n# be_id be_name srv_id srv_name\n\n';
    expect(parseState(`${capture(version, 'show-info.txt')}${columns}\n\n`, 'nodes')).toMatchObject({
      haproxy: facts[version][0],
      servers: [],
      tables: [],
      peersKnown: true,
      localPeer: null,
      peers: [],
    });
  });
});

test.each([
  ['HTTP/1.1 400 Bad request\r\nContent-length: 90\r\n\r\n<html>', 'HTTP/1.1 400 Bad request\r'],
  ['SSH-2.0-OpenSSH_9.2', 'SSH-2.0-OpenSSH_9.2'],
  ['-ERR unknown command\r\n', '-ERR unknown command\r'],
  ['\n\n\n\n', ''],
  ['Name: something\n\n\n\n\n', 'Name: something'],
  ['x'.repeat(500), 'x'.repeat(200)],
])('%j is not HAProxy', (text, remark) => {
  expect(parseState(text, 'nodes')).toEqual({ problem: 'not-haproxy', remark });
});

test('numbers that are none are not known', () => {
  const text = 'Name: HAProxy\nVersion: 3.4.7 (built by hand)\nPid: x\n\n1\n# a\n\n\n\n';
  expect(parseState(text, 'nodes')).toMatchObject({ haproxy: '3.4.7', pid: null, uptimeSeconds: null });
});

test('parseInfo: values may hold colons and blanks, or be empty', () => {
  expect([...parseInfo('Name: HAProxy\nUptime: 0d 0h00m01s\ndescription: a: b\nnode: \nnonsense\n')]).toEqual([
    ['Name', 'HAProxy'],
    ['Uptime', '0d 0h00m01s'],
    ['description', 'a: b'],
    ['node', ''],
  ]);
});

test('parseTableHeaders: every table of the process, whatever its name', () => {
  const header = (name: string, used: number) => ({ name, type: 'ip', size: 100, used });
  const line = (name: string, used: number) => `# table: ${name}, type: ip, size:100, used:${used}\n`;
  expect(parseTableHeaders(line('nodes', 0) + line('peers/t1', 3) + line('a, type: b', 4))).toEqual([
    header('nodes', 0),
    header('peers/t1', 3),
    header('a, type: b', 4),
  ]);
});

test.each([
  ['user\n\n', false],
  ['operator\n\n', true],
  ['admin\n\n', true],
  ['', { problem: 'truncated', remark: '' }],
  ['operator\n', { problem: 'truncated', remark: 'operator' }],
  ['Unknown command\n\n', { problem: 'not-haproxy', remark: 'Unknown command' }],
])('a socket that answers %j to `show cli level`', (text, sees) => expect(canSeeEntries(text)).toEqual(sees));

test.each([
  ['2.6', 'Unknown command, but maybe one of the following ones is a better match:'],
  ['3.2', "Unknown command: 'show', but maybe one of the following ones is a better match:"],
])("the answer of a %s master's CLI is known for what it is", (_, first) => {
  const answer = [
    first,
    '  show cli level                          : display the level of the current CLI session',
    '  show proc                               : show processes status',
    '  quit                                    : disconnect',
    '',
    '',
  ].join('\n');
  expect(parseState(answer, 'nodes')).toEqual({ problem: 'master-cli', remark: first });
  expect(parseProcess(answer)).toEqual({ problem: 'master-cli', remark: first });
  expect(parseState(answer.replace('show proc', 'show rpoc'), 'nodes')).toMatchObject({ problem: 'not-haproxy' });
});
