// Every way in which a look at one proxy can end: its status, its reason, its remedy.

import { describe, expect, test } from 'vitest';
import type { TroubleCode } from '../../src/domain/proxy.ts';
import type { ProxyState } from '../../src/runtime-api/parse-state.ts';
import type { TableAnswer } from '../../src/runtime-api/parse-table.ts';
import { noTable, type Reading, viewOf } from '../../src/snapshot/completeness.ts';

const header = { name: 'nodes', type: 'string', size: 204_800, used: 40 };
const state: ProxyState = {
  haproxy: '2.6.12',
  uptimeSeconds: 812,
  pid: 77,
  startedAtSeconds: 1_795_229_087,
  servers: [{ backend: 'nodes', id: 11, name: 'a', address: '10.0.0.9:443', state: 'up' }],
  tables: [header],
  peersKnown: true,
  peersRemark: null,
  localPeer: 'hap-a',
  peers: [{ name: 'hap-b', state: 'up', protocolErrors: 0 }],
};
const answer = (some: Partial<TableAnswer>): TableAnswer => ({
  outcome: 'complete',
  header,
  entries: 40,
  bytes: 4_000,
  maxExpiresInMs: 299_000,
  isSpread: false,
  unreadableLines: 0,
  remark: null,
  ...some,
});
const trouble = (code: TroubleCode) => ({ code, message: `it was ${code}`, remedy: 'look' });
const reading = (some: Partial<Reading>): Reading => ({
  target: { name: 'hap-a', region: 'eu', endpoint: { kind: 'unix', path: '/run/a.sock' } },
  state,
  answer: answer({}),
  trouble: null,
  duplicates: 0,
  keyLength: null,
  maps: null,
  bytes: 4_000,
  milliseconds: 12.6,
  ...some,
});

describe('status and reason', () => {
  const nothing = { state: null, answer: null };
  const empty = { header: null, entries: 0, bytes: 0, maxExpiresInMs: 0 };
  test.each<[title: string, some: Partial<Reading>, status: string, code: string | null, says: RegExp]>([
    ['all of it', {}, 'ok', null, /^$/],
    ['an empty table', { answer: answer({ entries: 0 }) }, 'ok', null, /^$/],
    ['nobody there', { ...nothing, trouble: trouble('refused') }, 'unreachable', 'refused', /it was refused/],
    [
      'not a word of the dump',
      { answer: null, trouble: trouble('timeout') },
      'unreachable',
      'timeout',
      /it was timeout/,
    ],
    ['nothing, and no reason', nothing, 'unreachable', 'interrupted', /not read/],
    ['a level that fell', { answer: null, trouble: trouble('level') }, 'denied', 'level', /it was level/],
    [
      'no such table, from the state',
      { answer: null, trouble: trouble('no-such-table') },
      'no-table',
      'no-such-table',
      /it was/,
    ],
    [
      'a break among the entries',
      { answer: answer({ outcome: 'truncated' }), trouble: trouble('reset') },
      'truncated',
      'reset',
      /it was reset/,
    ],
    [
      'a break before the first entry',
      { answer: answer({ outcome: 'truncated', entries: 0 }), trouble: trouble('reset') },
      'unreachable',
      'reset',
      /it was reset/,
    ],
    [
      'a dump that was cut',
      { answer: answer({ outcome: 'truncated', entries: 20 }) },
      'truncated',
      'truncated',
      /after 20 of about 40 entries/,
    ],
    [
      'a dump that was cut before its header',
      { answer: answer({ ...empty, outcome: 'truncated' }) },
      'truncated',
      'truncated',
      /after 0 entries/,
    ],
    [
      'a dump with strange lines',
      { answer: answer({ unreadableLines: 2, remark: 'what\x1b[31m' }) },
      'truncated',
      'unreadable-lines',
      /2 lines .* "what\\u001b\[31m"/,
    ],
    [
      'a dump with something behind its end',
      { answer: answer({ outcome: 'truncated', unreadableLines: 1, remark: '> ' }) },
      'truncated',
      'unreadable-lines',
      /the first is "> "/,
    ],
    ['level user', { answer: answer({ outcome: 'denied', entries: 0 }) }, 'denied', 'level', /level user/],
    [
      'a table that went away',
      { answer: answer({ ...empty, outcome: 'no-such-table' }) },
      'no-table',
      'no-such-table',
      /no table "rooms"; this proxy has nodes/,
    ],
    [
      'another program',
      { answer: answer({ ...empty, outcome: 'not-haproxy', remark: 'HTTP/1.1 400' }) },
      'unreachable',
      'not-haproxy',
      /"HTTP\/1.1 400"/,
    ],
  ])('%s', (_title, some, status, code, says) => {
    const view = viewOf(reading(some), 'rooms');
    expect([view.status, view.trouble?.code ?? null]).toEqual([status, code]);
    expect(view.trouble?.message ?? '').toMatch(says);
    if (view.trouble) expect(view.trouble.remedy).not.toBe('');
  });
});

describe('what is kept', () => {
  test('of a whole reading', () => {
    expect(viewOf(reading({ duplicates: 3, keyLength: 200 }), 'nodes')).toEqual({
      name: 'hap-a',
      region: 'eu',
      status: 'ok',
      trouble: null,
      haproxy: '2.6.12',
      uptimeSeconds: 812,
      pid: 77,
      startedAtSeconds: 1_795_229_087,
      table: {
        type: 'string',
        size: 204_800,
        used: 40,
        entries: 40,
        duplicates: 3,
        keyLength: 200,
        maxExpiresInMs: 299_000,
        isSpread: false,
      },
      peersKnown: true,
      peersRemark: null,
      localPeer: 'hap-a',
      peers: state.peers,
      servers: state.servers,
      collect: { bytes: 4_000, milliseconds: 13 },
    });
  });
  test('of none', () => {
    expect(
      viewOf(reading({ state: null, answer: null, trouble: trouble('timeout'), bytes: 0 }), 'nodes'),
    ).toMatchObject({
      haproxy: null,
      uptimeSeconds: null,
      pid: null,
      table: null,
      peersKnown: false,
      peersRemark: null,
      localPeer: null,
      peers: [],
      servers: [],
      collect: { bytes: 0 },
    });
  });
  test('of a broken one: the state, and the header of the table', () => {
    const broken = reading({ answer: answer({ outcome: 'truncated', entries: 7 }), trouble: trouble('reset') });
    expect(viewOf(broken, 'nodes')).toMatchObject({
      haproxy: '2.6.12',
      table: { used: 40, entries: 7 },
      servers: state.servers,
    });
  });
});

describe('noTable', () => {
  const tables = (...names: string[]) => names.map((name) => ({ ...header, name }));
  test('names the tables that are there, the nearest first', () => {
    const found = noTable('node', tables('sessions', 'nodes', 'x'));
    expect(found).toEqual({
      code: 'no-such-table',
      message: 'there is no table "node"; this proxy has nodes, x, sessions',
      remedy: 'the nearest is nodes: give --table nodes, or `table: nodes` in the configuration',
    });
  });
  test('one', () => expect(noTable('rooms', tables('nodes')).remedy).toContain('give --table nodes'));
  test('none', () => expect(noTable('nodes', []).message).toContain('this proxy has no stick table'));
});
