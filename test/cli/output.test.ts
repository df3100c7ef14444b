// What comes out of the program, and where: text, JSON, colours, widths, and readers that go away.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { program } from '../../lab/program.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { findingLines } from '../support/report-file.ts';
import { readReport, runReport, runSplitbrain } from '../support/splitbrain.ts';

/** Seven full pages of HTML beside the hostile one, and JSON far above what a pipe holds. */
const MANY = 700;
const SCRIPT = '/usr/bin/script';
const noScript = existsSync(SCRIPT) ? null : `${SCRIPT} is missing (Debian: bsdutils)`;
if (noScript !== null) console.warn(`not tested: what a terminal gets: ${noScript}`);

const hostile = 'caf\u00e9 \u2615 \u001b[2J\u009b31m\u202e';
let mesh: Mesh;
let scratch: Scratch;
let config: readonly string[];
beforeAll(async () => {
  scratch = makeScratch();
  mesh = await startMesh({ proxies: 2 });
  await mesh.cut(0, 1);
  await mesh.untilPeers(0, 1, 'down');
  for (const i of [0, 1]) {
    await mesh.request(i, hostile, { forceShard: i });
    await mesh.fill(i, MANY, (n) => ({ key: `t/room-${n}`, serverId: 11 + i }));
  }
  config = configure(scratch, mesh);
});
afterAll(async () => {
  await mesh?.stop();
  scratch.clear();
});

test('--json - : nothing but the report on standard output, without a byte that a terminal would act on', async () => {
  const { exitCode, stdout } = await runSplitbrain(['report', ...config, '--json', '-']);
  const report = readReport(stdout);
  expect([exitCode, report.exitCode, report.findings.length]).toEqual([2, 2, MANY + 1]);
  expect(findingLines(report)).toContain(`split ${hostile}: peer-link-down`);
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
});

test('--json FILE replaces an older report, and takes nothing from the text', async () => {
  const file = scratch.file('older.json', 'x'.repeat(5_000_000));
  const { exitCode, stdout } = await runSplitbrain(['report', ...config, '--json', file]);
  expect([exitCode, readReport(readFileSync(file, 'utf8')).findings.length]).toEqual([2, MANY + 1]);
  expect(stdout).toMatch(/^SPLIT {2}/);
});

test('--html DIR: every finding on a page, and the runs that --history kept', async () => {
  const [pages, runs] = [join(scratch.folder, 'html'), join(scratch.folder, 'runs')];
  const words = ['report', ...config, '--history', runs, '--html', pages, '--json', '-'];
  const first = await runSplitbrain(words);
  expect(first.exitCode).toBe(2);
  const front = () => readFileSync(join(pages, 'index.html'), 'utf8');
  expect([front().includes('<section id="history"'), front().includes('href="findings-8.html"')]).toEqual([
    false,
    true,
  ]);
  await runSplitbrain(words);
  expect(front()).toContain('Verdicts: 0 of 2 runs left a mesh that agrees');
  const page = (number: number) => readFileSync(join(pages, `findings-${number}.html`), 'utf8');
  expect(page(1)).toContain('caf\u00e9 \u2615 \\x1b[2J\\x9b31m\\u202e');
  expect(page(8).match(/<tr><th scope="row" class="name">/g)).toHaveLength(1);
  expect(statSync(join(pages, 'findings-1.html')).mode & 0o777).toBe(0o600);
});

test('a pipe gets no colours; FORCE_COLOR asks for them, NO_COLOR wins', async () => {
  const plain = await runReport(config);
  expect(plain.stdout).toContain('caf\u00e9 \u2615 \\x1b[2J\\x9b31m\\u202e');
  expect(plain.stdout).toContain('\u2192');
  const forced = await runReport(config, { env: { FORCE_COLOR: '1' }, colours: true });
  expect(forced.stdout).toContain('\u001b[31m');
  expect(forced.stdout).not.toContain('\u001b[2J');
  const none = await runReport(config, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
  expect(none.stdout.split('\n')[0]).toBe(plain.stdout.split('\n')[0]);
});

test('without UTF-8, ASCII only', async () => {
  for (const env of [{ LANG: 'C' }, { LANG: 'C.UTF-8', LC_ALL: 'POSIX' }]) {
    const { stdout, exitCode } = await runReport(config, { env });
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^[\n -~]+$/);
    expect(stdout).toContain('caf\\xe9 \\u2615 \\x1b[2J');
    expect(stdout).toContain('-> ');
  }
});

test.each([
  [['--help']],
  [['report', '--help']],
  [['snapshot', '--help']],
  [['heal', '--help']],
  [['remediate', '--help']],
])('%j is ASCII wherever it is read', async (words) => {
  const { exitCode, stdout } = await runSplitbrain(words, { env: { LANG: 'C' } });
  expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^Usage: splitbrain [\n -~]+$/)]);
});

describe('files that are no plain files', () => {
  const shell = (line: string, ...words: readonly string[]) => {
    const run = spawnSync('bash', ['-c', line, 'bash', ...words], {
      cwd: scratch.folder,
      encoding: 'utf8',
      maxBuffer: 100_000_000,
      env: { PATH: process.env.PATH, HOME: scratch.folder, LANG: 'C.UTF-8' },
    });
    return { exitCode: run.status, stdout: run.stdout, stderr: run.stderr };
  };
  const report = () => [process.execPath, program, 'report', ...config, '--log-level', 'silent'];
  const isReport = (text: string) => readReport(text).findings.length === MANY + 1;

  test('/dev/stdout is standard output, as - is', () => {
    const run = shell('"$@" --json /dev/stdout', ...report());
    expect([run.exitCode, isReport(run.stdout)]).toEqual([2, true]);
  });

  test('a named pipe, an open file of the caller and /dev/null are written to as they are', () => {
    const piped = shell(
      'mkfifo pipe; cat pipe >read & "$@" --json pipe --junit /dev/null >text; code=$?; wait; exit $code',
      ...report(),
    );
    const read = (name: string) => readFileSync(join(scratch.folder, name), 'utf8');
    expect([piped.exitCode, isReport(read('read')), read('text').slice(0, 5)]).toEqual([2, true, 'SPLIT']);
    const opened = shell('umask 022; "$@" --json /dev/fd/3 3>opened >text', ...report());
    expect([opened.exitCode, isReport(read('opened'))]).toEqual([2, true]);
    expect((statSync(join(scratch.folder, 'opened')).mode & 0o777).toString(8)).toBe('644');
  });

  test('a file that standard output goes to already -> 64', () => {
    expect(shell('"$@" --json same >same', ...report())).toEqual({
      exitCode: 64,
      stdout: '',
      stderr: 'splitbrain: standard output and --json same are the same file: give each a file of its own\n',
    });
  });

  test('a file that is mounted by itself, which nothing can be moved onto, is written over', () => {
    const line =
      'umask 022; echo older >mounted; touch point; mount --bind mounted point || exit 99; "$@" --json point; exit';
    const run = spawnSync('unshare', ['-m', 'bash', '-c', line, 'bash', ...report()], { cwd: scratch.folder });
    const path = join(scratch.folder, 'mounted');
    expect([run.status, isReport(readFileSync(path, 'utf8'))]).toEqual([2, true]);
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  });

  test('the configuration -> 64, and it is as it was', async () => {
    const path = config[1]!;
    const before = readFileSync(path, 'utf8');
    const run = await runSplitbrain(['report', ...config, '--json', path]);
    expect([run.exitCode, run.stderr]).toEqual([64, expect.stringContaining(`-c ${path} and --json ${path}`)]);
    expect(readFileSync(path, 'utf8')).toBe(before);
  });
});

describe('readers that go away', () => {
  test.each([[['report']], [['report', '--json', '-']]])(
    '%j with standard output closed: the exit code stays, not a word',
    async (words) => {
      const { exitCode, stderr } = await runSplitbrain([...words, ...config, '--log-level', 'silent'], {
        stdout: 'closed',
      });
      expect([exitCode, stderr]).toEqual([2, '']);
    },
  );
  test('schema DOCUMENT: each of the folder; the report without a word; another word is bad usage', async () => {
    const names = readdirSync(new URL('../../schema/', import.meta.url)).map((name) => name.split('.')[0]!);
    for (const name of names) {
      const { stdout } = await runSplitbrain(['schema', name]);
      expect(stdout).toBe(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8'));
    }
    const [report, one] = [await runSplitbrain(['schema']), await runSplitbrain(['schema', 'report'])];
    expect(report.stdout).toBe(one.stdout);
    const wrong = await runSplitbrain(['schema', 'plan']);
    expect([wrong.exitCode, wrong.stderr]).toEqual([64, expect.stringContaining(names.at(-1)!)]);
  });

  test('schema and --help with standard output closed: 0', async () => {
    for (const word of ['schema', '--help']) {
      const { exitCode, stderr } = await runSplitbrain([word], { stdout: 'closed' });
      expect([exitCode, stderr]).toEqual([0, '']);
    }
  });
  test.each(['closed', '/dev/full'] as const)(
    'standard error %s: complaints, logs and what went wrong are lost, the exit code stays',
    async (stderr) => {
      const wrong = scratch.file('wrong.yaml', 'enviroment: a\ntable: b c\nproxies: {}\n');
      const codes = [
        await runSplitbrain(['report', '-c', wrong], { stderr }),
        await runSplitbrain(['reprot'], { stderr }),
        await runSplitbrain(['report', ...config, '--log-level', 'debug'], { stderr }),
        await runSplitbrain(['report', ...config, '--json', '/dev/full'], { stderr }),
      ].map(({ exitCode }) => exitCode);
      expect(codes).toEqual([64, 64, 2, 1]);
    },
  );
  test('`2>&1 | head -1` of a command that has more to complain: 64', async () => {
    const names = Array.from({ length: 3_000 }, (_, n) => `unknown-${n}: 1`).join('\n');
    const words = [process.execPath, program, 'report', '-c', scratch.file('long.yaml', `${names}\n`)];
    const piped = spawnSync('bash', ['-c', '"$@" 2>&1 | head -1; echo $PIPESTATUS', 'bash', ...words]);
    expect(piped.stdout.toString()).toMatch(/^splitbrain: .*environment: is missing\n64\n$/);
  });
  test('a full disk behind standard output: 1, in words', async () => {
    for (const words of [['schema'], ['report', ...config, '--json', '/dev/null', '--log-level', 'silent']]) {
      const { exitCode, stderr } = await runSplitbrain(words, { stdout: '/dev/full' });
      expect([words[0], exitCode, stderr]).toEqual([words[0], 1, expect.stringMatching(/^splitbrain: ENOSPC/)]);
    }
  });
  test('a full disk behind --json: 1, in words', async () => {
    const { exitCode, stderr } = await runSplitbrain([
      'report',
      ...config,
      '--json',
      '/dev/full',
      '--log-level',
      'silent',
    ]);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^splitbrain: .*ENOSPC/)]);
  });
});

describe('logs', () => {
  test('JSON lines on standard error, conferences by hash unless names are asked for', async () => {
    const { stderr } = await runReport([...config, '--log-level', 'debug']);
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event)).toEqual(expect.arrayContaining(['proxy-read', 'nominated', 'confirmed']));
    expect(new Set(lines.map(({ runId, environment }) => `${runId} ${environment}`)).size).toBe(1);
    expect(stderr).not.toContain('room-1');
  });
  test('--log-level silent: nothing', async () => {
    expect((await runReport([...config, '--log-level', 'silent'])).stderr).toBe('');
  });
});

describe.skipIf(noScript !== null)('a terminal', () => {
  /**
   * Runs it in a pseudo-terminal of that many columns; standard output and standard error come
   * together, as a person sees them.
   */
  function onTerminal(columns: number, env: Record<string, string> = {}): string {
    const words = [process.execPath, program, 'report', ...config].map((word) => `'${word}'`).join(' ');
    const path = join(scratch.folder, 'typescript');
    const run = spawnSync(SCRIPT, ['-qec', `stty cols ${columns}; ${words}`, path], {
      env: { PATH: process.env.PATH, HOME: scratch.folder, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...env },
      encoding: 'utf8',
    });
    expect(run.status).toBe(2);
    return run.stdout;
  }

  test('colours and a moving line that is taken away again, no logs, no escape of a stranger', () => {
    const seen = onTerminal(100);
    expect(seen).toContain('Reading proxies: ');
    expect(seen).toContain('Looking again: ');
    const report = seen.slice(seen.indexOf('\u001b[?25h'));
    // The cursor was hidden for the moving line and is there again, and stays.
    expect(seen.indexOf('\u001b[?25l')).toBeLessThan(seen.indexOf('Reading proxies: '));
    expect(report).not.toContain('\u001b[?25l');
    expect(report).not.toContain('Looking again: ');
    expect(report).toContain('\u001b[31mSPLIT');
    expect(report).not.toContain('\u001b[2J');
    expect(seen).not.toContain('"event"');
  });

  test('60 columns are enough, and 20 are taken for 60: no line is wider but for what cannot be cut', () => {
    for (const columns of [60, 20]) {
      const lines = onTerminal(columns, { NO_COLOR: '1', TERM: 'dumb' }).split(/\r?\n/);
      expect(lines[0]).toMatch(/^SPLIT {2}/);
      // A command is never cut, so that it can be copied.
      expect(lines.filter((line) => line.length > 60 && !/^ *splitbrain /.test(line))).toEqual([]);
    }
  });

  test('TERM=dumb: neither colours nor a moving line', () => {
    expect(onTerminal(100, { TERM: 'dumb' })).not.toMatch(/\u001b|Reading proxies/);
  });
});
