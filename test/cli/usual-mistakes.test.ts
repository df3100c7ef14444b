// What a newcomer types wrong, and the next step that the answer must name: against real HAProxies
// and sshd where that is the point.

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoneHaproxy, startLone } from '../../lab/haproxy/lone-haproxy.ts';
import { program } from '../../lab/program.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

let scratch: Scratch;
beforeAll(() => {
  scratch = makeScratch();
});
afterAll(() => scratch.clear());

/**
 * Everything that the program says, on one line: where text is broken is the terminal's business.
 */
async function answerTo(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await runSplitbrain([...words, ...quiet(words)], { env });
  return { exitCode, said: `${stdout}\n${stderr}`.replace(/\s+/g, ' ') };
}

const quiet = ([command = '']: readonly string[]) =>
  ['report', 'heal', 'fill', 'pin', 'monitor'].includes(command) ? ['--log-level', 'silent'] : [];

/** Another user, as whom only root can run something. */
const nobody = { uid: 65_534, gid: 65_534, cwd: '/', env: { HOME: '/nonexistent' }, encoding: 'utf8' } as const;
const noNobody = process.getuid?.() === 0 ? null : 'only root can run a program as another user';
if (noNobody) console.warn(`skipped: a user who is not in the socket's group: ${noNobody}`);

function expectAll(said: string, parts: readonly string[]): void {
  for (const part of parts) expect(said).toContain(part);
}

describe('the command line', () => {
  test.each<[mistake: string, words: readonly string[], remedy: readonly string[]]>([
    ['no command', [], ['Usage: splitbrain [options] [command]', 'report [options]']],
    [
      'no mesh',
      ['report'],
      ['There is no splitbrain.yaml in this folder', '-c FILE', '--proxy /run/haproxy/admin.sock'],
    ],
    ['a misspelt command', ['reoprt'], ['Did you mean report?']],
    ['a misspelt flag', ['report', '--porxy', '/x'], ['Did you mean --proxy?']],
    ['flags before the command', ['--proxy', '/x', 'report'], ['flags follow the command']],
    ['a proxy without --proxy', ['report', '/run/a.sock'], ['named by --proxy ENDPOINT, a configuration by -c FILE']],
    ['a list in one flag', ['report', '--proxy', 'a:1,b:1'], ['give --proxy for each']],
    ['a file that is not there', ['report', '-c', 'no.yaml'], ['no.yaml:1:1', 'there is no such file']],
    [
      'the address of the statistics',
      ['report', '--proxy', 'http://h:8404/stats'],
      ['not a web page', 'tcp://host:port'],
    ],
    ['a host alone', ['report', '--proxy', 'hap-a'], ['unix:///path, tcp://host:port or ssh://user@host[:22]/path']],
    [
      'a relative socket',
      ['report', '--proxy', 'admin.sock'],
      ['an absolute path, as in unix:///run/haproxy/admin.sock'],
    ],
    ['two slashes', ['report', '--proxy', 'unix://run/a.sock'], ['did you mean "unix:///run/a.sock"']],
    ['no port', ['report', '--proxy', 'tcp://10.0.0.5'], ['expected a port after the host']],
    ['IPv6 bare', ['report', '--proxy', 'tcp://::1:9999'], ['did you mean "tcp://[::1]:9999"']],
    ['ssh without path', ['report', '--proxy', 'ssh://u@h'], ['did you mean "ssh://u@h:22/run/haproxy/admin.sock"']],
    ['ssh without user', ['report', '--proxy', 'ssh://h/a.sock'], ['did you mean "ssh://USER@h/a.sock"']],
    ['a password', ['report', '--proxy', 'ssh://u:p@h/a'], ['expected no password', 'the agent or ssh.privateKey']],
    ['a line of haproxy.cfg', ['report', '--proxy', '/a.sock level admin'], ['did you mean "unix:///a.sock"']],
    ['a heal in a script', ['heal', '--proxy', '/x.sock'], ['no terminal to ask on: give --yes']],
    ['a fill in a script', ['fill', '--proxy', '/x.sock'], ['no terminal to ask on: give --yes']],
    [
      'a fill of a proxy that is none of the mesh',
      ['fill', '--proxy', 'hap-a=/x.sock', '--proxy', 'hap-aa', '--yes'],
      ['"hap-aa": no proxy of this mesh has that name: did you mean hap-a?'],
    ],
    ['a heal that nobody allowed', ['monitor', '--heal', '--proxy', '/x.sock'], ['`heal:` section', '`heal: {}`']],
    ['half a pin', ['pin', 'standup', '--proxy', '/x.sock', '--yes'], ['pin takes a conference and a shard']],
    [
      'the URL of a meeting',
      ['pin', 'https://meet.example/standup', 's1', '--proxy', '/x.sock', '--yes'],
      ['give the conference as the table names it'],
    ],
    ['a folder without dumps', ['report', '--from', '/'], ['haproxy-table-nodes-PROXY']],
    ['limits beside a file', ['report', '-c', 'x', '--max-ratio', '1'], ['say it as heal.maxRatio in x']],
  ])('%s', async (_, words, remedy) => {
    const { exitCode, said } = await answerTo(words);
    expect(exitCode).toBe(64);
    expectAll(said, remedy);
  });
});

describe('the configuration', () => {
  const one = 'proxies: { list: [{ name: hap-a, endpoint: /run/a.sock }] }';
  test.each<[mistake: string, lines: readonly string[], remedy: readonly string[]]>([
    ['a tab', ['environment: a', 'proxies:', '\tlist: []'], [':3:1:', 'Tabs are not allowed as indentation']],
    [
      'an item that is not indented',
      ['environment: a', 'proxies:', '  list:', '  - name: a', '  endpoint: /x'],
      ['proxies.list[0].endpoint: is missing', ':5:3: proxies.endpoint: is not known here'],
    ],
    [
      'no list:',
      ['environment: a', 'proxies:', '  - tcp://h:1'],
      ['proxies: expected a mapping of list, peers, ansible'],
    ],
    [
      'an item without names',
      ['environment: a', 'proxies:', '  list:', '    - tcp://h:1'],
      ['proxies.list[0]: expected a mapping of name, endpoint, region'],
    ],
    ['swapped letters', ['enviroment: a', 'porxies: {}'], ['did you mean "environment"', 'did you mean "proxies"']],
    ['no environment', [one], ['environment: is missing']],
    ['a duration without unit', ['environment: a', one, 'confirm: { settle: 3 }'], ['did you mean "3s"']],
    ['a variable that is not set', ['environment: "$' + '{NO_SUCH}"', one], ['NO_SUCH is not set']],
    ['an empty file', [], ['is empty']],
    [
      'haproxy.cfg',
      ['global', '  daemon', 'frontend f', '  bind :80'],
      ["HAProxy's own configuration", '--proxy unix:///run/haproxy/admin.sock needs none'],
    ],
    ['tabs', ['environment: a', 'proxies:', '\tlist: []'], [':3:1:', 'Tabs are not allowed as indentation']],
    ['heal: true', ['environment: a', one, 'heal: true'], ['heal: expected a mapping of winner, tie']],
    [
      'two sources',
      ['environment: a', one.replace(' }] }', ' }], command: { run: [x], endpoint: "{host}:1" } }')],
      ['keep one'],
    ],
  ])('%s', async (_, lines, remedy) => {
    const { exitCode, said } = await answerTo(['report', '-c', scratch.file('splitbrain.yaml', lines.join('\n'))]);
    expect(exitCode).toBe(64);
    expectAll(said, remedy);
  });
});

test('a folder as the configuration', async () => {
  const { exitCode, said } = await answerTo(['report', '-c', scratch.folder]);
  expect(exitCode).toBe(64);
  expectAll(said, ['is a folder']);
});

describe.each(oldestAndNewest())('HAProxy $version', (binary) => {
  let lone: LoneHaproxy;
  beforeAll(async () => {
    lone = await startLone({ binary, global: (folder) => [`stats socket ${folder}/user.sock mode 600 level user`] });
  });
  afterAll(() => lone?.stop());

  test.each<[mistake: string, words: (here: LoneHaproxy) => readonly string[], exitCode: number, remedy: string[]]>([
    ['one proxy only', ({ socketPath }) => [socketPath], 0, ['where the mesh has more, name all of them']],
    ['a misspelt table', ({ socketPath }) => [socketPath, '--table', 'ndoes'], 3, ['give --table nodes']],
    [
      'the port of the frontend',
      ({ ports }) => [`127.0.0.1:${ports.http}`],
      3,
      ['this is an HTTP port', '`stats socket ipv4@127.0.0.1:9999 level operator`'],
    ],
    ['the port of the statistics', ({ ports }) => [`127.0.0.1:${ports.web}`], 3, ['this is an HTTP port']],
    ['the port of the peers', ({ ports }) => [`127.0.0.1:${ports.peers}`], 3, ["this is a port of HAProxy's peers"]],
    ["the master's socket", ({ masterSocketPath }) => [masterSocketPath], 3, ["use the worker's stats socket"]],
    ['level user', ({ folder }) => [join(folder, 'user.sock')], 3, ['give the socket `level operator`']],
    ['no socket there', ({ folder }) => [join(folder, 'no.sock')], 3, ['Correct the path to what `stats socket` says']],
    ['a folder for a socket', ({ folder }) => [folder], 3, ['refused the connection', 'correct the endpoint']],
    [
      'one process twice',
      ({ socketPath, ports }) => [`a=${socketPath}`, '--proxy', `b=127.0.0.1:${ports.stats}`],
      3,
      ['same process'],
    ],
  ])('%s', async (_, words, exitCode, remedy) => {
    const answer = await answerTo(['report', '--proxy', ...words(lone)]);
    expect(answer.exitCode).toBe(exitCode);
    expectAll(answer.said, remedy);
  });

  test('a shard whose name has swapped letters', async () => {
    // The lock of a run that writes has its folder there.
    const env = { XDG_STATE_HOME: scratch.folder };
    const { exitCode, said } = await answerTo(['pin', 'standup', 'shrad-1', '--proxy', lone.socketPath, '--yes'], env);
    expect(exitCode).toBe(64);
    expectAll(said, ['the nearest are shard-1']);
  });

  test.skipIf(noNobody !== null)("a user who is not in the socket's group", () => {
    chmodSync(lone.folder, 0o755);
    // A copy that every user may read, wherever this one is.
    const copy = join(lone.folder, 'program');
    for (const part of ['dist', 'schema', 'package.json']) {
      cpSync(join(program, '../../..', part), join(copy, part), { recursive: true });
    }
    const words = [join(copy, 'dist/src/main.js'), 'report', '--proxy', lone.socketPath, '--log-level', 'silent'];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, nobody);
    expect(status, stderr).toBe(3);
    expectAll(stdout.replace(/\s+/g, ' '), ["Run as a user in the socket's group", 'mode 660']);
  });
});

const noSshd = sshdMissing();
if (noSshd) console.warn(`skipped: ${noSshd}`);
describe.skipIf(noSshd !== null)('a login', () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
    mkdirSync(join(scratch.folder, '.ssh'), { recursive: true });
  });
  afterAll(() => sshd?.stop());
  const endpoint = () => `ssh://${sshd.user}@127.0.0.1:${sshd.port}/run/haproxy/admin.sock`;

  test('to a host that is not in known_hosts', async () => {
    const { exitCode, said } = await answerTo(['report', '--proxy', endpoint()]);
    expect(exitCode).toBe(3);
    expectAll(said, ['known_hosts']);
  });

  test('without agent and key', async () => {
    const text = [
      'environment: a',
      `proxies: { list: [{ name: a, endpoint: "${endpoint()}" }] }`,
      `ssh: { knownHosts: ${scratch.file('known_hosts', sshd.hostKeyLine)} }`,
    ];
    const { exitCode, said } = await answerTo(['report', '-c', scratch.file('login.yaml', text.join('\n'))]);
    expect(exitCode).toBe(3);
    expectAll(said, ['ssh.privateKey']);
  });
});
