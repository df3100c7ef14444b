// The configuration file: every complaint has its place, its path and a guess, and no secret.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the configuration's own spelling of a variable.

import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors.ts';
import { complaintsOf, host, SMALL, small } from './loading.ts';

describe('one complaint, with line, column, path and guess', () => {
  test.each<[string, string[], string]>([
    ['an unknown name', ['colect: {}'], '5:1: colect: is not known here (did you mean "collect"?)'],
    [
      'an unknown name that resembles nothing',
      ['confirm: { elephants: 3 }'],
      '5:12: confirm.elephants: is not known here; known are reads, settle',
    ],
    [
      'a wrong type',
      ['collect:', '  concurrency: twenty'],
      '6:3: collect.concurrency: expected a whole number of at least 1, found "twenty"',
    ],
    [
      'concurrency 0',
      ['collect: { concurrency: 0 }'],
      '5:12: collect.concurrency: expected a whole number of at least 1, found 0',
    ],
    ['reads 1', ['confirm: { reads: 1 }'], '5:12: confirm.reads: expected a whole number of at least 2, found 1'],
    [
      'a duration without a unit',
      ['collect: { timeout: 60 }'],
      '5:12: collect.timeout: expected a duration with its unit (ms, s, m or h), found 60 (did you mean "60s"?)',
    ],
    [
      'an empty deadline',
      ['collect: { timeout: 0s }'],
      '5:12: collect.timeout: expected a duration longer than nothing, found "0s"',
    ],
    [
      'an unknown word',
      ['collect: { compress: alwys }'],
      '5:12: collect.compress: expected auto or never or always, found "alwys" (did you mean "always"?)',
    ],
    ['an empty section', ['collect:'], '5:1: collect: is empty: give it a value or take the line away'],
    ['a list for a mapping', ['confirm: [1]'], '5:1: confirm: expected a mapping of reads, settle, found a list'],
    ['a text for a list', ['backends: release'], '5:1: backends: expected a list, found "release"'],
    ['an empty list', ['backends: []'], '5:1: backends: expected at least one item, found a list'],
    [
      'a table that is no name',
      ['table: "nodes; show info"'],
      '5:1: table: expected the name of a table: letters, digits and . _ : - only, found "nodes; show info"',
    ],
    ['a ratio above 1', ['heal: { maxRatio: 1.5 }'], '5:9: heal.maxRatio: expected a ratio between 0 and 1, found 1.5'],
    [
      'an unknown winner',
      ['heal: { winner: [majorty] }'],
      '5:18: heal.winner[0]: expected participants or majority or latest-access, found "majorty" (did you mean "majority"?)',
    ],
    ['a cooldown without its time', ['heal: { cooldown: { heals: 3 } }'], '5:9: heal.cooldown.within: is missing'],
    [
      'an action that is no ARN',
      ['alarms: { actions: [oncall] }'],
      '5:21: alarms.actions[0]: expected the ARN of an action, as in arn:aws:sns:us-west-2:123456789012:oncall, found "oncall"',
    ],
    [
      'an impossible expectation',
      ['  expect: 5-3'],
      '5:3: proxies.expect: expected a number of at least 1, a range such as 3-5, or {min: 3, max: 5}, found "5-3"',
    ],
    [
      'a variable that is not set',
      ['ssh: { jump: "${JUMP}" }'],
      '5:8: ssh.jump: the environment variable JUMP is not set',
    ],
    ['a name that stands twice', ['table: a', 'table: b'], '6:1: table: stands twice, first on line 5'],
    ['an alias', ['table: *nodes'], '5:1: table: is an alias or carries a tag: write the value itself'],
    ['a tag', ['keyLength: !len 200'], '5:12: (file): this is not the YAML that is understood here: Unresolved tag'],
    [
      'a key file that is not there',
      ['ssh: { privateKey: id }'],
      '5:8: ssh.privateKey: cannot be read: there is no such file',
    ],
    [
      'a lock file that no command can read',
      ['ssh: { via: streamlocal, lockFile: /tmp/x.lock }'],
      '5:26: ssh.lockFile: is read by commands, and ssh.via runs none: take the line away',
    ],
    [
      'a lock file that a shell would read otherwise',
      ["ssh: { lockFile: '/tmp/$HOME' }"],
      '5:8: ssh.lockFile: expected an absolute path of letters, digits and . _ -, or none, found "/tmp/$HOME"',
    ],
    [
      'sudo where it means nothing',
      ['ssh: { via: streamlocal, sudo: true }'],
      '5:26: ssh.sudo: says nothing unless ssh.via is socat: take the line away',
    ],
    [
      'a passphrase without a key',
      ['ssh: { passphrase: x }'],
      '5:8: ssh.passphrase: belongs to a key, but ssh.privateKey is not there',
    ],
    [
      "a file for the system's ssh without that client",
      ['ssh: { config: bastions }'],
      "5:8: ssh.config: is read by the system's ssh only: set ssh.client: openssh",
    ],
    [
      "a passphrase for the system's ssh",
      ['ssh: { client: openssh, passphrase: x }'],
      "5:25: ssh.passphrase: cannot be given to the system's ssh: add the key to an agent (ssh-add) and take the line away",
    ],
    [
      "a file for the system's ssh that is not there",
      ['ssh: { client: openssh, config: nowhere }'],
      '5:25: ssh.config: cannot be read: there is no such file',
    ],
    [
      'two sources',
      ['  command: { run: [x], endpoint: "tcp://{host}:1" }'],
      '2:1: proxies: has 2 sources (list, command): keep one',
    ],
    [
      'two proxies with one name',
      ['    - { name: hap-a, endpoint: "tcp://a:1" }'],
      '5:9: proxies.list[1].name: is also the name of proxies.list[0]',
    ],
    [
      'two proxies with one endpoint',
      ['    - { name: hap-b, endpoint: "unix:/run/a.sock" }'],
      '5:22: proxies.list[1].endpoint: is also the endpoint of proxies.list[0]',
    ],
    [
      'an endpoint that is none',
      ['    - { name: hap-b, endpoint: "tcp://a" }'],
      '5:22: proxies.list[1].endpoint: expected a port after the host, as in host:9999, found "tcp://a"',
    ],
  ])('%s', (_, lines, complaint) => {
    expect(complaintsOf(small(...lines))).toEqual([`conf/mesh.yaml:${complaint}`]);
  });

  test('a mapping that is not closed: what follows from it is not told', () => {
    const lines = ['collect: { timeout: 5s', 'table: nodes', 'confirm: { reads: 2 }, }'];
    expect(complaintsOf(small(...lines))).toEqual([
      expect.stringMatching(/^conf\/mesh\.yaml:[567]:\d+: \(file\): this is not the YAML that is understood here: /),
    ]);
  });

  test('a file without anything', () => {
    expect(complaintsOf('')).toEqual([
      'conf/mesh.yaml:1:1: (file): is empty: a configuration has at least environment: and proxies:',
    ]);
  });

  test('a file that is not there', () => {
    const nowhere = () => loadSettings('elsewhere.yaml', host(''));
    expect(nowhere).toThrow(new ConfigError(['elsewhere.yaml:1:1: (file): cannot be read: there is no such file']));
  });

  test('a folder', () => {
    const readFile = () => {
      throw Object.assign(new Error('EISDIR'), { code: 'EISDIR' });
    };
    expect(() => loadSettings('conf', { readFile, env: {} })).toThrow(
      new ConfigError(['conf:1:1: (file): cannot be read: it is a folder: name the file in it']),
    );
  });

  test('a second document, with whatever is wrong with the first', () => {
    const second = 'conf/mesh.yaml:5:1: (file): a second document begins here (---): one file configures one mesh';
    expect(complaintsOf(`${SMALL}---\nenvironment: other\n`)).toEqual([second]);
    expect(complaintsOf(`${SMALL}---\n`)).toEqual([second]);
    expect(complaintsOf(`---\n${SMALL}...\n`)).toEqual([]);
    expect(complaintsOf(`${SMALL}tabel: nodes\n---\n`)).toEqual([
      expect.stringContaining('conf/mesh.yaml:5:1: tabel: is not known here'),
      second.replace(':5:', ':6:'),
    ]);
  });

  test.each([
    [
      'peers: { of: [], endpoint: "tcp://{host}:9" }',
      '3:12: proxies.peers.of: expected at least one item, found a list',
    ],
    [
      'peers: { of: ["tcp://a:1"], endpoint: "tcp://{host}:{port}" }',
      '3:31: proxies.peers.endpoint: expected nothing but {host} or {name} in braces, found "tcp://{host}:{port}"',
    ],
    [
      'consul: { url: "http://a", service: s, datacenters: eu, endpoint: "tcp://{host}:9" }',
      '3:42: proxies.consul.datacenters: expected all, or a list of datacenters, found "eu"',
    ],
    [
      'ansible: { inventory: i, group: g, endpoint: "tcp://{host}:{meta.x}" }',
      '3:38: proxies.ansible.endpoint: expected nothing but {host}, {name}, {port} or {user} in braces, found "tcp://{host}:{meta.x}"',
    ],
  ])('the source %s', (line, complaint) => {
    expect(complaintsOf(`environment: e\nproxies:\n  ${line}\n`)).toEqual([`conf/mesh.yaml:${complaint}`]);
  });

  test('an agent is asked for: seeds that are reached by SSH count', () => {
    const yaml =
      'environment: e\nproxies: { peers: { of: ["ssh://u@h/s"], endpoint: "tcp://{host}:9" } }\nssh: { agent: true }\n';
    expect(complaintsOf(yaml)).toEqual([expect.stringContaining('but SSH_AUTH_SOCK is not set')]);
  });

  test('a source is needed', () => {
    expect(complaintsOf('environment: e\nproxies: { expect: 3 }\n')).toEqual([
      'conf/mesh.yaml:2:1: proxies: needs a source: one of list, peers, ansible, consul, command',
    ]);
  });

  test('an agent that is asked for and is not there matters only where a proxy is reached by SSH', () => {
    const viaSsh = 'environment: e\nproxies: { list: [{ name: a, endpoint: "ssh://u@h/s" }] }\nssh: { agent: true }\n';
    expect(complaintsOf(viaSsh)).toEqual([
      expect.stringContaining('3:8: ssh.agent: an agent is asked for, but SSH_AUTH_SOCK'),
    ]);
    expect(complaintsOf(viaSsh, {}, { SSH_AUTH_SOCK: '/run/agent' })).toEqual([]);
    expect(complaintsOf(small('ssh: { agent: true }'))).toEqual([]);
  });
});

test.each(['./staging', '../staging', 'a b', '-c', '.hidden', 'a'.repeat(101), 'ä', '55'])(
  'an environment called %s, which is no part of a file name -> a complaint',
  (name) => {
    const text = small().replace('environment: stage', `environment: ${name}`);
    expect(complaintsOf(text)).toEqual([expect.stringContaining('1:1: environment: expected the name of a mesh: ')]);
  },
);

test('all complaints come at once, in the order of the file', () => {
  const yaml = `enviroment: stage
proxies:
  list:
    - { name: a b, endpoint: "tcp://a:1" }
    - { name: hap, endpoint: "tcp://a:1" }
ssh:
  privateKey: nowhere
  passphrase: "\${SECRET}"
collect: { timeout: 60, concurency: 3 }
`;
  const places = complaintsOf(yaml).map((line) => line.split(': ').slice(0, 2).join(' '));
  expect(places).toEqual([
    'conf/mesh.yaml:1:1 environment',
    'conf/mesh.yaml:1:1 enviroment',
    'conf/mesh.yaml:4:9 proxies.list[0].name',
    'conf/mesh.yaml:5:20 proxies.list[1].endpoint',
    'conf/mesh.yaml:7:3 ssh.privateKey',
    'conf/mesh.yaml:8:3 ssh.passphrase',
    'conf/mesh.yaml:9:12 collect.timeout',
    'conf/mesh.yaml:9:25 collect.concurency',
  ]);
});

describe('secrets', () => {
  test.each([
    'ssh: { privateKey: nowhere, passphrase: hunter2 }',
    'ssh: { privateKey: nowhere, passphrase: [hunter2] }',
    'ssh: { privateKey: nowhere, passphrase: *hunter2 }',
    'ssh: { privateKey: nowhere, passphrase: "a" hunter2 }',
    'ssh: { privateKey: nowhere, passphrase: {hunter2: 1} }',
    'ssh: { privateKey: "-----BEGIN\\nhunter2" }',
    'ssh: { jump: "u:hunter2@host" }',
    'ssh: { jump: "u:/hunter2/@host" }',
    'ssh: { jump: { eu: "u:hunter2@host" } }',
    'ssh: { via: "ssh://u:hunter2@host/a" }',
    'heal: { dataPlane: { url: "http://{host}/", keyHeader: K, shardHeader: S, headers: hunter2 } }',
    ...['5318008', '5318008.5', '0x5126B8', 'true', '[hunter2]', '{ hunter2: 1 }', '[[hunter2]]', '', '!x hunter2'].map(
      (value) =>
        `heal: { dataPlane: { url: "http://{host}/", keyHeader: K, shardHeader: S, headers: { X-Secret: ${value} } } }`,
    ),
    'heal: { dataPlane: { url: "http://{host}/", keyHeader: K, shardHeader: S, headers: [hunter2, 5318008] } }',
    'heal: { dataPlane: { url: "http://{host}/", keyHeader: K, shardHeader: S, header: { X-Secret: 5318008 } } }',
    'table: "${WORD}"',
    'collect: { timeout: "${WORD}", compress: "${WORD}", concurrency: "${WORD}" }',
  ])('%s: complaints do not show it', (line) => {
    const complaints = complaintsOf(small(line), {}, { WORD: 'hunter2!' });
    expect(complaints).not.toEqual([]);
    expect(complaints.join('\n')).not.toMatch(/hunter2|5318008|0x5126B8|found true/);
  });

  test.each(['hunter2\nX-Other: 1', 'hünter2', 'hunter2\x7f'])(
    'a token %j, which no header carries, is told of without being shown',
    (token) => {
      const consul = '  consul: { url: "http://c:8500", service: s, endpoint: "tcp://{host}:1", token: "${TOKEN}" }';
      const text = `environment: e\nproxies:\n${consul}\n`;
      expect(complaintsOf(text, {}, { TOKEN: token })).toEqual([
        expect.stringMatching(/proxies\.consul\.token: expected a token of one line of printable ASCII, found a text$/),
      ]);
    },
  );
});

test('what was meant is spelled out, but not where the value came from a variable', () => {
  const complaint = (endpoint: string) =>
    complaintsOf(`environment: a\nproxies: { list: [{ name: a, endpoint: "${endpoint}" }] }\n`, {}, { HOST: 'hidden' });
  expect(complaint('ssh://shown')).toEqual([expect.stringContaining('(did you mean "ssh://USER@shown/run/')]);
  expect(complaint('ssh://${HOST}')).toEqual([expect.not.stringMatching(/hidden|did you mean/)]);
});
