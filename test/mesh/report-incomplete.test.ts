// Every way in which a proxy can fail to be read: its reason, its remedy, exit code 3, and no harm
// to the others.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRelay } from '../../lab/links/recording-relay.ts';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { type BadProxy, deadPort, startAnswering, startHung, startResetting } from '../support/bad-proxies.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { HOSTILE_LIMITS } from '../support/hostile-answers.ts';
import { findingLines, type ReportFile, statusesOf } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';

const noSshd = sshdMissing();
if (noSshd !== null) console.warn(`not tested: what goes wrong with SSH: ${noSshd}`);

const ROOMS = 300;

describe.each(oldestAndNewest())('HAProxy $version', ({ command }) => {
  const scratch = makeScratch();
  const bad: BadProxy[] = [];
  const sshds: Sshd[] = [];
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh({ binary: command, level: 'user' });
    await mesh.fill(0, ROOMS, (n) => ({ key: `calm/room-${n}`, serverId: 11 }));
    for (const i of [1, 2]) await mesh.untilEntry(i, `calm/room-${ROOMS - 1}`, (entry) => entry !== undefined);
  });
  afterAll(async () => {
    for (const each of [...bad, ...sshds, mesh]) await each?.stop();
    scratch.clear();
  });

  async function portOf(started: Promise<BadProxy>): Promise<number> {
    bad.push(await started);
    return bad.at(-1)!.port;
  }

  /** What the report and the text say of one proxy: neither may leave it at a code. */
  function sayingOf(name: string, report: ReportFile, stdout: string): string {
    const { trouble } = report.proxies.find((proxy) => proxy.name === name)!;
    expect(trouble?.message.length).toBeGreaterThan(10);
    expect(trouble?.remedy.length).toBeGreaterThan(10);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain(trouble!.message.trim().slice(0, 60).replaceAll(/\s+/g, ' '));
    return `${trouble!.message} ${trouble!.remedy}`;
  }

  test('three good proxies beside eleven bad ones: each has its reason, the good ones are read in full', async () => {
    const [a, b] = mesh.proxies;
    const relayPath = join(scratch.folder, 'cut.sock');
    // State and header fit; the dump breaks off in the middle, with a clean end.
    const relay = await startRelay(relayPath, b!.socketPath, 12_000);
    const stale = join(scratch.folder, 'nobody.sock');
    const endpoints = {
      refused: `tcp://127.0.0.1:${await deadPort()}`,
      absent: `unix://${stale}`,
      hung: `tcp://127.0.0.1:${await portOf(startHung())}`,
      resets: `tcp://127.0.0.1:${await portOf(startResetting())}`,
      silent: `tcp://127.0.0.1:${await portOf(startAnswering(Buffer.alloc(0)))}`,
      garbage: `tcp://127.0.0.1:${await portOf(startAnswering(Buffer.from([0, 1, 2, 0x1b, 0x5b, 0x32, 0x4a, 0xff, 0x0a, 0x0a])))}`,
      flood: `tcp://127.0.0.1:${await portOf(startAnswering(Buffer.alloc(40_000_000, 'Name: HAProxy\n')))}`,
      frontend: `tcp://127.0.0.1:${a!.httpPort}`,
      'user-level': `tcp://127.0.0.1:${a!.statsPort}`,
      nameless: 'tcp://no-such-host.invalid:9999',
      cut: `unix://${relayPath}`,
    };
    // Only the one that hangs takes as long.
    const lines = ['collect: { timeout: 10s }'];
    const { exitCode, report, stdout } = await runReport(
      configure(scratch, mesh, { endpoints, lines }),
      HOSTILE_LIMITS,
    );
    await relay.stop();
    expect(statusesOf(report)).toEqual([
      'hap-a ok',
      'hap-b ok',
      'hap-c ok',
      'refused unreachable refused',
      'absent unreachable no-socket',
      'hung unreachable timeout',
      'resets unreachable reset',
      'silent unreachable closed-early',
      'garbage unreachable not-haproxy',
      'flood unreachable too-large',
      'frontend unreachable not-haproxy',
      'user-level denied level',
      'nameless unreachable unknown-host',
      'cut truncated truncated',
    ]);
    for (const name of Object.keys(endpoints)) sayingOf(name, report, stdout);
    expect(sayingOf('user-level', report, stdout)).toContain('level operator');
    expect(sayingOf('frontend', report, stdout)).toContain('this is an HTTP port');
    expect(report.proxies.slice(0, 3).map(({ table }) => table?.entries)).toEqual([ROOMS, ROOMS, ROOMS]);
    // A cut dump is missing nothing: what is not in it may be there.
    expect([exitCode, report.verdict, findingLines(report), report.counts.conferences]).toEqual([
      3,
      'incomplete',
      [],
      ROOMS,
    ]);
    expect(stdout).toMatch(/^INCOMPLETE {2}11 of 14 proxies could not be read in full/);
  });

  test.skipIf(noSshd !== null)(
    'SSH: a changed host key, an unknown one, a refused login; the one that is right is read',
    async () => {
      for (let n = 0; n < 4; n++) sshds.push(await startSshd());
      const [right, changed, unknown, stranger] = sshds as [Sshd, Sshd, Sshd, Sshd];
      const clientKeyOf = ({ clientKeyPath }: Sshd) => readFileSync(`${clientKeyPath}.pub`, 'utf8').trim();
      expect(clientKeyOf(right)).not.toBe(clientKeyOf(stranger));
      const keyOf = ({ hostKeyLine }: Sshd) => hostKeyLine.slice(hostKeyLine.indexOf(' '));
      const knownHosts = [
        right.hostKeyLine,
        `[127.0.0.1]:${changed.port}${keyOf(right)}`,
        stranger.hostKeyLine,
        '',
      ].join('\n');
      const at = ({ user, port }: Sshd, path: string) => `ssh://${user}@127.0.0.1:${port}${path}`;
      const socket = mesh.proxies[2]!.socketPath;
      const endpoints = {
        'hap-c': at(right, socket),
        changed: at(changed, socket),
        unknown: at(unknown, socket),
        stranger: at(stranger, socket),
        pathless: at(right, '/nowhere/admin.sock'),
      };
      const lines = [
        'ssh:',
        '  agent: false',
        `  privateKey: ${right.clientKeyPath}`,
        `  knownHosts: ${scratch.file('known_hosts', knownHosts)}`,
        '  sudo: false',
      ];
      const { exitCode, report, stdout } = await runReport(configure(scratch, mesh, { endpoints, lines }));
      expect([exitCode, report.verdict]).toEqual([3, 'incomplete']);
      expect(statusesOf(report)).toEqual([
        'hap-a ok',
        'hap-b ok',
        'hap-c ok',
        'changed unreachable host-key-changed',
        'unknown unreachable host-key-unknown',
        'stranger unreachable authentication',
        'pathless unreachable no-socket',
      ]);
      expect(sayingOf('changed', report, stdout)).toMatch(/remove line 2 of \S+known_hosts and add: /);
      expect(sayingOf('unknown', report, stdout)).toContain(unknown.hostKeyLine);
      expect(sayingOf('stranger', report, stdout)).toContain('authorized_keys');
      sayingOf('pathless', report, stdout);
    },
  );

  test('a table that nobody has: no-table everywhere, the tables that are there are named', async () => {
    const { exitCode, report, stdout } = await runReport([...configure(scratch, mesh), '--table', 'node']);
    expect([exitCode, report.verdict]).toEqual([3, 'incomplete']);
    expect(statusesOf(report)).toEqual(['a', 'b', 'c'].map((x) => `hap-${x} no-table no-such-table`));
    expect(sayingOf('hap-a', report, stdout)).toMatch(
      /there is no table "node"; this proxy has nodes .*give --table nodes/,
    );
  });

  test('nobody can be read: incomplete, exit 3; fewer than expected: the same', async () => {
    const dead = { 'hap-a': await deadPort(), 'hap-b': await deadPort(), 'hap-c': await deadPort() };
    const endpoints = Object.fromEntries(Object.entries(dead).map(([name, port]) => [name, `tcp://127.0.0.1:${port}`]));
    const none = await runReport(configure(scratch, mesh, { endpoints }));
    expect([
      none.exitCode,
      none.report.verdict,
      none.report.counts.proxiesReporting,
      findingLines(none.report),
    ]).toEqual([3, 'incomplete', 0, []]);
    expect(none.stdout).toMatch(
      /^INCOMPLETE {2}3 of 3 proxies could not be read in full: nothing can be said for the mesh/,
    );

    const [config, path] = configure(scratch, mesh) as [string, string];
    const expecting = readFileSync(path, 'utf8').replace(/^proxies:$/m, 'proxies:\n  expect: 4');
    const few = await runReport([config, scratch.file('expecting.yaml', expecting)]);
    expect([few.exitCode, few.report.verdict, statusesOf(few.report)]).toEqual([
      3,
      'incomplete',
      ['hap-a ok', 'hap-b ok', 'hap-c ok'],
    ]);
    expect(few.stdout).toContain('4 proxies are expected and 3 known');
  });

  test('{a: s1 | b: s2 | c: killed} -> split, exit 3: a disagreement that was seen is true however little else was', async () => {
    await mesh.kill(2);
    await mesh.split(
      ['t/standup'],
      [
        { proxies: [0], shard: 0 },
        { proxies: [1], shard: 1 },
      ],
    );
    await mesh.untilPeers(0, 1, 'down');
    const { exitCode, report, stdout } = await runReport(configure(scratch, mesh));
    expect([exitCode, report.verdict, findingLines(report)]).toEqual([3, 'split', ['split t/standup: peer-link-down']]);
    expect(statusesOf(report)).toEqual(['hap-a ok', 'hap-b ok', 'hap-c unreachable refused']);
    expect(stdout).toMatch(/^SPLIT {2}1 of 301 conferences is split across shards/);
    expect(stdout).toContain('Exit code 3');
  });
});
