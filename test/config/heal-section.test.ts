// The heal section: its defaults, its limits, and where the journal goes.

import { describe, expect, test } from 'vitest';
import { settingsFromFlags } from '../../src/config/flags.ts';
import { complaintsOf, load, small } from './loading.ts';

const heal = (...lines: string[]) => small('heal:', ...lines.map((line) => `  ${line}`));
const healOf = (yaml: string, env?: Record<string, string>) => load(yaml, {}, env).heal;

const defaults = {
  settleMs: 3_000,
  winner: ['participants', 'majority', 'latest-access'],
  tie: 'lowest-address',
  minReporting: 0.75,
  maxConferences: 200,
  maxRatio: 0.05,
  maxRatioFloor: 10,
  maxParticipants: 500,
  maxMissing: 20_000,
  cooldown: { heals: 3, withinMs: 3_600_000 },
  journal: '/home/me/.local/state/haproxy-splitbrain',
  dataPlane: null,
};

describe('consent', () => {
  test('no section: what heal says, and no consent to heal unasked', () => {
    expect(healOf(small())).toEqual({ ...defaults, consented: false });
  });

  test('an empty section is consent to the same', () => {
    expect(healOf(small('heal: {}'))).toEqual({ ...defaults, consented: true });
  });

  test('proxies on the command line: the same, without consent', () => {
    const host = { readFile: () => '', env: { HOME: '/home/me' } };
    expect(settingsFromFlags(['unix:///run/a.sock'], {}, host).heal).toEqual({ ...defaults, consented: false });
  });
});

test('everything can be said', () => {
  const all = heal(
    'winner: [latest-access]',
    'tie: refuse',
    'minReporting: 1',
    'maxConferences: 0',
    'maxRatio: 0',
    'maxMissing: 0',
    'cooldown: { heals: 1, within: 30m }',
    'journal: /var/lib/splitbrain',
    'settle: 65s',
    'dataPlane: { url: "http://{host}:8080/", keyHeader: X-StickToken, shardHeader: X-Server, headers: { X-Secret: s } }',
  );
  expect(healOf(all)).toEqual({
    consented: true,
    journal: '/var/lib/splitbrain',
    settleMs: 65_000,
    winner: ['latest-access'],
    tie: 'refuse',
    minReporting: 1,
    maxConferences: 0,
    maxRatio: 0,
    maxRatioFloor: 10,
    maxParticipants: 500,
    maxMissing: 0,
    cooldown: { heals: 1, withinMs: 1_800_000 },
    dataPlane: {
      url: 'http://{host}:8080/',
      urls: {},
      keyHeader: 'X-StickToken',
      shardHeader: 'X-Server',
      headers: { 'X-Secret': 's' },
    },
  });
});

test('a heal has to hold as long as a finding has to stay, unless the section says otherwise', () => {
  expect(healOf(small('confirm: { settle: 9s }', 'heal: {}')).settleMs).toBe(9_000);
  expect(healOf(small('confirm: { settle: 9s }', 'heal: { settle: 1s }')).settleMs).toBe(1_000);
});

describe('the journal', () => {
  test.each([
    ['journal', 'conf/journal'],
    ['../journal', 'journal'],
    ['~/journal', '/home/me/journal'],
    ['/srv/journal', '/srv/journal'],
  ])('%s is %s, seen from the configuration', (name, path) => {
    expect(healOf(heal(`journal: ${name}`)).journal).toBe(path);
  });

  test.each([
    [{ XDG_STATE_HOME: '/state', HOME: '/home/me' }, '/state/haproxy-splitbrain'],
    [{ HOME: '/home/me' }, '/home/me/.local/state/haproxy-splitbrain'],
  ])('%j: its default is %s', (env, path) => {
    expect(healOf(small('heal: {}'), env).journal).toBe(path);
  });
});

describe('complaints', () => {
  test.each([
    ['an unknown policy', 'winner: [loudest]', 'heal.winner.0'],
    ['no policy', 'winner: []', 'heal.winner'],
    ['an unknown tie rule', 'tie: coin', 'heal.tie'],
    ['a share above one', 'maxRatio: 5', 'heal.maxRatio'],
    ['a negative limit', 'maxConferences: -1', 'heal.maxConferences'],
    ['a cooldown after no heal', 'cooldown: { heals: 0, within: 1h }', 'heal.cooldown.heals'],
    ['a URL that is none', 'dataPlane: { url: host, keyHeader: a, shardHeader: b }', 'heal.dataPlane.url'],
    ['a header that is none', 'dataPlane: { keyHeader: "a b", shardHeader: b }', 'heal.dataPlane.keyHeader'],
    ['a cooldown without its window', 'cooldown: { heals: 3 }', 'heal.cooldown.within'],
    ['a duration without unit', 'settle: 5', 'heal.settle'],
    ['a name that is not known', 'minReprting: 1', 'heal.minReprting'],
  ])('%s', (_title, line, path) => {
    const complaints = complaintsOf(heal(line));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]!.replaceAll(/\[(\d+)\]/g, '.$1')).toContain(path);
  });
});
