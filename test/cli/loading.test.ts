// What a run of the built program loads: no module that its command does not need. Node itself
// lists the files, for its coverage.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runSplitbrain } from '../support/splitbrain.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-loading-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Loaded {
  /** By name, as npm knows them, those in the bundle too. */
  readonly packages: ReadonlySet<string>;
  /** Files of our own, as `src/cli/program.ts`. */
  readonly sources: ReadonlySet<string>;
}

async function loadedBy(...words: readonly string[]): Promise<Loaded> {
  await runSplitbrain(words, { env: { NODE_V8_COVERAGE: folder } });
  const urls = readdirSync(folder).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage;
    return result.map(({ url }) => url);
  });
  const modules = urls
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url))
    .flatMap((path) => (path.includes('/node_modules/') ? [path] : modulesOf(path)));
  const packages = modules.map((path) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return {
    packages: new Set(packages.filter((name) => name !== undefined)),
    sources: new Set(modules.filter((path) => path.startsWith('src/'))),
  };
}

/**
 * The modules that esbuild put into a file of dist: it writes the path of each into a comment of
 * its own.
 */
function modulesOf(path: string): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^\/\/ ((?:src|jobs|node_modules)\/\S+)$/gm)].map(
    (match) => match[1]!,
  );
}

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

const all = ['zod', 'pino', 'yaml', 'yocto-spinner', 'ssh2', '@aws-sdk/client-cloudwatch'];
const socket = 'unix:///run/nobody.sock';
const writers = ['src/runtime-api/table-writer.ts', 'src/workflows/carry-out.ts', 'src/workflows/heal.ts'];

// Each command loads some of what the others do without: a list that nothing could ever be on would
// prove nothing.
test.each([
  [['--version'], []],
  [
    ['report', '--proxy', socket],
    ['zod', 'pino'],
  ],
  [
    ['report', '--from', '/nowhere'],
    ['zod', 'pino'],
  ],
  [
    ['report', '--proxy', 'ssh://nobody@127.0.0.1:1/run/haproxy.sock'],
    ['zod', 'pino', 'ssh2'],
  ],
  [
    ['report', '-c', 'test/fixtures/nowhere.yaml'],
    ['zod', 'pino', 'yaml'],
  ],
])('%j loads %j of the packages that take their time', async (words, expected) => {
  const { packages, sources } = await loadedBy(...words);
  expect(all.filter((name) => packages.has(name))).toEqual(expected);
  expect(sources).toContain('src/cli/program.ts');
  expect(sources.has('src/workflows/report.ts')).toBe(words[0] === 'report');
  expect(writers.filter((path) => sources.has(path))).toEqual([]);
});

test('what writes is loaded by what writes', async () => {
  const { sources } = await loadedBy('heal', '--proxy', socket);
  expect(writers.filter((path) => sources.has(path))).toEqual(writers);
});

test('zod comes without its languages, but for English', () => {
  const dist = fileURLToPath(new URL('../../dist/src/', import.meta.url));
  const built = readdirSync(dist).flatMap((name) => modulesOf(join(dist, name)));
  expect(built).toContain('node_modules/zod/v4/core/parse.js');
  expect(built.filter((path) => /zod\/.*locales\/(?!index\.)/.test(path))).toEqual([
    'node_modules/zod/v4/locales/en.js',
  ]);
});

test('Node keeps compiled code only where NODE_COMPILE_CACHE says so', async () => {
  const cache = join(folder, 'compiled');
  // Every run in here also proves that nothing stays behind in HOME.
  await runSplitbrain(['report', '--proxy', socket]);
  expect(existsSync(cache)).toBe(false);
  const { exitCode } = await runSplitbrain(['report', '--proxy', socket], { env: { NODE_COMPILE_CACHE: cache } });
  expect(exitCode).toBe(3);
  // Node 20 does not know the variable.
  expect(existsSync(cache)).toBe('enableCompileCache' in nodeModule);
});
