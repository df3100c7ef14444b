// Bad usage and bad configuration end with 64, in words, every complaint at once, with what was
// probably meant.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

let scratch: Scratch;
beforeAll(() => {
  scratch = makeScratch();
});
afterAll(() => scratch.clear());

const live = ['--proxy', 'unix:///run/nobody.sock'];

describe('the command line', () => {
  test.each([
    [['reprot'], ["unknown command 'reprot'", 'Did you mean report?']],
    [
      ['report', '--jsno', 'x'],
      ["unknown option '--jsno'", 'Did you mean --json?'],
    ],
    [['snapshot', ...live], ["missing required argument 'dir'"]],
    [['report', 'extra', ...live], ["too many arguments for 'report'"]],
    [
      ['report', ...live, '--log-level', 'loud'],
      ["argument 'loud' is invalid", 'debug, info, warn, error, silent'],
    ],
    [['report', '--proxy'], ["option '--proxy <[name=]endpoint>' argument missing"]],
    [
      ['report'],
      ['which proxies? There is no splitbrain.yaml in this folder: give -c FILE, or --proxy /run/haproxy/admin.sock'],
    ],
    [['snapshot', 'x'], ['which proxies?']],
    [
      ['report', '-c', 'x.yaml', ...live, '--from', 'dumps', '--save', 'more'],
      [
        '-c and --proxy name the proxies twice',
        '--from reads saved dumps: it does not go with --proxy',
        'there is nothing to --save',
      ],
    ],
    [
      [
        'report',
        '--proxy',
        'tpc://x:1',
        '--proxy',
        'unix://rel',
        '--proxy',
        'tcp://h',
        '--proxy',
        'ssh://h',
        '--table',
        'a b',
      ],
      [
        '--proxy #1: expected',
        '--proxy #2: expected an absolute path',
        '--proxy #3: expected a port',
        'did you mean "ssh://USER@h/run/haproxy/admin.sock"',
        '--table: expected the name of a table',
      ],
    ],
    [['report', '--proxy', 'a=unix:///x', '--proxy', 'a=unix:///y'], ['--proxy #2: "a" is also that of --proxy #1']],
    [['report', ...live, '--json', '/no/such/dir/x'], ['--json /no/such/dir/x: cannot be written: ENOENT']],
    [
      ['report', '-c', '/no/such/dir/splitbrain.yaml'],
      ['/no/such/dir/splitbrain.yaml:1:1: (file): cannot be read: there is no such file'],
    ],
  ])('%j -> 64, and says why', async (words, said) => {
    const { exitCode, stdout, stderr } = await runSplitbrain(words);
    expect([exitCode, stdout]).toEqual([64, '']);
    for (const part of said) expect(stderr).toContain(part);
  });

  test('no command at all -> 64 and the help', async () => {
    const { exitCode, stderr } = await runSplitbrain([]);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining('Usage: splitbrain [options] [command]')]);
  });

  test.each([[['reprot']], [['report', '--jsno', 'x']], [['alarms', 'plan', '--prune']]])(
    "%j: the parser's complaint begins like every other",
    async (words) => {
      expect((await runSplitbrain(words)).stderr).toMatch(/^splitbrain: /);
    },
  );

  test('what is refused has opened nothing: no file, no folder', async () => {
    const json = join(scratch.folder, 'never.json');
    const save = join(scratch.folder, 'never');
    const { exitCode } = await runSplitbrain(['report', '--proxy', 'tpc://x:1', '--json', json, '--save', save]);
    expect([exitCode, existsSync(json), existsSync(save)]).toEqual([64, false, false]);
  });
});

describe('the configuration', () => {
  test('every complaint at once, each with file, line and column, path, and the nearest name', async () => {
    const path = scratch.file(
      'wrong.yaml',
      [
        'enviroment: stage',
        'table: no des',
        'proxies:',
        '  list:',
        '    - { name: hap-a, endpoint: "tpc://127.0.0.1:9999" }',
        '    - { name: hap-a, endpoint: "unix:///x" }',
        'collect: { concurency: 20, timeout: 60 }',
        `confirm: { reads: 1, settle: "$\{NO_SUCH_VARIABLE}" }`,
        'ssh: { via: telnet }',
        '',
      ].join('\n'),
    );
    const { exitCode, stdout, stderr } = await runSplitbrain(['report', '-c', path]);
    expect([exitCode, stdout]).toEqual([64, '']);
    for (const line of [
      `splitbrain: ${path}:1:1: enviroment: is not known here (did you mean "environment"?)`,
      `splitbrain: ${path}:2:1: table: expected`,
      `splitbrain: ${path}:5:22: proxies.list[0].endpoint: expected`,
      `splitbrain: ${path}:6:9: proxies.list[1].name: is also the name of proxies.list[0]`,
      `splitbrain: ${path}:7:12: collect.concurency: is not known here (did you mean "concurrency"?)`,
      'collect.timeout: expected a duration with its unit (ms, s, m or h), found 60 (did you mean "60s"?)',
      'confirm.reads: expected',
      'confirm.settle: the environment variable NO_SUCH_VARIABLE is not set',
      'ssh.via: expected',
    ])
      expect(stderr).toContain(line);
    expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('splitbrain: '))).toEqual([]);
  });

  test('text that is no YAML, and an empty file -> 64, without quoting what may be a secret', async () => {
    const broken = await runSplitbrain([
      'report',
      '-c',
      scratch.file('broken.yaml', 'environment: [hunter2\nproxies: }'),
    ]);
    expect([broken.exitCode, broken.stderr]).toEqual([64, expect.stringContaining('broken.yaml:')]);
    expect(broken.stderr).not.toContain('hunter2');
    const empty = await runSplitbrain(['report', '-c', scratch.file('empty.yaml', '')]);
    expect([empty.exitCode, empty.stderr]).toEqual([64, expect.stringContaining('empty.yaml:1:1: (file): is empty')]);
    const folder = await runSplitbrain(['report', '-c', scratch.folder]);
    expect([folder.exitCode, folder.stderr]).toEqual([64, expect.stringContaining('it is a folder: name the file')]);
  });
});
