// What a proxy calls the shards, from `show servers state` and from the CSV that the predecessor
// saved.

import { describe, expect, test } from 'vitest';
import { parseServersState, parseStat, withStats } from '../../src/runtime-api/parse-servers.ts';
import { capture, captureVersions } from '../support/captures.ts';

const inNodes = (id: number, letter: string, state: string) => ({
  backend: 'nodes',
  id,
  name: `shard-${letter}`,
  address: `127.0.1.${id}:9000`,
  state,
  weight: 1,
});
const captured = [inNodes(11, 'a', 'up'), inNodes(12, 'b', 'drain'), inNodes(13, 'c', 'maint')];

describe.each(captureVersions)('HAProxy %s', (version) => {
  test('show servers state', () =>
    expect(parseServersState(capture(version, 'show-servers-state.txt'))).toEqual(captured));
  test('show stat', () =>
    expect(parseStat(capture(version, 'show-stat.csv'))).toEqual(
      captured.map((server) => ({ ...server, isBackup: false })),
    ));
});

const columns = 'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_fqdn srv_port';
const stateOf = (line: string, names = columns) => parseServersState(`1\n# ${names}\n${line}\n\n`);

describe('parseServersState', () => {
  test.each([
    [2, 0, 1, 'up'],
    [1, 0, 1, 'up'],
    [0, 0, 1, 'down'],
    [3, 0, 1, 'drain'],
    [2, 0, 0, 'drain'],
    [2, 8, 1, 'drain'],
    [2, 0x10, 1, 'drain'],
    // `disabled` in the file, made ready at run time, and `disabled` in the file alone (2.6 to
    // 3.4).
    [2, 4, 1, 'up'],
    [0, 5, 1, 'maint'],
    [0, 8, 1, 'down'],
    [0, 1, 1, 'maint'],
    [2, 2, 1, 'maint'],
    [0, 5, 1, 'maint'],
    [0, 0x21, 1, 'maint'],
    [2, 9, 0, 'maint'],
    [2, 0x40, 1, 'up'],
  ])('op %i, admin %i, weight %i is %s', (op, admin, weight, state) => {
    expect(stateOf(`3 nodes 11 a 10.0.0.9 ${op} ${admin} ${weight} - 443`)).toMatchObject([{ id: 11, state }]);
  });

  test.each([
    ['IPv6 goes into brackets', '3 nodes 11 a ::1 2 0 1 - 443', '[::1]:443'],
    ['a server without a port', '3 nodes 11 a 10.0.0.9 2 0 1 - 0', '10.0.0.9:0'],
    ['a unix socket shows no address: its name stands for it', '3 nodes 11 a - 2 0 1 - 0', 'unix:a'],
    ['a name that is not resolved has no address', '3 nodes 11 a - 0 32 1 shard.example 443', null],
    ['nor has one in maintenance besides', '3 nodes 11 a - 0 33 1 shard.example 443', null],
    ['a resolved name is its address', '3 nodes 11 a 127.0.0.1 2 0 1 localhost 9001', '127.0.0.1:9001'],
  ])('%s', (_title, line, address) => expect(stateOf(line)).toMatchObject([{ address }]));

  test('columns go by name: other order, more of them, an empty last one', () => {
    const names =
      'srv_port srv_name new_one be_name srv_uweight srv_admin_state srv_op_state srv_addr srv_id srvrecord';
    expect(stateOf('443 a x nodes 1 0 2 10.0.0.9 11', names)).toEqual([
      { backend: 'nodes', id: 11, name: 'a', address: '10.0.0.9:443', state: 'up', weight: 1 },
    ]);
  });

  test('all backends, in their order', () => {
    const text = `1\n# ${columns}\n3 release-1 11 a 10.0.0.9 2 0 1 - 443\n3 release-1 12 b 10.0.0.8 2 0 1 - 443\n4 release-2 11 r2-a 10.0.0.9 2 0 1 - 443\n\n`;
    expect(parseServersState(text).map(({ backend, id, name }) => [backend, id, name])).toEqual([
      ['release-1', 11, 'a'],
      ['release-1', 12, 'b'],
      ['release-2', 11, 'r2-a'],
    ]);
  });

  test.each([
    ['no servers', `1\n# ${columns}\n\n`],
    ['no header', '1\n3 nodes 11 a 10.0.0.9 2 0 1 - 443\n\n'],
    ['nothing', ''],
    ['a refusal', 'Permission denied\n\n'],
    ['a line cut short', `1\n# ${columns}\n3 nodes 11 a`],
    ['a header without a column that is needed', `1\n# be_id be_name srv_id srv_name\n3 nodes 11 a\n\n`],
  ])('%s: no server', (_title, text) => expect(parseServersState(text)).toEqual([]));
});

describe('parseStat', () => {
  const names = '# pxname,svname,status,weight,sid,type,last_chk,addr,';
  const read = (...lines: string[]) => parseStat(`${[names, ...lines].join('\n')}\n\n`);

  test.each([
    ['UP', 1, 'up'],
    ['UP 1/3', 1, 'up'],
    ['no check', 1, 'up'],
    ['UP', 0, 'drain'],
    ['NOLB', 1, 'drain'],
    ['DRAIN', 1, 'drain'],
    ['DRAIN (agent)', 1, 'drain'],
    ['DOWN', 1, 'down'],
    ['DOWN 1/2', 1, 'down'],
    ['DOWN (agent)', 0, 'down'],
    ['MAINT', 1, 'maint'],
    ['MAINT (via nodes/a)', 1, 'maint'],
    ['MAINT (resolution)', 0, 'maint'],
  ])('status %s, weight %i is %s', (status, weight, state) => {
    expect(read(`nodes,a,${status},${weight},11,2,,10.0.0.9:443,`)).toMatchObject([{ state }]);
  });

  test.each([
    ['10.0.0.9:443', '10.0.0.9:443'],
    ['[2001:db8::5]:443', '[2001:db8::5]:443'],
    ['127.0.1.12:0', '127.0.1.12:0'],
    ['unix', 'unix:a'],
    ['', null],
  ])('addr %j is %j', (addr, address) => {
    expect(read(`nodes,a,UP,1,11,2,,${addr},`)).toEqual([
      { backend: 'nodes', id: 11, name: 'a', address, state: 'up', weight: 1 },
    ]);
  });

  test('a text in quotes is one value, commas and quotes in it included', () => {
    expect(
      read('nodes,a,DOWN,1,11,2,"HTTP 503, says ""no""",10.0.0.9:443,', 'nodes,b,UP,1,12,2,"",10.0.0.8:443,'),
    ).toEqual([
      { backend: 'nodes', id: 11, name: 'a', address: '10.0.0.9:443', state: 'down', weight: 1 },
      { backend: 'nodes', id: 12, name: 'b', address: '10.0.0.8:443', state: 'up', weight: 1 },
    ]);
  });

  test('frontends, backends and listeners are no servers', () => {
    expect(read('fe,FRONTEND,OPEN,,0,0,,,', 'nodes,BACKEND,UP,1,0,1,,,', 'fe,sock-1,UP,,1,3,,127.0.0.1:80,')).toEqual(
      [],
    );
  });

  test.each([[''], ['Permission denied\n\n'], ['nodes,a,UP,1,11,2,,10.0.0.9:443,\n']])('%j: no server', (text) => {
    expect(parseStat(text)).toEqual([]);
  });
});

describe('withStats', () => {
  const server = { backend: 'nodes', id: 11, name: 'a', address: '10.0.0.9:443', state: 'up', weight: 1 } as const;
  const names = '# pxname,svname,sid,bck,agent_status,check_status';

  test.each([
    ['nodes,a,11,1,,', { isBackup: true }],
    ['nodes,a,11,0,,', { isBackup: false }],
    ['nodes,a,11,0,L4CON,', { isBackup: false, doubt: 'agent L4CON' }],
    ['nodes,b,12,1,L4CON,', {}],
    ['other,a,11,1,,', {}],
  ])('%s', (line, more) => expect(withStats([server], `${names}\n${line}\n`)).toEqual([{ ...server, ...more }]));

  test('without a header nothing is added', () => expect(withStats([server], '')).toEqual([server]));
});
