// Reads the import lines of the program and fails on an arrow that docs/architecture.md does not
// draw.

import { describe, expect, test } from 'vitest';
import { loadsOf, roomOf, type SourceFile, sourceFiles, targetsOf } from './support/source-files.ts';

/**
 * A room is a folder of src; a file of src itself stands for itself. Each may import from itself,
 * and from what is listed.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  'errors.ts': ['domain'],
  process: ['domain'],
  input: ['domain'],
  config: ['domain', 'errors.ts', 'input'],
  consul: ['input'],
  locks: ['domain'],
  discovery: ['domain', 'input', 'consul', 'process/time-limit.ts'],
  inventory: ['domain', 'errors.ts', 'input', 'consul', 'process/time-limit.ts'],
  transport: ['domain', 'errors.ts'],
  census: ['domain', 'errors.ts', 'input', 'transport/dial.ts', 'analysis', 'snapshot/grid/key-table.ts'],
  'runtime-api': ['domain', 'errors.ts', 'transport/transport.ts'],
  snapshot: ['domain', 'errors.ts', 'process/clock.ts', 'runtime-api'],
  analysis: ['domain'],
  confirm: ['domain', 'errors.ts', 'analysis', 'snapshot', 'runtime-api'],
  plan: ['domain', 'errors.ts', 'analysis'],
  checklist: ['domain', 'analysis'],
  verify: ['domain', 'errors.ts', 'plan', 'runtime-api'],
  heal: ['domain', 'errors.ts', 'process/clock.ts', 'plan', 'verify', 'runtime-api'],
  history: ['domain', 'report/private-file.ts'],
  report: ['domain', 'errors.ts'],
  cloudwatch: ['domain', 'errors.ts'],
  prometheus: ['domain', 'cloudwatch'],
  notify: ['domain', 'report', 'process/time-limit.ts'],
  'command-line': [],
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

const files = sourceFiles('src');
const assembly = sourceFiles('assembly');
const byPath = new Map(files.map((file) => [file.path, file]));

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

test('every arrow that is drawn is used', () => {
  const used = new Set(
    files.flatMap((file) =>
      targetsOf(file).flatMap((target) => [
        `${roomOf(file.path)} -> ${roomOf(target)}`,
        `${roomOf(file.path)} -> ${target.replace(/^src\//, '')}`,
      ]),
    ),
  );
  const drawn = Object.entries(arrows).flatMap(([room, targets]) => targets.map((target) => `${room} -> ${target}`));
  expect(drawn.filter((arrow) => !used.has(arrow))).toEqual([]);
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

/** All that pure files may load beside files of our own: no file, no socket, no clock. */
const pureLoads: Readonly<Record<string, RegExp>> = {
  'node:crypto': /^create(Hash|Hmac)$/,
  'node:util': /^isDeepStrictEqual$/,
  picocolors: /./,
  'string-width': /./,
  zod: /./,
};

/**
 * What tells the time, reads the process, waits, draws lots or logs; `Date` and `process` as
 * values, not as a type or a word.
 */
const impure =
  /\b(?:Date(?=[.(])|process(?=[.[?])|Promise|AbortSignal|async|await|set(?:Timeout|Interval|Immediate)|console|performance|fetch(?=\()|Math\.random|Log(?:ger)?)\b/g;

/** The rooms that are pure, and every file whose first comment says so. */
function isPure({ path, text }: SourceFile): boolean {
  const firstComment = /^(?:\/\/.*\n)*/.exec(text)![0];
  return /^src\/(domain|analysis|plan|checklist)\//.test(path) || /\bPure\b/.test(firstComment);
}

function impurities({ text }: SourceFile): readonly string[] {
  const code = text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
  return code.match(impure) ?? [];
}

/** What a file loads that does more than compute, by way of other files of our own too. */
function impureLoads(file: SourceFile): readonly string[] {
  return [...reachableFrom(file.path, 'loads')].flatMap((path) =>
    byPath
      .get(path)!
      .loads.filter(({ from, names }) => !from.startsWith('.') && !names.every((name) => pureLoads[from]?.test(name)))
      .map(({ from, names }) => `${path} loads ${names.join(', ')} from ${from}`),
  );
}

describe('what is pure loads no I/O, and sees no time, no process, no log, no promise', () => {
  const pure = files.filter(isPure);
  test.each(pure.map((file) => [file.path, file] as const))('%s', (_, file) => {
    expect([...impurities(file), ...impureLoads(file)]).toEqual([]);
  });

  test('files outside the pure rooms call themselves pure', () => {
    expect(pure.filter(({ path }) => !/^src\/(domain|analysis|plan|checklist)\//.test(path)).length).toBeGreaterThan(
      15,
    );
  });

  test.each([
    ['const now = Date.now();', ['Date']],
    ['const at = new Date();', ['Date']],
    ['interface Run { readonly startedAt: Date; }', []],
    ['const home = process.env.HOME;', ['process']],
    ['export async function read(log: Log): Promise<void> {}', ['async', 'Log', 'Promise']],
    ["// a process.env in a comment\nconst text = 'await console.log';", []],
  ])('%j -> %j', (text, found) => {
    expect(impurities({ path: 'src/x.ts', text, imports: [], loads: [] })).toEqual(found);
  });

  test('a type that is imported loads nothing, a name beside it does', () => {
    const text =
      "import { type A, b } from './a.ts';\nimport type { C } from 'node:fs';\nexport { d } from './d.ts';\n";
    expect(loadsOf(text)).toEqual([
      { from: './a.ts', names: ['b'] },
      { from: './d.ts', names: ['d'] },
    ]);
    const reader = files.find(({ path }) => path === 'src/process/version.ts')!;
    expect(impureLoads(reader)).toEqual(['src/process/version.ts loads readFileSync from node:fs']);
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

/** `loads`: without imports of types. */
function reachableFrom(start: string, by: 'imports' | 'loads' = 'imports'): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const file = byPath.get(path)!;
    waiting.push(...targetsOf(by === 'imports' ? file : { ...file, imports: file.loads.map(({ from }) => from) }));
  }
  return reached;
}

test('the compiled part uses nothing but itself, and one file uses it', () => {
  const arrowsOut = assembly.flatMap(({ path, imports }) =>
    imports.filter((name) => !/^\.\/[a-z]+$/.test(name)).map((name) => `${path} -> ${name}`),
  );
  expect([assembly.length > 3, arrowsOut]).toEqual([true, []]);
  expect(files.filter(({ text }) => text.includes('lines.wasm')).map(({ path }) => path)).toEqual([
    'src/runtime-api/compiled-lines.ts',
  ]);
});

test('no comment of the program is wider than 100 columns', () => {
  const wide = [...files, ...assembly].flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, at) => (line.length > 100 && /^\s*(?:\/\/|\*|\/\*\*)/.test(line) ? [`${path}:${at + 1}`] : [])),
  );
  expect(wide).toEqual([]);
});

test('no file of the program is longer than 260 lines', () => {
  const long = [...files, ...assembly]
    .filter(({ text }) => text.split('\n').length > 261)
    .map(({ path, text }) => `${path}: ${text.split('\n').length}`);
  expect(long).toEqual([]);
});
