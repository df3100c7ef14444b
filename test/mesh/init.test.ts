// A first configuration from one proxy of a real mesh: what it says, and what the next command
// makes of it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMesh } from '../../lab/mesh/mesh.ts';
import { type AddressedMesh, startAddressedMesh } from '../support/addressed-mesh.ts';
import { oldestAndNewest } from '../support/haproxy-versions.ts';
import { runReport, runSplitbrain } from '../support/splitbrain.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe.each(oldestAndNewest())('HAProxy $version', ({ command, version }) => {
  let lab: AddressedMesh;
  beforeAll(async () => {
    lab = await startAddressedMesh({ binary: command, layout: 'jitsi' });
    await lab.mesh.request(0, 't/a', { forceShard: 0 });
    for (const proxy of [1, 2]) await lab.mesh.untilEntry(proxy, 't/a', (entry) => entry !== undefined);
  });
  afterAll(() => lab?.stop());

  test('tcp: the peers lead to all of them, and the report agrees', async () => {
    const path = join(temporaryFolder(), 'stage.yaml');
    const { exitCode, stdout } = await runSplitbrain(['init', lab.statsAt(0), '-o', path, '--environment', 'stage']);
    expect([exitCode, stdout.split('\n')]).toEqual([
      0,
      [
        `Wrote ${path}.`,
        'Table nodes, 3 proxies:',
        ...['hap-a', 'hap-b', 'hap-c'].map((name) => `  ${name}  ok, HAProxy ${version}, 1 entry`),
        `Every proxy of the mesh was read. Next: splitbrain report -c ${path}`,
        '',
      ],
    ]);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('# Now these are release-1, release-2.');
    const report = await runReport(['-c', path]);
    expect([report.exitCode, report.report.verdict]).toEqual([0, 'agree']);
    expect(report.stdout).toContain('(stage, table nodes, 3 of 3 proxies read)');
    expect(report.report.proxies.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  test('a unix socket leads to one proxy: 3, and the others stand there to be filled in', async () => {
    const path = join(temporaryFolder(), 'stage.yaml');
    const socket = lab.mesh.proxies[1]!.socketPath;
    const { exitCode, stdout } = await runSplitbrain(['init', socket, '-o', path]);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining(`1 of 3 proxies were read. Edit ${path}, then: `)]);
    expect(stdout).toMatch(/^ {2}hap-a {2}is not in the file yet$/m);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(`- { name: "hap-b", endpoint: "unix://${socket}" }`);
    expect(text).toContain('# - { name: "hap-c", endpoint: "ssh://USER@127.0.5.3/run/haproxy/admin.sock" }');
  });

  test('a file that is there stays, without --force; -o - prints, and asks no other proxy', async () => {
    const path = join(temporaryFolder(), 'stage.yaml');
    const printed = await runSplitbrain(['init', lab.statsAt(0), '-o', '-']);
    expect([printed.exitCode, printed.stdout]).toEqual([
      0,
      expect.stringMatching(/^# Written by .*\n[\s\S]*expect: 3\n/),
    ]);
    await runSplitbrain(['init', lab.statsAt(0), '-o', path]);
    const before = readFileSync(path, 'utf8');
    const again = await runSplitbrain(['init', lab.statsAt(0), '-o', path, '--environment', 'other']);
    expect([again.exitCode, again.stdout, again.stderr]).toEqual([
      64,
      '',
      `splitbrain: ${path} is there already: --force overwrites it, -o FILE writes another\n`,
    ]);
    expect(readFileSync(path, 'utf8')).toBe(before);
    await runSplitbrain(['init', lab.statsAt(0), '-o', path, '--environment', 'other', '--force']);
    expect(readFileSync(path, 'utf8')).toBe(before.replace('my-mesh', 'other'));
  });

  test.each([
    ['no such table', () => [lab.statsAt(0), '--table', 'calls'], 64, /there is no table calls .*it has nodes/],
    ['nobody there', () => ['/nowhere/hap.sock'], 3, /no socket file .*: Correct the path .*\nNothing was written\.\n/],
    ['no endpoint', () => ['nonsense'], 64, /^splitbrain: ENDPOINT: expected /],
    ['a name with a slash', () => [lab.statsAt(0), '--environment', 'a/b'], 64, /--environment: expected letters/],
  ] as const)('%s: says so, and writes nothing', async (_, words, code, says) => {
    const path = join(temporaryFolder(), 'stage.yaml');
    const { exitCode, stderr } = await runSplitbrain(['init', ...words(), '-o', path]);
    expect([exitCode, stderr]).toEqual([code, expect.stringMatching(says)]);
    expect(existsSync(path)).toBe(false);
  });
});

test('one proxy alone, with an empty table: 0, and it says what it could not know', async () => {
  const mesh = await startMesh({ proxies: 1 });
  try {
    const path = join(temporaryFolder(), 'one.yaml');
    const { exitCode, stdout } = await runSplitbrain(['init', mesh.proxies[0]!.socketPath, '-o', path]);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(/Table nodes, 1 proxy:\n {2}hap-a {2}ok, .* 0 entries\n/),
    ]);
    expect(readFileSync(path, 'utf8')).toMatch(/No entry says now which these are\.[\s\S]*expect: 1\n/);
  } finally {
    await mesh.stop();
  }
});
