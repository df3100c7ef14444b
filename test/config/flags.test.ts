// A mesh named on the command line.

import { describe, expect, test } from 'vitest';
import { settingsFromFlags } from '../../src/config/flags.ts';
import { loadSettings } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors.ts';
import type { HostAccess } from '../../src/input/files.ts';
import { host as fileHost } from './loading.ts';

function host(env: Record<string, string> = {}): HostAccess {
  const readFile = (path: string) => {
    throw Object.assign(new Error(path), { code: 'ENOENT' });
  };
  return { readFile, env };
}

function namesOf(...proxies: string[]): readonly string[] {
  const { source } = settingsFromFlags(proxies, {}, host()).proxies;
  return source.kind === 'list' ? source.proxies.map(({ name }) => name) : [];
}

function complaintsOf(proxies: readonly string[], overrides = {}): readonly string[] {
  try {
    settingsFromFlags(proxies, overrides, host());
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

test('two proxies and nothing else give the defaults of a file', () => {
  const settings = settingsFromFlags(
    ['unix:///run/haproxy/admin.sock', 'hap-b=tcp://127.0.0.1:9999'],
    {},
    host({ SSH_AUTH_SOCK: '/run/agent', HOME: '/home/me' }),
  );
  expect(settings).toEqual({
    environment: 'adhoc',
    table: 'nodes',
    backends: null,
    keyLength: null,
    proxies: {
      source: {
        kind: 'list',
        proxies: [
          { name: 'admin', endpoint: { kind: 'unix', path: '/run/haproxy/admin.sock' }, region: null },
          { name: 'hap-b', endpoint: { kind: 'tcp', host: '127.0.0.1', port: 9999 }, region: null },
        ],
      },
      expected: null,
      ignorePeers: [],
    },
    ssh: {
      agentSocket: '/run/agent',
      privateKey: null,
      knownHosts: { path: '/home/me/.ssh/known_hosts', text: '' },
      via: { kind: 'socat', sudo: true },
      client: { kind: 'builtin' },
      refusesAgent: false,
      lockFile: '/tmp/haproxy-status.lock',
      jumps: [],
    },
    collect: { concurrency: 20, perRegion: 1, timeoutMs: 60_000, firstByteMs: 10_000, compress: 'auto' },
    confirm: { reads: 2, settleMs: 3000 },
    census: null,
    heal: {
      consented: false,
      journal: '/home/me/.local/state/haproxy-splitbrain',
      settleMs: 3000,
      winner: ['participants', 'majority', 'latest-access'],
      tie: 'lowest-address',
      minReporting: 0.75,
      maxConferences: 200,
      maxRatio: 0.05,
      maxRatioFloor: 10,
      maxParticipants: 500,
      maxMissing: 20_000,
      cooldown: { heals: 3, withinMs: 3_600_000 },
      dataPlane: null,
    },
    metrics: {
      configured: false,
      namespace: 'HAProxy',
      region: null,
      dimensions: { Environment: 'adhoc' },
      perProxy: false,
    },
    alarms: { configured: false, prefix: 'Split Brain', periodSeconds: 300, actions: [], notify: [] },
    discovery: null,
    history: { folder: null, maxRuns: 1000, maxDays: 35 },
    notify: null,
  });
});

test('a file that says no more than the proxies gives the same, whatever its defaults are', () => {
  const proxies = 'proxies: { list: [{ name: a, endpoint: "tcp://a:1" }] }';
  const machine = fileHost(`environment: adhoc\n${proxies}\n`);
  expect(settingsFromFlags(['a=tcp://a:1'], {}, machine)).toEqual(loadSettings('conf/mesh.yaml', machine));
});

test('table and environment can be said', () => {
  const overrides = { table: 'mypeers/nodes', environment: 'lab' };
  expect(settingsFromFlags(['tcp://a:1'], overrides, host())).toMatchObject(overrides);
});

describe('names', () => {
  test.each<[string[], string[]]>([
    [
      ['unix:///run/hap1.sock', 'unix:///run/hap2.sock'],
      ['hap1', 'hap2'],
    ],
    [
      ['unix:///run/a/admin.sock', 'unix:///run/b/admin.sock'],
      ['a', 'b'],
    ],
    [
      ['unix:///x/a/admin.sock', 'unix:///y/a/admin.sock', 'unix:///z/a/admin.sock'],
      ['a', 'a-admin', 'admin-2'],
    ],
    [
      ['tcp://127.0.0.1:1', 'tcp://127.0.0.1:2'],
      ['127.0.0.1:1', '127.0.0.1:2'],
    ],
    [
      ['tcp://a:1', 'ssh://u@b/run/s'],
      ['a', 'b'],
    ],
    [
      ['a=tcp://x:1', 'tcp://a:2'],
      ['a', 'a:2'],
    ],
    [['tcp://[::1]:9'], ['::1']],
    [['unix:///run/odd name!.sock'], ['odd-name-']],
  ])('%j are called %j', (proxies, names) => {
    expect(namesOf(...proxies)).toEqual(names);
  });
});

describe('complaints', () => {
  test('all of them at once, each with the flag it is about', () => {
    expect(complaintsOf(['tcp://a', 'ssh://a', 'a b=tcp://a:1'], { table: 'a;b' })).toEqual([
      '--table: expected the name of a table: letters, digits and . _ : - only, found "a;b"',
      '--proxy #1: expected a port after the host, as in host:9999, found "tcp://a"',
      '--proxy #2: expected the user to log in as in front of the host, as in user@host, found "ssh://a" (did you mean "ssh://USER@a/run/haproxy/admin.sock"?)',
      '--proxy #3: expected a name of letters, digits and . _ - in front of the =, found "a b"',
    ]);
  });

  test('one endpoint or one name twice', () => {
    expect(complaintsOf(['tcp://a:1', 'tcp://a:1'])).toEqual(['--proxy #2: "tcp://a:1" is also that of --proxy #1']);
    expect(complaintsOf(['a=tcp://a:1', 'a=tcp://b:1'])).toEqual(['--proxy #2: "a" is also that of --proxy #1']);
  });

  test('no proxy at all', () => {
    expect(complaintsOf([])).toEqual(['--proxy: is missing: name at least one proxy, as in --proxy tcp://host:9999']);
  });
});

test('backends and limits are read as a file says them, and refused likewise', () => {
  const said = { backends: ['release-*', 'b'], maxRatio: '0.5', maxRatioFloor: '3' };
  const { backends, heal } = settingsFromFlags(['/run/a.sock'], said, host({ HOME: '/home/me' }));
  expect([backends, heal.maxRatio, heal.maxRatioFloor]).toEqual([['release-*', 'b'], 0.5, 3]);
  expect(complaintsOf(['/run/a.sock'], { backends: ['a b'], maxRatio: '2', maxRatioFloor: '-1' })).toEqual([
    expect.stringContaining('--backends: expected the name of a backend'),
    expect.stringContaining('--max-ratio: expected a ratio between 0 and 1'),
    expect.stringContaining('--max-ratio-floor: expected a whole number of at least 0'),
  ]);
});

test('one flag names one endpoint', () => {
  expect(complaintsOf(['a:1,b:1'])).toEqual(['--proxy #1: expected one endpoint, found 2: give --proxy for each']);
});
