// The built program finds the proxies of a real mesh by each source: the mesh itself, Ansible,
// Consul, a program; over SSH too.

import { dirname } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { type ConsulServers, consulLacking, startConsul } from '../../lab/servers/consul-server.ts';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { ansibleLacking } from '../support/ansible.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { runReport, runSplitbrain } from '../support/splitbrain.ts';

const scratch = makeScratch();
afterAll(() => scratch.clear());

const path = process.env.PATH ?? '';
let counter = 0;
/** The `-c FILE` for these lines below `proxies:`, and further ones of the file. */
const config = (proxies: readonly string[], lines: readonly string[] = []) => {
  const text = [
    'environment: laboratory',
    'proxies:',
    ...proxies.map((line) => `  ${line}`),
    'confirm: { settle: 200ms }',
    ...lines,
    '',
  ];
  return ['-c', scratch.file(`inventory-${counter++}.yaml`, text.join('\n'))];
};
const namesOf = ({ report }: Awaited<ReturnType<typeof runReport>>) =>
  report.proxies.map(({ name, status }) => `${name} ${status}`);
const allOk = ['hap-a ok', 'hap-b ok', 'hap-c ok'];

describe.each(oldestAndNewest())('proxies.peers, HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  afterEach(() => mesh?.stop());
  const pattern = () => `unix://${dirname(mesh.proxies[0]!.socketPath)}/{name}.sock`;
  const peers = (of: readonly string[]) =>
    `peers: { of: [${of.map((one) => `"${one}"`).join(', ')}], endpoint: "${pattern()}" }`;
  const at = (n: number) => `unix://${mesh.proxies[n]!.socketPath}`;

  test('one proxy names all; its own endpoint is the one that was asked; expect and ignorePeers count', async () => {
    mesh = await startMesh({ binary: command });
    await mesh.request(0, 'whole', { forceShard: 0 });
    for (const proxy of [1, 2]) await mesh.untilEntry(proxy, 'whole', (entry) => entry !== undefined);
    const all = await runReport(config([peers([at(1)]), 'expect: 3']));
    expect([all.exitCode, namesOf(all).sort()]).toEqual([0, allOk]);
    const more = await runReport(config([peers([at(0), at(2)]), 'expect: 4']));
    expect([more.exitCode, namesOf(more).sort()]).toEqual([3, allOk]);
    const fewer = await runReport(
      config([peers([`tcp://127.0.0.1:${mesh.proxies[0]!.statsPort}`]), 'ignorePeers: [hap-c]']),
    );
    expect([fewer.exitCode, namesOf(fewer)]).toEqual([0, ['hap-a ok', 'hap-b ok']]);
  });

  test('one that is down is a member all the same, in the lists of others or not; none can be asked: 64', async () => {
    mesh = await startMesh({ binary: command });
    const gone = await runReport(config([peers(['unix:///nowhere/old.sock', at(0)])]));
    expect([gone.exitCode, namesOf(gone).sort()]).toEqual([3, [...allOk, 'nowhere-old.sock unreachable']]);
    expect(gone.report.notes).toEqual([
      expect.stringMatching(/^Not asked who belongs to the mesh: unix:\/\/\/nowhere\/old\.sock: /),
    ]);
    await mesh.kill(2);
    const down = await runReport(config([peers([at(2), at(0)])]));
    expect([down.exitCode, namesOf(down).sort()]).toEqual([3, ['hap-a ok', 'hap-b ok', 'hap-c unreachable']]);
    const none = await runSplitbrain(['report', ...config([peers([at(2), 'unix:///nowhere/old.sock'])])]);
    expect([none.exitCode, none.stdout]).toEqual([64, '']);
    expect(none.stderr).toMatch(
      /proxies\.peers\.of: unix:\/\/.*hap-c\.sock: .*\n.*proxies\.peers\.of: unix:\/\/\/nowhere\/old\.sock: /,
    );
    const other = await runSplitbrain(['report', '--table', 'others', ...config([peers([at(0)])])]);
    expect([other.exitCode, other.stderr]).toEqual([
      64,
      expect.stringContaining('no peers section of it shares this table'),
    ]);
  });

  test('a split between proxies that only the mesh names', async () => {
    mesh = await startMesh({ binary: command });
    await mesh.split(
      ['standup'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    const { exitCode, report } = await runReport(config([peers([at(0)])]));
    expect([exitCode, report.counts.split]).toEqual([2, 1]);
  });
});

describe('proxies by other sources', () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh();
  });
  afterAll(() => mesh?.stop());

  const noSshd = sshdMissing();
  if (noSshd) console.warn(`skipped: ${noSshd}`);
  describe.skipIf(noSshd !== null)('through a real sshd', () => {
    let sshd: Sshd;
    let ssh: readonly string[];
    beforeAll(async () => {
      sshd = await startSshd();
      const known = scratch.file('known_hosts', `${sshd.hostKeyLine}\n`);
      ssh = [
        `ssh: { agent: false, privateKey: "${sshd.clientKeyPath}", knownHosts: "${known}", via: socat, sudo: false }`,
      ];
    });
    afterAll(() => sshd?.stop());
    const folder = () => dirname(mesh.proxies[0]!.socketPath);

    test('the mesh names its members', async () => {
      const place = `ssh://${sshd.user}@127.0.0.1:${sshd.port}${folder()}`;
      const run = await runReport(
        config([`peers: { of: ["${place}/hap-b.sock"], endpoint: "${place}/{name}.sock" }`], ssh),
      );
      expect([run.exitCode, namesOf(run).sort()]).toEqual([0, allOk]);
    });

    const hosts = ['hap-a', 'hap-b', 'hap-c'];
    const ansible = (inventory: string) =>
      `ansible: { inventory: "${inventory}", group: haproxy, endpoint: "ssh://{user}@{host}:{port}${folder()}/{name}.sock" }`;

    test('an INI inventory with port and user, without Ansible', async () => {
      const lines = hosts.map((name) => `${name} ansible_host=127.0.0.1`);
      const variables = ['[haproxy:vars]', `ansible_port=${sshd.port}`, `ansible_user=${sshd.user}`];
      const inventory = scratch.file('haproxy.inventory', ['[haproxy]', ...lines, ...variables, ''].join('\n'));
      const run = await runReport(config([ansible(inventory)], ssh), { env: { PATH: '/nowhere' } });
      expect([run.exitCode, namesOf(run)]).toEqual([0, allOk]);
    });

    test.skipIf(ansibleLacking() !== null)('a YAML inventory with a range, by Ansible', async () => {
      const variables = `{ ansible_host: 127.0.0.1, ansible_port: ${sshd.port}, ansible_user: ${sshd.user} }`;
      const inventory = scratch.file('hosts.yml', `haproxy:\n  hosts:\n    "hap-[a:c]":\n  vars: ${variables}\n`);
      const run = await runReport(config([ansible(inventory)], ssh), { env: { PATH: path, HOME: scratch.folder } });
      expect([run.exitCode, namesOf(run)]).toEqual([0, allOk]);
      const list = `command: { run: [ansible-inventory, "--inventory=${inventory}", --list], group: haproxy, endpoint: "ssh://{user}@{host}:{port}${folder()}/{name}.sock" }`;
      const byCommand = await runReport(config([list], ssh), { env: { PATH: path, HOME: scratch.folder } });
      expect([byCommand.exitCode, namesOf(byCommand)]).toEqual([0, allOk]);
    });
  });

  test('a program that prints every address on one line', async () => {
    // Only one of them is a proxy of this mesh: what counts is that none is lost.
    const port = mesh.proxies[0]!.statsPort;
    const run = await runReport(
      config([`command: { run: [echo, "127.0.0.1 127.0.0.2 127.0.0.3"], endpoint: "tcp://{host}:${port}" }`]),
    );
    expect([run.exitCode, namesOf(run)]).toEqual([
      3,
      ['127.0.0.1 ok', '127.0.0.2 unreachable', '127.0.0.3 unreachable'],
    ]);
  });

  describe.skipIf(consulLacking() !== null)('a real Consul', () => {
    let consul: ConsulServers;
    beforeAll(async () => {
      consul = await startConsul(['dc1']);
      for (const { name, statsPort } of mesh.proxies) {
        const meta = { environment: 'laboratory', admin_port: String(statsPort) };
        const port = 1024 + statsPort;
        await consul.register('dc1', {
          node: name,
          address: '127.0.0.1',
          service: 'haproxy',
          port,
          meta,
          serfHealth: 'passing',
        });
      }
      const meta = { environment: 'laboratory', admin_port: String(mesh.proxies[0]!.statsPort) };
      const ghost = { node: 'hap-old', address: '127.0.0.1', service: 'haproxy', port: 1024, meta } as const;
      await consul.register('dc1', { ...ghost, serfHealth: 'critical' });
    });
    afterAll(() => consul?.stop());

    const by = (token: string) =>
      `consul: { url: "${consul.url}", service: haproxy, datacenters: all, filter: 'ServiceMeta.environment == "laboratory"', endpoint: "tcp://{host}:{meta.admin_port}", token: "${token}" }`;

    test('its instances by a port in their meta; the ghost is noted, not asked', async () => {
      const run = await runReport(config([by(consul.token)]));
      expect([run.exitCode, namesOf(run).sort()]).toEqual([0, allOk]);
      expect(run.report.notes).toEqual([expect.stringContaining('hap-old (dc1) is left out')]);
      expect(run.stdout).toContain('hap-old (dc1) is left out');
    });

    test('a token that may not read the service -> 64, and the token is not shown', async () => {
      const blind = await consul.makeToken('node_prefix "" { policy = "read" }');
      const run = await runSplitbrain(['report', ...config([by(blind)])]);
      expect([run.exitCode, run.stderr]).toEqual([64, expect.stringContaining('must allow service:read on "haproxy"')]);
      expect(run.stderr).not.toContain(blind);
    });
  });
});
