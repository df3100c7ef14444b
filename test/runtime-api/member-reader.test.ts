// Who belongs to the mesh, as one proxy says it: real captures, and answers that break off.

import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { readMembers } from '../../src/runtime-api/member-reader.ts';
import { capture, captureVersions } from '../support/captures.ts';

const INFO = 'Name: HAProxy\nVersion: 3.2.0\nPid: 7\nStart_time_sec: 100\n\n';
const peer = (name: string, side: string, addr: string, table = 'nodes') =>
  `  0x1: id=${name}(${side}) addr=${addr} last_status=ESTA last_hdshk=1s\n        shared tables:\n          0x2 local_id=1\n              table:0x3 id=${table} update=1\n`;
const section = (...peers: readonly string[]) => `0x0: [now] id=mesh disabled=0 \n${peers.join('')}\n`;

function read(answer: string | readonly string[], table = 'nodes') {
  const asked: string[] = [];
  const chunks = typeof answer === 'string' ? [answer] : answer;
  const transport = {
    ask: async (request: string, onChunk: (chunk: Uint8Array) => void | Promise<void>) => {
      asked.push(request);
      for (const chunk of chunks) await onChunk(Buffer.from(chunk, 'latin1'));
    },
    close: async () => {},
  };
  const limits = { timeoutMs: 1000, signal: new AbortController().signal };
  return readMembers(transport, table, limits).then((members) => ({ asked, ...members }));
}

describe.each(captureVersions)('HAProxy %s', (version) => {
  test('names and addresses of the others, its own name', async () => {
    const { asked, process, ...said } = await read(
      `${capture(version, 'show-info.txt').trimEnd()}\n\n${capture(version, 'show-peers-healthy.txt')}`,
    );
    expect(asked).toEqual(['show info;show peers\n']);
    expect(process.pid).toBeGreaterThan(0);
    expect({ ...said, members: [...said.members].sort((a, b) => (a.name < b.name ? -1 : 1)) }).toEqual({
      localPeer: 'hap1',
      remark: null,
      members: [
        { name: 'hap2', address: '127.0.0.1' },
        { name: 'hap3', address: '127.0.0.1' },
      ],
    });
  });
});

test('IPv6 has no brackets there; no address; peers of another table do not count', async () => {
  const text = section(
    peer('a', 'local,inactive', '0.0.0.0:1024'),
    peer('b', 'remote,active', '2001:db8::2:1024'),
    peer('c', 'remote,active', 'unix:7'),
    peer('d', 'remote', '?'),
  );
  const { members, localPeer } = await read(INFO + text + section(peer('e', 'remote,active', '10.0.0.5:1', 'others')));
  expect([localPeer, members]).toEqual([
    'a',
    [
      { name: 'b', address: '2001:db8::2' },
      { name: 'c', address: null },
      { name: 'd', address: null },
    ],
  ]);
});

test('no peers section, and none that shares the table', async () => {
  expect(await read(`${INFO}\n`)).toMatchObject({
    localPeer: null,
    members: [],
    remark: expect.stringContaining('it has no peers section'),
  });
  expect(await read(INFO + section(peer('b', 'remote,active', '10.0.0.2:1')), 'others')).toMatchObject({
    members: [],
    remark: 'no peers section of it shares this table',
  });
});

test.each([
  ['nothing', '', 'closed-early'],
  ['HTTP', 'HTTP/1.0 400 Bad request\r\n\r\n', 'not-haproxy'],
  [
    'an answer that ends in the middle of a peer',
    INFO + section(peer('b', 'remote,active', '10.0.0.2:1')).slice(0, 90),
    'closed-early',
  ],
  ['no answer about peers', INFO, 'closed-early'],
])('%s is trouble', async (_, answer, code) => {
  await expect(read(answer)).rejects.toMatchObject({ code });
});

test('an answer without end is cut off', async () => {
  const chunk = `  0x1: id=${'x'.repeat(1_000_000)}\n`;
  await expect(read([INFO, ...Array.from({ length: 9 }, () => chunk)])).rejects.toThrow(ProtocolError);
});
