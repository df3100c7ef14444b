// `config check`: what a configuration means, and every complaint at once.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderSettings } from '../../src/report/settings-text.ts';
import { load } from '../config/loading.ts';
import { runSplitbrain } from '../support/splitbrain.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function written(text: string): string {
  const path = join(temporaryFolder(), 'mesh.yaml');
  writeFileSync(path, text);
  return path;
}

const small = 'environment: stage\nproxies: { list: [{ name: hap-a, endpoint: "unix:///run/a.sock" }] }\n';

test('a good one: what it means, exit 0, and nobody is asked', async () => {
  const path = written(small);
  const { exitCode, stdout } = await runSplitbrain(['config', 'check', '-c', path]);
  expect([exitCode, stdout.split('\n')[0]]).toEqual([0, `${path} is good. It means:`]);
  expect(stdout).toMatch(/^ {2}mesh {7}stage, table nodes$/m);
  expect(stdout).toMatch(/^ {2}proxies {4}hap-a unix:\/\/\/run\/a\.sock$/m);
  expect(stdout).toMatch(/^ {2}heal {7}only with its question: there is no heal section$/m);
});

test('a bad one: every complaint, exit 64, nothing on standard output', async () => {
  const path = written('environment: "a b"\ntabel: nodes\nproxies: { expect: none }\n');
  const { exitCode, stdout, stderr } = await runSplitbrain(['config', 'check', '-c', path]);
  expect([exitCode, stdout]).toEqual([64, '']);
  for (const what of ['environment', 'tabel', 'proxies', 'proxies.expect']) expect(stderr).toContain(`: ${what}: `);
});

test('none: it says how to get one', async () => {
  const { exitCode, stderr } = await runSplitbrain(['config', 'check']);
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining('splitbrain init ENDPOINT')]);
});

test('--connect: a proxy that is not reached is exit 3, with its reason', async () => {
  const { exitCode, stdout } = await runSplitbrain(['config', 'check', '--connect', '-c', written(small)]);
  expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^ {2}hap-a {2}unreachable: There is no socket file/m)]);
});

test('consent is said, and no secret is', () => {
  const text = renderSettings(
    load(
      `${small}heal: {}\ncensus: { consul: { url: "http://c:8500", token: hush }, domain: meet.example }\nmetrics: {}\n`,
    ),
    true,
  );
  expect(text).toMatch(
    /heal +allowed without a question to monitor --heal and remediate --heal\n +limits +one heal changes at most 200 /,
  );
  expect(text).toMatch(/census +from consul, rooms of meet\.example/);
  expect(text).not.toContain('hush');
  expect(text).toMatch(/messages +none are sent/);
});

test('whom messages go to is said, and the secret of the URL is not', () => {
  const notify = 'notify: { url: "https://hooks.slack.com/services/T0/B0/hush" }';
  expect(renderSettings(load(`${small}${notify}\n`), true)).toMatch(
    /messages +to hooks\.slack\.com in the form slack, on changed, without names of conferences\n/,
  );
  expect(renderSettings(load(`${small}${notify}\n`), true)).not.toContain('hush');
});
