// Real split brains: which conferences, where they lead, and why; over every transport; and not one
// writing command on the way.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RecordingRelay, startRelay } from '../../lab/links/recording-relay.ts';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure, type MeshConfig } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import { findingLines, meshKinds, routesOf, statusesOf } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';

const noSshd = sshdMissing();
if (noSshd !== null) console.warn(`not tested: proxies over SSH: ${noSshd}`);

const calm = Array.from({ length: 20 }, (_, n) => `calm/room ${n}`);
const parted = Array.from({ length: 12 }, (_, n) => `parted/room-${n}`);

describe.each(everyHaproxy())('HAProxy $version', ({ command }) => {
  let mesh: Mesh;
  let scratch: Scratch;
  let sshd: Sshd | null = null;
  beforeAll(async () => {
    scratch = makeScratch();
    mesh = await startMesh({ binary: command });
    sshd = noSshd === null ? await startSshd() : null;
  });
  afterAll(async () => {
    await mesh?.stop();
    await sshd?.stop();
    scratch.clear();
  });

  /** hap-a by unix, hap-b by TCP, hap-c by SSH. */
  function threeWays({ port, user, hostKeyLine, clientKeyPath }: Sshd, ...via: string[]): MeshConfig {
    const [, b, c] = mesh.proxies;
    return {
      endpoints: {
        'hap-b': `tcp://127.0.0.1:${b!.statsPort}`,
        'hap-c': `ssh://${user}@127.0.0.1:${port}${c!.socketPath}`,
      },
      lines: [
        'ssh:',
        '  agent: false',
        `  privateKey: ${clientKeyPath}`,
        `  knownHosts: ${scratch.file('known_hosts', `${hostKeyLine}\n`)}`,
        ...via.map((line) => `  ${line}`),
      ],
    };
  }

  describe('{a: s1, b: s1 | c: s2} by real requests, links to c cut', () => {
    beforeAll(async () => {
      for (const name of calm) await mesh.request(0, name);
      for (const i of [1, 2]) for (const name of calm) await mesh.untilEntry(i, name, (entry) => entry !== undefined);
      await mesh.split(parted, [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ]);
      await mesh.untilPeers(0, 2, 'down');
      await mesh.untilPeers(1, 2, 'down');
    });

    async function expectTheSplit(args: readonly string[]) {
      const { exitCode, report, stdout } = await runReport(args);
      expect(findingLines(report)).toEqual(parted.map((name) => `split ${name}: peer-link-down`).sort());
      const [one, two] = mesh.shards.map(({ address }) => address);
      for (const name of parted) expect(routesOf(report, name)).toEqual({ 'hap-a': one, 'hap-b': one, 'hap-c': two });
      expect([exitCode, report.verdict, statusesOf(report)]).toEqual([
        2,
        'split',
        ['hap-a ok', 'hap-b ok', 'hap-c ok'],
      ]);
      expect(
        report.meshFindings.filter(({ kind }) => kind === 'peer-down').map(({ proxy, peer }) => [proxy, peer]),
      ).toEqual([
        ['hap-a', 'hap-c'],
        ['hap-b', 'hap-c'],
      ]);
      expect(meshKinds(report)).toEqual(['peer-down']);
      expect(stdout).toMatch(new RegExp(`^SPLIT {2}12 of ${calm.length + 12} conferences are split across shards`));
      expect(stdout).toContain('(split, peer-link-down)');
      expect(stdout).toContain('Check the peers port and the firewall between hap-a and hap-c, hap-b and hap-c;');
      return report;
    }

    test('unix sockets: exactly those twelve, peer-link-down', async () => {
      await expectTheSplit(configure(scratch, mesh));
    });

    test.skipIf(noSshd !== null).each([
      ['socat without sudo', ['via: socat', 'sudo: false']],
      ['streamlocal', ['via: streamlocal']],
    ])('unix, TCP and SSH (%s) in one run: the same', async (_, via) => {
      await expectTheSplit(configure(scratch, mesh, threeWays(sshd!, ...via)));
    });

    test.skipIf(noSshd !== null)('unix, TCP and SSH (TCP forward) in one run: the same', async () => {
      const via = `via: "tcp:127.0.0.1:${mesh.proxies[2]!.statsPort}"`;
      await expectTheSplit(configure(scratch, mesh, threeWays(sshd!, via)));
    });

    test('every proxy gets one dump and nothing but `show` commands, never its environment', async () => {
      const paths = mesh.proxies.map(({ name }) => join(scratch.folder, `${name}.relay`));
      const relays: RecordingRelay[] = [];
      try {
        for (const [i, path] of paths.entries()) relays.push(await startRelay(path, mesh.proxies[i]!.socketPath));
        const endpoints = Object.fromEntries(mesh.proxies.map(({ name }, i) => [name, `unix://${paths[i]}`]));
        await expectTheSplit(configure(scratch, mesh, { endpoints }));
        for (const { requests } of relays) {
          // None of these names holds a `;`, so every one of them parts two commands.
          const commands = requests.flatMap((request) => request.trimEnd().split(';'));
          expect(
            commands.filter((each) => !/^show (info|servers state|table|stat -1 4 -1|peers|cli level)( |$)/.test(each)),
          ).toEqual([]);
          expect(requests.filter((request) => request === 'show table nodes\n')).toHaveLength(1);
          expect(
            commands.filter((each) => each.startsWith('show table nodes key parted')).length,
          ).toBeGreaterThanOrEqual(12);
        }
      } finally {
        await Promise.all(relays.map((relay) => relay.stop()));
      }
    });
  });
});
