// What scripts/prepare.sh does again and what not, with an npm that only writes down how it was
// called.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../scripts/prepare.sh', import.meta.url));

const npm = `#!/bin/sh
echo "$1 $2 $3" >>calls
case "$1" in
  ci) rm -rf node_modules && mkdir node_modules ;;
  run) rm -rf dist && mkdir dist && [ ! -e broken ] ;;
esac
`;

const install = ['ci --ignore-scripts --no-audit', 'rebuild ssh2 --no-audit'];
const build = ['run --silent build'];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-prepare-'));
  for (const name of [
    'src/main.ts',
    'jobs/report.ts',
    'assembly/lines.ts',
    'scripts/build.sh',
    'scripts/man-page.ts',
    'package.json',
  ])
    write(name, name);
  write('package-lock.json', 'one');
  write('bin/npm', npm);
  chmodSync(join(folder, 'bin/npm'), 0o755);
  copyFileSync(script, join(folder, 'scripts/prepare.sh'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

/** How it called npm, and its exit code. */
function prepare(...words: readonly string[]): { readonly calls: readonly string[]; readonly exitCode: number | null } {
  write('calls', '');
  const env = { PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:${process.env.PATH}` };
  const { status } = spawnSync('sh', ['scripts/prepare.sh', ...words], { cwd: folder, env });
  const lines = readFileSync(join(folder, 'calls'), 'utf8').split('\n');
  return { calls: lines.filter((line) => line !== ''), exitCode: status };
}

test('a fresh clone: installs and builds; once more: neither', () => {
  expect(prepare()).toEqual({ calls: [...install, ...build], exitCode: 0 });
  expect(prepare()).toEqual({ calls: [], exitCode: 0 });
});

test('a file with another time but the same content, as git leaves it: nothing', () => {
  prepare();
  for (const name of ['src/main.ts', 'package-lock.json']) utimesSync(join(folder, name), new Date(), new Date());
  expect(prepare().calls).toEqual([]);
});

test.each([
  'src/main.ts',
  'jobs/report.ts',
  'assembly/lines.ts',
  'scripts/build.sh',
  'scripts/man-page.ts',
  'src/new.ts',
])('%s is another: builds', (name) => {
  prepare();
  write(name, 'another');
  expect(prepare().calls).toEqual(build);
});

test('another Node than it was installed with: compiles what is compiled, and nothing else', () => {
  prepare();
  write('node_modules/.compiled-for', '1');
  expect(prepare().calls).toEqual(['rebuild ssh2 --no-audit']);
  expect(prepare().calls).toEqual([]);
});

test('package-lock.json is another: installs and builds', () => {
  prepare();
  write('package-lock.json', 'two');
  expect(prepare().calls).toEqual([...install, ...build]);
});

test('dist or node_modules is gone: makes it again', () => {
  prepare();
  rmSync(join(folder, 'dist'), { recursive: true });
  expect(prepare().calls).toEqual(build);
  rmSync(join(folder, 'node_modules'), { recursive: true });
  expect(prepare().calls).toEqual(install);
});

test('a build that failed is done again', () => {
  write('broken', '');
  expect(prepare()).toEqual({ calls: [...install, ...build], exitCode: 1 });
  rmSync(join(folder, 'broken'));
  expect(prepare()).toEqual({ calls: build, exitCode: 0 });
});

test('--afresh: everything, as CI wants it', () => {
  prepare();
  expect(prepare('--afresh').calls).toEqual([...install, ...build]);
});
