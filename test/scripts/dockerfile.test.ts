// The Dockerfile: linted, its paths are there, and its build works in a clean folder. Where there
// is a builder, the image is built and run.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Copy, DockerfileParser } from 'dockerfile-ast';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
const parsed = DockerfileParser.parse(text);

/** The sources of `COPY`s from the folder of the project. */
const copied = parsed
  .getInstructions()
  .filter((one): one is Copy => one.getKeyword() === 'COPY')
  .filter((copy) => copy.getFromFlag() === null)
  .flatMap((copy) =>
    copy
      .getArguments()
      .slice(0, -1)
      .map((word) => word.getValue()),
  );

const runs = parsed
  .getInstructions()
  .filter((one) => one.getKeyword() === 'RUN')
  .map((one) => one.getArgumentsContent()!);

test('the linter has no complaint', () => {
  expect(validate(text).map(({ message }) => message)).toEqual([]);
});

test('every path that it copies is there, and .dockerignore lets it through', () => {
  expect(copied.length).toBeGreaterThan(5);
  expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  expect(allowed[1]).toBe('*');
  expect(copied.filter((path) => !allowed.includes(`!${path.replace('./', '')}`))).toEqual([]);
});

test('the base is pinned, the user is not root, and the program gets signals itself', () => {
  for (const from of parsed.getFROMs()) expect(from.getImageTag()).toMatch(/^\d+\.\d+\.\d+-/);
  const users = parsed.getInstructions().filter((one) => one.getKeyword() === 'USER');
  expect(users.map((user) => user.getArgumentsContent())).toEqual(['node']);
  expect(parsed.getENTRYPOINTs().map((entry) => entry.getArgumentsContent())).toEqual(['["splitbrain"]']);
});

test('its build works with nothing but what it copies, and leaves no tool of development', () => {
  const folder = temporaryFolder();
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  // Packages that are there already need no registry; hard links cost nothing.
  spawnSync('cp', ['-al', join(root, 'node_modules'), folder]);
  const [build] = runs;
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', build!], { cwd: folder, encoding: 'utf8' });
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  const { dependencies, devDependencies } = packageJson;
  const isThere = (name: string) => existsSync(join(folder, 'node_modules', name));
  expect(Object.keys(dependencies).filter((name) => !isThere(name))).toEqual([]);
  expect(Object.keys(devDependencies).filter(isThere)).toEqual([]);
  const run = spawnSync(process.execPath, [join(folder, 'dist/src/main.js'), '--version'], { encoding: 'utf8' });
  expect(run.stdout).toBe(`${packageJson.version}\n`);
});

const builder = ['docker', 'podman'].find((name) => spawnSync(name, ['info'], { timeout: 20_000 }).status === 0);
if (builder === undefined) console.warn('not tested: the image itself: there is no docker and no podman that works');

test.skipIf(builder === undefined)('the image is built, and runs as another user than root', () => {
  const name = 'splitbrain-test';
  const built = spawnSync(builder!, ['build', '-t', name, root], { encoding: 'utf8' });
  expect([built.status, built.status === 0 ? '' : built.stderr]).toEqual([0, '']);
  const version = spawnSync(builder!, ['run', '--rm', '--init', name, '--version'], { encoding: 'utf8' });
  expect(version.stdout).toBe(`${packageJson.version}\n`);
  const user = spawnSync(builder!, ['run', '--rm', '--entrypoint', 'id', name, '-un'], { encoding: 'utf8' });
  expect(user.stdout).toBe('node\n');
});
