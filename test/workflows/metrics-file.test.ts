// `--metrics-file` of the built program: what a run leaves for the collector, also where it fails.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BadProxy, startResetting } from '../support/bad-proxies.ts';
import { type CloudWatchRuns, startCloudWatchRuns } from '../support/cloudwatch-runs.ts';

let here: CloudWatchRuns;
/** Whoever asks it gets no answer, so that every look is incomplete: exit 3. */
let proxy: BadProxy;
beforeEach(async () => {
  [here, proxy] = await Promise.all([startCloudWatchRuns(), startResetting()]);
});
afterEach(async () => {
  await proxy.stop();
  await here.stop();
});

const path = () => join(here.scratch.folder, 'splitbrain.prom');
const valueIn = (name: string) => {
  const line = readFileSync(path(), 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`splitbrain_${name}{`));
  return line === undefined ? null : Number(line.split(' ').at(-1));
};
const listed = () => `{ list: [{ name: p1, endpoint: "tcp://127.0.0.1:${proxy.port}" }] }`;

function config(proxies = listed(), ...lines: readonly string[]): readonly string[] {
  const text = ['environment: prod', `proxies: ${proxies}`, 'confirm: { reads: 2, settle: 10ms }', ...lines, ''];
  return ['-c', here.scratch.file('splitbrain.yaml', text.join('\n'))];
}

test('{p1: nobody answers}, no metrics section -> exit 3, the metrics in the file, no word of CloudWatch', async () => {
  const began = Date.now() / 1000;
  const run = await here.run(['monitor', '--metrics-file', path(), ...config()]);
  expect([run.exitCode, run.stdout]).toEqual([3, expect.not.stringContaining('no metrics were sent')]);
  expect([valueIn('monitor_success'), valueIn('proxies_unreachable'), valueIn('split_brain_rooms')]).toEqual([0, 1, 0]);
  expect(valueIn('last_run_timestamp_seconds')).toBeGreaterThanOrEqual(Math.floor(began));
  expect([statSync(path()).mode & 0o777, here.server.calls]).toEqual([0o644, []]);
});

test('with a metrics section both get them, and the file is written where CloudWatch refuses', async () => {
  here.server.fault = () => ({ kind: 'html' });
  const run = await here.run(['monitor', '--metrics-file', path(), ...config(listed(), 'metrics: {}')]);
  expect([run.exitCode, valueIn('proxies_unreachable')]).toEqual([3, 1]);
  expect(run.stdout).toContain('the metrics were not sent');
});

test.each<[string, () => readonly string[]]>([
  [
    'the inventory cannot be read',
    () => config('{ consul: { url: "http://127.0.0.1:1", service: haproxy, endpoint: "tcp://{host}:1" } }'),
  ],
  ['--heal without consent', () => ['--heal', ...config()]],
])('%s -> 64, and yesterday is gone: success 0, and when', async (_what, words) => {
  writeFileSync(
    path(),
    'splitbrain_monitor_success{environment="prod"} 1\nsplitbrain_split_brain_rooms{environment="prod"} 0\n',
  );
  const { exitCode } = await here.run(['monitor', '--metrics-file', path(), ...words()]);
  expect([exitCode, valueIn('monitor_success'), valueIn('split_brain_rooms')]).toEqual([64, 0, null]);
  expect(valueIn('last_run_timestamp_seconds')).toBeGreaterThan(1_700_000_000);
});

test('- is standard output, in place of the text', async () => {
  const run = await here.run(['monitor', '--metrics-file', '-', ...config()]);
  expect([run.exitCode, run.stdout]).toEqual([3, expect.stringMatching(/^# HELP splitbrain_stick_table_error /)]);
  expect(run.stdout).not.toContain('INCOMPLETE');
});

test.each<[string, readonly string[], string]>([
  [
    'no such folder',
    ['--metrics-file', '/no/such/folder/x.prom'],
    '--metrics-file /no/such/folder/x.prom: cannot be written: ENOENT',
  ],
  ['standard output twice', ['--metrics-file', '-', '--json', '-'], 'both want standard output'],
])('%s -> 64 before any proxy is asked', async (_what, words, said) => {
  const run = await here.run(['monitor', ...words, ...config()]);
  expect([run.exitCode, run.stderr]).toEqual([64, expect.stringContaining(said)]);
  expect(proxy.accepted).toBe(0);
});

test('a remediation that asks no proxy leaves the file of the monitor as it is', async () => {
  const words = ['remediate', '--alarm-name', 'Somebody else', '--metrics-file', path()];
  const { exitCode } = await here.run([...words, ...config(listed(), 'metrics: {}')]);
  expect([exitCode, existsSync(path())]).toEqual([4, false]);
});
