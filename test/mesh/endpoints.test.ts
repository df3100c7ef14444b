// Real HAProxies at the ends of every form of an endpoint, as people type them; over SSH too, by a
// real sshd and socat.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoneHaproxy, startLone } from '../../lab/haproxy/lone-haproxy.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { runReport } from '../support/splitbrain.ts';
import { installed } from '../support/sshd-lab.ts';

const noSsh = sshdMissing() ?? (installed('socat') ? null : 'socat is missing (Debian: apt-get install socat)');
if (noSsh) console.warn(`skipped: ${noSsh}`);

let sshd: Sshd | null = null;
let scratch: Scratch;
let abstract = '';
beforeAll(async () => {
  scratch = makeScratch();
  const unique = mkdtempSync(join(tmpdir(), 'abns-'));
  rmSync(unique, { recursive: true });
  abstract = unique.slice(1).replaceAll('/', '.');
  if (noSsh === null) sshd = await startSshd();
});
afterAll(async () => {
  await sshd?.stop();
  scratch.clear();
});

describe.each(oldestAndNewest())('HAProxy $version', (binary) => {
  let lone: LoneHaproxy;
  beforeAll(async () => {
    lone = await startLone({
      binary,
      global: (folder) => [
        `stats socket abns@${abstract} level operator`,
        `stats socket "${folder}/my proxy.sock" level operator`,
      ],
    });
  });
  afterAll(() => lone?.stop());

  const entriesBy = async (...words: readonly string[]) => {
    const { report } = await runReport(words);
    return report.proxies.map(({ status, trouble, table }) => ({ status, trouble, entries: table?.entries }));
  };
  const read = [{ status: 'ok', trouble: null, entries: 1 }];

  test.each<[string, (from: LoneHaproxy) => string]>([
    ['an absolute path', ({ socketPath }) => socketPath],
    ['host:port', ({ ports }) => `127.0.0.1:${ports.stats}`],
    ["HAProxy's ipv4@", ({ ports }) => `ipv4@127.0.0.1:${ports.stats}`],
    ['a name', ({ ports }) => `localhost:${ports.stats}`],
    ["HAProxy's abns@", () => `abns@${abstract}`],
    ['a path with a space', ({ folder }) => `unix://${folder}/my proxy.sock`],
  ])('%s is read', async (_, endpoint) => {
    expect(await entriesBy('--proxy', endpoint(lone))).toEqual(read);
  });

  const masterTrouble = [
    {
      status: 'unreachable',
      trouble: {
        code: 'master-socket',
        message: "this is the CLI of HAProxy's master process, which holds no tables",
        remedy: expect.stringContaining("use the worker's stats socket"),
      },
      entries: undefined,
    },
  ];

  test("the master's CLI is named, and the socket to use", async () => {
    expect(await entriesBy('--proxy', lone.masterSocketPath)).toEqual(masterTrouble);
  });

  describe.skipIf(noSsh !== null)('over SSH', () => {
    const configured = (path: string, via: string) =>
      entriesBy(
        '-c',
        scratch.file(
          'ssh.yaml',
          [
            'environment: lone',
            `proxies: { list: [{ name: hap-a, endpoint: "ssh://${sshd!.user}@127.0.0.1:${sshd!.port}${path}" }] }`,
            `ssh: { ${via}, sudo: false, privateKey: ${sshd!.clientKeyPath}, knownHosts: ${scratch.file('known', sshd!.hostKeyLine)} }`,
          ].join('\n'),
        ),
      );

    test('an abstract socket is read by socat', async () => {
      expect(await configured(`/abns@${abstract}`, 'via: socat')).toEqual(read);
    });

    test("the master's CLI is named by socat too, which greets with a prompt of its own", async () => {
      expect(await configured(lone.masterSocketPath, 'via: socat')).toEqual(masterTrouble);
    });

    test.each(['socat', 'streamlocal'])('a path with a space is read by %s', async (via) => {
      expect(await configured(`${lone.folder}/my proxy.sock`, `via: ${via}`)).toEqual(read);
    });
  });
});
