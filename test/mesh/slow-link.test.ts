// A proxy at the far end of a slow link: its dump crosses compressed. Near, or where it is not
// wanted, it crosses as it is. Bytes are counted, not time.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PacedLink, startPacedForwarder } from '../../lab/links/paced-forwarder.ts';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { until } from '../../lab/until.ts';
import { newestHaproxy } from '../support/haproxy-versions.ts';
import { findingLines, statusesOf } from '../support/report-file.ts';
import { runReport } from '../support/splitbrain.ts';
import { installed } from '../support/sshd-lab.ts';

const missing = sshdMissing() ?? (installed('socat') ? null : 'socat is missing (Debian: apt-get install socat)');
if (missing !== null) console.warn(`not tested: slow links: ${missing}`);

const ENTRIES = 20_000;
const distant = { bitsPerSecond: 200_000_000, roundTripMs: 120 };
const nearby = { bitsPerSecond: 1_000_000_000, roundTripMs: 0 };

describe.skipIf(missing !== null).each(newestHaproxy())('HAProxy $version', ({ command }) => {
  const scratch = makeScratch();
  let mesh: Mesh;
  let sshd: Sshd;
  beforeAll(async () => {
    mesh = await startMesh({ binary: command, proxies: 2 });
    const entry = (n: number) => ({ key: `room-${n * 7_919}@conference.tenant${n % 97}.meet`, serverId: 11 + (n % 3) });
    await mesh.fill(0, ENTRIES, entry);
    await mesh.untilEntry(1, entry(ENTRIES - 1).key, (found) => found !== undefined);
    sshd = await startSshd();
  });
  afterAll(async () => {
    await mesh?.stop();
    await sshd?.stop();
    scratch.clear();
  });

  /** One report, hap-b behind the link; what crossed it, and how long the dump is, in bytes. */
  async function reportOver(
    link: Pick<PacedLink, 'bitsPerSecond' | 'roundTripMs'>,
    compress: string,
    via = 'sudo: false',
  ) {
    const forwarder = await startPacedForwarder({ host: '127.0.0.1', port: sshd.port, ...link });
    try {
      const knownHosts = `[127.0.0.1]:${forwarder.port}${sshd.hostKeyLine.slice(sshd.hostKeyLine.indexOf(' '))}\n`;
      const endpoints = {
        'hap-b': `ssh://${sshd.user}@127.0.0.1:${forwarder.port}${mesh.proxies[1]!.socketPath}`,
      };
      const lines = [
        `collect: { compress: ${compress} }`,
        'ssh:',
        '  agent: false',
        `  privateKey: ${sshd.clientKeyPath}`,
        `  knownHosts: ${scratch.file(`known_hosts-${forwarder.port}`, knownHosts)}`,
        `  ${via}`,
      ];
      const { exitCode, report } = await runReport(configure(scratch, mesh, { endpoints, lines }));
      expect([exitCode, findingLines(report), statusesOf(report)]).toEqual([0, [], ['hap-a ok', 'hap-b ok']]);
      expect(report.proxies.map(({ table }) => table?.entries)).toEqual([ENTRIES, ENTRIES]);
      const dump = await mesh.command(1, 'show table nodes');
      return { crossed: forwarder.bytesToClient(), dump: dump.length };
    } finally {
      await forwarder.close();
    }
  }

  test('far, auto: less than a third of the dump crosses', async () => {
    const { crossed, dump } = await reportOver(distant, 'auto');
    expect(dump).toBeGreaterThan(80 * ENTRIES);
    expect(crossed).toBeLessThan(dump / 3);
  });

  test('near, always: the same', async () => {
    const { crossed, dump } = await reportOver(nearby, 'always');
    expect(crossed).toBeLessThan(dump / 3);
  });

  test('near, auto: all of it crosses, unless the machine is too busy to answer at once', async () => {
    await until('the whole dump has crossed', async () => {
      const { crossed, dump } = await reportOver(nearby, 'auto');
      return crossed > dump || null;
    });
  });

  test.each([
    ['far, never', distant, 'never', undefined],
    ['far, auto, no command that could compress', distant, 'auto', 'via: streamlocal'],
  ] as const)('%s: all of it crosses', async (_, link, compress, via) => {
    const { crossed, dump } = await reportOver(link, compress, via);
    expect(crossed).toBeGreaterThan(dump);
  });
});
