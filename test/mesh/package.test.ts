// The package as people get it: what is in it, and that it works from a prefix of its own, without
// anything of this folder.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import packageJson from '../../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'splitbrain-package-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The build of this tree is packed: `prepack`, which would make it, is left out. */
const packed = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
)[0] as { readonly filename: string; readonly files: readonly { readonly path: string; readonly mode: number }[] };
const paths = packed.files.map(({ path }) => path);

test('it has the program, the man page, schemas and units, and nothing else', () => {
  const expected =
    /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/(?:src|jobs)\/[\w.-]+\.(?:js|css)|dist\/lines\.wasm|dist\/man\/splitbrain\.1|schema\/[\w.-]+\.json|jobs\/[\w-]+\/[\w@.-]+\.(?:service|timer|ya?ml))$/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  for (const path of [packageJson.bin.splitbrain, ...packageJson.man, 'schema/report.schema.json', 'LICENSE'])
    expect(paths).toContain(path);
});

test('no file of it names a path of the machine that built it', () => {
  const leaks = paths.filter((path) => {
    const text = readFileSync(join(root, path), 'latin1');
    return text.includes(root) || text.includes(`${tmpdir()}/splitbrain`) || /\/(?:home|Users)\/\w+\//.test(text);
  });
  expect(leaks).toEqual([]);
});

/** Why npm could not install; `null` where it did. It uses what its cache has. */
function installed(): string | null {
  const words = ['install', '-g', '--prefix', join(folder, 'prefix'), '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status, stderr } = spawnSync('npm', [...words, '--prefer-offline', join(folder, packed.filename)], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return null;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED/.test(stderr)) return 'there is no npm registry';
  throw new Error(`npm install -g failed: ${stderr}`);
}

const absence = installed();
if (absence !== null) console.warn(`not tested: the installed package: ${absence}`);

describe.skipIf(absence !== null)('npm i -g, in a clean prefix', () => {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh({ proxies: 2 });
  });
  afterAll(() => mesh?.stop());

  const run = (...words: readonly string[]) =>
    spawnSync(join(folder, 'prefix/bin/splitbrain'), words, {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder, LANG: 'C.UTF-8' },
    });

  test('--version and help', () => {
    expect(run('--version').stdout).toBe(`${packageJson.version}\n`);
    expect(run('help', 'report').stdout).toContain('--proxy');
  });

  test('a report on real proxies', async () => {
    await mesh.request(0, 't/a', { forceShard: 0 });
    await mesh.untilEntry(1, 't/a', (entry) => entry !== undefined);
    const { status, stdout } = run('report', ...mesh.proxies.flatMap(({ socketPath }) => ['--proxy', socketPath]));
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^AGREE /)]);
  });

  test('SSH and the schema are there too', () => {
    const { status, stdout } = run('report', '--proxy', 'ssh://nobody@127.0.0.1:1/x.sock');
    expect([status, stdout]).toEqual([3, expect.stringContaining('127.0.0.1:1')]);
    expect(JSON.parse(run('schema').stdout)).toHaveProperty('$schema');
  });

  test('the man page is where man looks', () => {
    expect(existsSync(join(folder, 'prefix/share/man/man1/splitbrain.1'))).toBe(true);
  });
});
