// Reads the import lines of the program and fails on an arrow that docs/architecture.md does not draw.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** A room is a folder of src; a file of src itself stands for itself. Each may import from itself, and from what is listed. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  'errors.ts': ['domain'],
  process: ['domain'],
  input: ['domain'],
  config: ['domain', 'errors.ts', 'input'],
  inventory: ['domain', 'errors.ts', 'input'],
  transport: ['domain', 'errors.ts', 'process/clock.ts'],
  'runtime-api': ['domain', 'errors.ts', 'transport/transport.ts'],
  snapshot: ['domain', 'errors.ts', 'process/clock.ts', 'runtime-api'],
  analysis: ['domain', 'errors.ts'],
  confirm: ['domain', 'errors.ts', 'analysis', 'snapshot', 'runtime-api'],
  plan: ['domain', 'errors.ts', 'analysis'],
  verify: ['domain', 'errors.ts', 'plan', 'runtime-api'],
  heal: ['domain', 'errors.ts', 'process/clock.ts', 'plan', 'verify', 'runtime-api'],
  report: ['domain', 'errors.ts'],
  cloudwatch: ['domain', 'errors.ts', 'process/clock.ts'],
};

/** Who knows several rooms: the stories and the commands. Nothing above imports them. */
const joints = /^(session|workflows|commands|cli|main\.ts)$/;

/** Packages that only these may import. */
const packages: Readonly<Record<string, RegExp>> = {
  ssh2: /^src\/transport\//,
  pino: /^src\/process\/log\.ts$/,
  '@aws-sdk/client-cloudwatch': /^src\/cloudwatch\//,
  commander: /^src\/(cli|commands)\//,
  zod: /^src\/(config\/|snapshot\/archive\/manifest\.ts|plan\/plan-file\.ts|heal\/journal)/,
  'yocto-spinner': /^src\/process\/progress\.ts$/,
};

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      const text = readFileSync(join(root, path), 'utf8');
      const found = [...text.matchAll(/^(?:import|export)[^;]*?from '([^']+)'|import\('([^']+)'\)/gm)];
      return { path, text, imports: found.map((match) => (match[1] ?? match[2])!) };
    });
}

const files = sourceFiles('src');
const assembly = sourceFiles('assembly');

/** What an import of our own names, from the project's root: `src/plan/steps.ts`. */
function targetsOf({ path, imports }: SourceFile): readonly string[] {
  return imports
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, resolve(root, dirname(path), name)));
}

function roomOf(path: string): string {
  return path.split('/')[1]!;
}

test('there is something to read', () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap(targetsOf).length).toBeGreaterThan(300);
});

test('every file stands in a room, or joins them', () => {
  const strangers = files.map(({ path }) => roomOf(path)).filter((room) => !(room in arrows) && !joints.test(room));
  expect(strangers).toEqual([]);
});

test('every arrow between rooms is drawn', () => {
  const wrong = files.flatMap((file) => {
    const room = roomOf(file.path);
    if (joints.test(room)) return [];
    const allowed = arrows[room] ?? [];
    return targetsOf(file)
      .filter(
        (target) =>
          roomOf(target) !== room &&
          !allowed.includes(roomOf(target)) &&
          !allowed.includes(target.replace(/^src\//, '')),
      )
      .map((target) => `${file.path} -> ${target}`);
  });
  expect(wrong).toEqual([]);
});

test('imports name the file they want, and it is there', () => {
  const known = new Set(files.map(({ path }) => path));
  const lost = files.flatMap((file) =>
    targetsOf(file)
      .filter((target) => !known.has(target))
      .map((target) => `${file.path} -> ${target}`),
  );
  expect(lost).toEqual([]);
});

test('no file imports itself in a circle, by way of types either', () => {
  const graph = new Map(files.map((file) => [file.path, targetsOf(file)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' -> '));
    if (done.has(path) || way.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

describe('packages', () => {
  test.each(Object.entries(packages))('%s is imported where it belongs', (name, allowed) => {
    const wrong = files
      .filter(({ imports, path }) => imports.includes(name) && !allowed.test(path))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});

describe('pure rooms see no time, no process, no promise', () => {
  test.each(
    files.filter(({ path }) => /^src\/(domain|analysis|plan)\//.test(path)).map((file) => [file.path, file] as const),
  )('%s', (_, { text }) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
    expect(
      code.match(
        /\b(Date\.now|new Date\(\)|Date\.parse|process|Promise|async|await|setTimeout|console|Math\.random)\b/g,
      ) ?? [],
    ).toEqual([]);
    expect(text.match(/from 'node:[^']+'/g) ?? []).toEqual([]);
  });
});

test('a reader cannot write: a TableWriter is built in one place, which no report loads', () => {
  const builders = files
    .filter(({ imports }) => imports.some((name) => name.endsWith('/table-writer.ts')))
    .map(({ path }) => path);
  expect(builders.filter((path) => !path.startsWith('src/heal/'))).toEqual(['src/workflows/carry-out.ts']);
  const reached = reachableFrom('src/workflows/report.ts');
  expect([...reached].filter((path) => /table-writer|carry-out|workflows\/heal/.test(path))).toEqual([]);
});

function reachableFrom(start: string): ReadonlySet<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    waiting.push(...targetsOf(byPath.get(path)!));
  }
  return reached;
}

test('the compiled part uses nothing but itself, and only the snapshot uses it', () => {
  const arrowsOut = assembly.flatMap(({ path, imports }) =>
    imports.filter((name) => !/^\.\/[a-z]+$/.test(name)).map((name) => `${path} -> ${name}`),
  );
  expect([assembly.length > 3, arrowsOut]).toEqual([true, []]);
  expect(files.filter(({ text }) => text.includes('lines.wasm')).map(({ path }) => path)).toEqual([
    'src/snapshot/grid/compiled-lines.ts',
  ]);
});

test('no file of the program is longer than 260 lines', () => {
  const long = [...files, ...assembly]
    .filter(({ text }) => text.split('\n').length > 261)
    .map(({ path, text }) => `${path}: ${text.split('\n').length}`);
  expect(long).toEqual([]);
});
