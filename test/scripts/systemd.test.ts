// The units for systemd: systemd's own checker accepts them, and the command in them exists.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { programShape } from '../../src/cli/program.ts';

const folder = resolve(import.meta.dirname, '../../jobs/systemd');
const units = ['splitbrain-monitor@.service', 'splitbrain-monitor@.timer'].map((name) => join(folder, name));
const isAbsent = spawnSync('systemd-analyze', ['--version']).status !== 0;
if (isAbsent) console.warn('not tested: units: scripts/install-debian-packages.sh systemd');

test.skipIf(isAbsent)('systemd-analyze verify has no complaint', () => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], {
    encoding: 'utf8',
  });
  expect([status, stdout + stderr]).toEqual([0, '']);
});

test.skipIf(isAbsent)('the service may do little beside its work', () => {
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=yes', units[0]!], { encoding: 'utf8' });
  const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  expect(exposure).toBeLessThan(2.5);
});

test('it runs a command with flags that exist, and a finding fails the unit', () => {
  const service = readFileSync(units[0]!, 'utf8');
  const [, name, words] = /^ExecStart=\/usr\/bin\/env splitbrain (\S+) (.*)$/m.exec(service)!;
  const command = programShape().commands.find((each) => each.name === name)!;
  const known = command.flags.flatMap(({ short, long }) => [short, long]);
  expect(words!.split(' ').filter((word) => word.startsWith('-') && !known.includes(word))).toEqual([]);
  expect(service).not.toMatch(/^SuccessExitStatus=/m);
});
