// The configuration file: what a right one gives.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the configuration's own spelling of a variable.

import { describe, expect, test } from 'vitest';
import { load, SMALL, small } from './loading.ts';

const FULL = `environment: stage-8x8
table: nodes
backends: ["release-*"]
keyLength: 200
proxies:
  list:
    - { name: hap-a, endpoint: "unix:///run/haproxy/admin.sock" }
    - { name: hap-b, endpoint: "tcp://127.0.0.1:9999" }
    - { name: hap-c, endpoint: "ssh://\${LOGIN}@10.0.0.5:22/var/run/haproxy/admin.sock", region: us-west-2 }
  expect: 3
ssh:
  agent: true
  privateKey: keys/id
  passphrase: "\${SSH_KEY_PASSPHRASE}"
  knownHosts: ~/.ssh/known_hosts
  via: socat
  sudo: false
  jump: ubuntu@bastion.example
collect: { concurrency: 5, perRegion: 2, timeout: 1m, compress: never }
confirm: { reads: 3, settle: 500ms }
heal:
  winner: [participants, majority, latest-access]
  tie: lowest-address
  minReporting: 0.75
  maxConferences: 200
  maxRatio: 0.05
  maxMissing: 20000
  cooldown: { heals: 3, within: 1h }
census: { prosody: { url: "http://{host}:5280/room-census" }, domain: meet.example, via: proxy }
metrics: { namespace: HAProxy, region: us-west-2, dimensions: { Environment: stage-8x8 } }
alarms: { prefix: "Split Brain", actions: ["arn:aws:sns:us-west-2:123456789012:oncall"] }
`;

describe('a right file', () => {
  test('every section of the design is understood', () => {
    const files = { 'conf/keys/id': 'KEY', '/home/me/.ssh/known_hosts': 'HOSTS' };
    const env = { HOME: '/home/me', LOGIN: 'ubuntu', SSH_KEY_PASSPHRASE: 'hunter2', SSH_AUTH_SOCK: '/run/agent' };
    expect(load(FULL, files, env)).toEqual({
      environment: 'stage-8x8',
      table: 'nodes',
      backends: ['release-*'],
      keyLength: 200,
      proxies: {
        source: {
          kind: 'list',
          proxies: [
            { name: 'hap-a', endpoint: { kind: 'unix', path: '/run/haproxy/admin.sock' }, region: null },
            { name: 'hap-b', endpoint: { kind: 'tcp', host: '127.0.0.1', port: 9999 }, region: null },
            {
              name: 'hap-c',
              endpoint: {
                kind: 'ssh',
                user: 'ubuntu',
                host: '10.0.0.5',
                port: 22,
                path: '/var/run/haproxy/admin.sock',
              },
              region: 'us-west-2',
            },
          ],
        },
        expected: { min: 3, max: 3 },
        ignorePeers: [],
      },
      ssh: {
        agentSocket: '/run/agent',
        privateKey: { path: 'conf/keys/id', contents: 'KEY', passphrase: 'hunter2' },
        knownHosts: { path: '/home/me/.ssh/known_hosts', text: 'HOSTS' },
        via: { kind: 'socat', sudo: false },
        client: { kind: 'builtin' },
        refusesAgent: false,
        lockFile: '/tmp/haproxy-status.lock',
        jumps: [{ pattern: '*', hops: [{ user: 'ubuntu', host: 'bastion.example', port: 22 }] }],
      },
      collect: { concurrency: 5, perRegion: 2, timeoutMs: 60_000, firstByteMs: 10_000, compress: 'never' },
      confirm: { reads: 3, settleMs: 500 },
      heal: {
        consented: true,
        journal: '/home/me/.local/state/haproxy-splitbrain',
        settleMs: 500,
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
      census: {
        source: { kind: 'prosody', url: 'http://{host}:5280/room-census' },
        domain: 'meet.example',
        keyPattern: '{tenant}/{room}',
        maxAgeMs: 150_000,
        settleMs: 120_000,
        timeoutMs: 10_000,
        concurrency: 20,
        maxBytes: 1_000_000_000,
        via: { kind: 'proxy' },
      },
      metrics: {
        configured: true,
        namespace: 'HAProxy',
        region: 'us-west-2',
        dimensions: { Environment: 'stage-8x8' },
        perProxy: false,
      },
      alarms: {
        prefix: 'Split Brain',
        configured: true,
        periodSeconds: 300,
        actions: ['arn:aws:sns:us-west-2:123456789012:oncall'],
        notify: [],
      },
      discovery: null,
      history: { folder: null, maxRuns: 1000, maxDays: 35 },
      notify: null,
    });
  });

  test('what is left out takes its default', () => {
    expect(load(SMALL)).toMatchObject({
      table: 'nodes',
      backends: null,
      keyLength: null,
      proxies: { expected: null },
      ssh: {
        agentSocket: null,
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
    });
  });

  test('an agent that is there is used unless it is declined', () => {
    const env = { SSH_AUTH_SOCK: '/run/agent' };
    expect(load(SMALL, {}, env).ssh.agentSocket).toBe('/run/agent');
    expect(load(small('ssh: { agent: false }'), {}, env).ssh.agentSocket).toBe(null);
  });

  test.each([
    ['streamlocal', { kind: 'streamlocal' }],
    ['"tcp:127.0.0.1:9999"', { kind: 'tcp', host: '127.0.0.1', port: 9999 }],
  ])('via %s is understood', (via, understood) => {
    expect(load(small(`ssh: { via: ${via} }`)).ssh.via).toEqual(understood);
  });

  test.each([
    ['3', { min: 3, max: 3 }],
    ['"3-5"', { min: 3, max: 5 }],
    ['{ min: 3, max: 5 }', { min: 3, max: 5 }],
    ['"${PROXIES}"', { min: 4, max: 4 }],
  ])('expect: %s is understood', (text, expected) => {
    expect(load(small(`  expect: ${text}`), {}, { PROXIES: '4' }).proxies.expected).toEqual(expected);
  });

  test.each([
    [
      'ansible: { inventory: hosts, group: g, endpoint: "tcp://{host}:9" }',
      { kind: 'ansible', inventory: 'conf/hosts', group: 'g', endpoint: 'tcp://{host}:9' },
    ],
    [
      'consul: { url: "http://127.0.0.1:8500", service: haproxy, datacenters: [a, b], endpoint: "tcp://{host}:9", token: "${T}" }',
      {
        kind: 'consul',
        url: 'http://127.0.0.1:8500',
        service: 'haproxy',
        datacenters: ['a', 'b'],
        filter: null,
        endpoint: 'tcp://{host}:9',
        token: 'tok',
      },
    ],
    [
      `consul: { url: "http://a", service: s, datacenters: all, filter: 'ServiceMeta.x == "y"', endpoint: "tcp://{host}:{meta.x}" }`,
      {
        kind: 'consul',
        url: 'http://a',
        service: 's',
        datacenters: 'all',
        filter: 'ServiceMeta.x == "y"',
        endpoint: 'tcp://{host}:{meta.x}',
        token: null,
      },
    ],
    [
      'peers: { of: ["unix:///run/a.sock", "tcp://127.0.0.1:9"], endpoint: "unix:///run/{name}.sock" }\n  ignorePeers: [x]',
      {
        kind: 'peers',
        of: [
          { kind: 'unix', path: '/run/a.sock' },
          { kind: 'tcp', host: '127.0.0.1', port: 9 },
        ],
        endpoint: 'unix:///run/{name}.sock',
        ignorePeers: ['x'],
      },
    ],
    [
      'command: { run: [./list, --all], endpoint: "tcp://{host}:9" }',
      { kind: 'command', run: ['conf/list', '--all'], group: null, endpoint: 'tcp://{host}:9' },
    ],
    [
      'command: { run: [list], endpoint: "tcp://{host}:9" }',
      { kind: 'command', run: ['list'], group: null, endpoint: 'tcp://{host}:9' },
    ],
    [
      'command: { run: [list], group: g, endpoint: "ssh://{user}@{host}:{port}/a" }',
      { kind: 'command', run: ['list'], group: 'g', endpoint: 'ssh://{user}@{host}:{port}/a' },
    ],
  ])('the source %s is understood', (line, source) => {
    expect(load(`environment: e\nproxies:\n  ${line}\n`, {}, { T: 'tok' }).proxies.source).toEqual(source);
  });

  test('settings cannot be changed', () => {
    const settings = load(SMALL);
    expect(Object.isFrozen(settings) && Object.isFrozen(settings.ssh.knownHosts)).toBe(true);
  });
});
