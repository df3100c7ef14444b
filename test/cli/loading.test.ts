// What a run of the built program runs: of modules that a command does not need, nothing. Node itself tells, for its coverage.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Script } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runSplitbrain } from '../support/splitbrain.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-loading-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Loaded {
  /** By name, as npm knows them; zod too, which is built in. */
  readonly packages: ReadonlySet<string>;
  /** Files of our own, as `src/cli/program.ts`: in the built program, what a file holds is a function of that name. */
  readonly sources: ReadonlySet<string>;
}

async function loadedBy(...words: readonly string[]): Promise<Loaded> {
  await runSplitbrain(words, { env: { NODE_V8_COVERAGE: folder } });
  const scripts = readdirSync(folder).flatMap(
    (name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage).result,
  );
  const parts = scripts.flatMap(({ url, functions }) =>
    url.includes('/node_modules/')
      ? [url]
      : functions.filter(({ ranges }) => ranges[0]!.count > 0).map(({ functionName }) => functionName),
  );
  const packages = parts.map((path) => /.*\bnode_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return {
    packages: new Set(packages.filter((name) => name !== undefined)),
    sources: new Set(parts.filter((path) => path.startsWith('src/'))),
  };
}

/** `ranges[0]` is the whole function. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

const all = ['zod', 'pino', 'yaml', 'yocto-spinner', 'ssh2', '@aws-sdk/client-cloudwatch'];
const socket = 'unix:///run/nobody.sock';
const writers = ['src/runtime-api/table-writer.ts', 'src/workflows/carry-out.ts', 'src/workflows/heal.ts'];

// Each command loads some of what the others do without: a list that nothing could ever be on would prove nothing.
test.each([
  [['--version'], []],
  [['report', '--proxy', socket], ['pino']],
  [
    ['report', '--from', '/nowhere'],
    ['zod', 'pino'],
  ],
  [
    ['report', '--proxy', 'ssh://nobody@127.0.0.1:1/run/haproxy.sock'],
    ['pino', 'ssh2'],
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

test('zod comes without its languages, but for English', async () => {
  const { packages } = await loadedBy('report', '-c', 'test/fixtures/nowhere.yaml');
  expect(packages).toContain('zod');
  const built = readFileSync(new URL('../../dist/src/program.js', import.meta.url), 'utf8');
  const languages = [...built.matchAll(/^\/\/ (node_modules\/zod\/.*locales\/(?!index\.).*)$/gm)].map(
    (match) => match[1],
  );
  expect(languages).toEqual(['node_modules/zod/v4/locales/en.js']);
});

test('what V8 made of the program when it was built is taken', async () => {
  const program = new URL('../../dist/src/main.js', import.meta.url).pathname;
  const { script } = createRequire(import.meta.url)(program)() as { readonly script: Script };
  expect(script.cachedDataRejected).toBe(false);
});

test.each([
  ['of another program', () => randomBytes(500_000)],
  ['cut short', (made: Buffer) => made.subarray(0, made.length >> 1)],
])('where what V8 made is %s, the program runs all the same', async (_, damaged) => {
  const root = new URL('../../', import.meta.url).pathname;
  for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(folder, name), { recursive: true });
  const cache = join(folder, 'dist/src/program.js.cache');
  writeFileSync(cache, damaged(readFileSync(cache)));
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'dist/src/main.js'), '--version']);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
