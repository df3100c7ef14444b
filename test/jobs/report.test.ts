// The scheduled dry run as a scheduler starts it: exit code, the files it leaves, and the
// configuration that comes with it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-job-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const job = (...words: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'jobs/report.ts', ...words], { cwd: project, encoding: 'utf8' });

test('{p1: nobody answers} -> exit 3, and summary.txt and report.json say why', () => {
  const config = join(folder, 'mesh.yaml');
  const socket = join(folder, 'none.sock');
  writeFileSync(config, `environment: test\nproxies: { list: [{ name: p1, endpoint: "unix://${socket}" }] }\n`);
  const out = join(folder, 'made', 'out');
  const { status, stdout } = job('--config', config, '--out', out);
  expect(status).toBe(3);
  const summary = readFileSync(join(out, 'summary.txt'), 'utf8');
  expect(summary).toMatch(/^INCOMPLETE {2}1 of 1 proxy could not be read in full/);
  expect(stdout).toContain('INCOMPLETE');
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  expect([report.exitCode, report.proxies[0].status, report.proxies[0].trouble.code]).toEqual([
    3,
    'unreachable',
    'no-socket',
  ]);
});

test.each(['full', 'closed'])('its log %s: the exit code and the files stay', (log) => {
  const config = join(folder, 'mesh.yaml');
  writeFileSync(config, 'environment: test\nproxies: { list: [{ name: p1, endpoint: "unix:///none.sock" }] }\n');
  const to = log === 'full' ? '>/dev/null 2>/dev/full' : '2>&1 | true';
  const words = [process.execPath, '--import', 'tsx', 'jobs/report.ts', '--config', config, '--out', folder];
  const run = spawnSync('bash', ['-c', `"$@" ${to}; exit "$PIPESTATUS"`, 'bash', ...words], { cwd: project });
  expect([run.status, readFileSync(join(folder, 'summary.txt'), 'utf8')]).toEqual([
    3,
    expect.stringMatching(/^INCOMPLETE/),
  ]);
  expect(statSync(join(folder, 'summary.txt')).mode & 0o777).toBe(0o600);
});

test.each([
  [['--config', 'nowhere.yaml', '--out', 'OUT'], 'nowhere.yaml:1:1'],
  [['--out', 'OUT'], '--config FILE is missing'],
  [['--config', 'x.yaml', '--hurry'], "Unknown option '--hurry'"],
])('%j -> exit 64, in words', (words, said) => {
  const { status, stderr } = job(...words.map((word) => (word === 'OUT' ? join(folder, 'out') : word)));
  expect([status, stderr]).toEqual([64, expect.stringContaining(`splitbrain: ${said}`)]);
  expect(stderr).not.toContain('    at ');
});

test('the environment that comes with it is a valid configuration once the credentials are there', () => {
  const env = { SSH_USER: 'ubuntu', SSH_KEY_FILE: join(folder, 'key'), SSH_KNOWN_HOSTS: join(folder, 'known_hosts') };
  for (const path of [env.SSH_KEY_FILE, env.SSH_KNOWN_HOSTS]) writeFileSync(path, 'contents\n');
  const path = join(project, 'jobs/environments/staging.yaml');
  const { proxies, ssh } = loadSettings(path, { env, readFile: (name) => readFileSync(name, 'utf8') });
  expect(proxies.source).toMatchObject({ endpoint: 'ssh://ubuntu@{host}/var/run/haproxy/admin.sock' });
  expect([ssh.privateKey?.path, ssh.knownHosts.text]).toEqual([env.SSH_KEY_FILE, 'contents\n']);
});
