// Every command that the program suggests runs as it is printed, in a shell, on the mesh it was
// printed for.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { program } from '../../lab/program.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';

const SCRIPT = '/usr/bin/script';
const noScript = existsSync(SCRIPT) ? null : `${SCRIPT} is missing (Debian: bsdutils)`;
if (noScript !== null) console.warn(`skipped: ${noScript}`);

describe.skipIf(noScript !== null)('commands to copy', () => {
  let mesh: Mesh;
  let scratch: Scratch;
  beforeAll(async () => {
    scratch = makeScratch();
    mesh = await startMesh({ proxies: 2 });
    await mesh.split(
      ['t/standup'],
      [
        { proxies: [0], shard: 0 },
        { proxies: [1], shard: 1 },
      ],
    );
    mkdirSync(join(scratch.folder, 'bin'));
    const command = join(scratch.folder, 'bin/splitbrain');
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
    chmodSync(command, 0o755);
    const text = [
      'environment: laboratory',
      `proxies: { list: [${mesh.proxies.map(({ name, socketPath }) => `{ name: ${name}, endpoint: "${socketPath}" }`).join(', ')}] }`,
      'confirm: { settle: 300ms }',
    ].join('\n');
    scratch.file('splitbrain.yaml', text);
    scratch.file("it's stage.yaml", text);
  });
  afterAll(async () => {
    await mesh?.stop();
    scratch.clear();
  });

  /**
   * Types the line at a shell on a terminal, in the folder of the files, and `answer` at a
   * question.
   */
  function type(line: string, answer = 'n') {
    const { PATH } = process.env;
    const run = spawnSync(SCRIPT, ['-qec', `stty cols 500; ${line}`, '/dev/null'], {
      cwd: scratch.folder,
      env: { PATH: `${join(scratch.folder, 'bin')}:${PATH}`, HOME: scratch.folder, TERM: 'dumb', LANG: 'C.UTF-8' },
      input: `${answer}\n`,
      encoding: 'utf8',
    });
    const commands = [...run.stdout.matchAll(/\bsplitbrain [a-z]+ [^`\r\n]*|\bsplitbrain heal(?=\r)/g)];
    return { exitCode: run.status, shown: run.stdout, commands: commands.map(([command]) => command) };
  }

  const commandOf = (commands: readonly string[], name: string) => {
    const found = commands.find((command) => command.startsWith(`splitbrain ${name}`));
    if (found === undefined) throw new Error(`no command ${name} among ${commands.join(' | ')}`);
    return found;
  };

  test.each<[string, () => string]>([
    ['splitbrain.yaml in the folder', () => ''],
    ['a file whose name wants quotes', () => ` -c "it's stage.yaml" --table nodes`],
    [
      'flags only',
      () =>
        ` ${mesh.proxies.map(({ name, socketPath }) => `--proxy ${name}=${socketPath}`).join(' ')} --backends 'node*' --max-ratio 1 --max-ratio-floor 5`,
    ],
  ])('%s: report suggests commands that run', (_, flags) => {
    const look = type(`splitbrain report${flags()}`);
    expect([look.exitCode, look.shown]).toEqual([2, expect.stringContaining('SPLIT')]);
    expect(look.commands.map((command) => command.split(' ')[1])).toEqual(['heal', 'plan', 'report']);
    expect(type(commandOf(look.commands, 'report')).exitCode).toBe(2);
    expect(existsSync(join(scratch.folder, 'report.json'))).toBe(true);
    expect(type(commandOf(look.commands, 'heal'))).toMatchObject({
      exitCode: 2,
      shown: expect.stringContaining('Nothing was written.'),
    });
    const plan = type(commandOf(look.commands, 'plan'));
    expect(plan.exitCode).toBe(2);
    expect(type(commandOf(plan.commands, 'apply'))).toMatchObject({
      exitCode: 2,
      shown: expect.stringContaining('Nothing was written.'),
    });
  });

  test('what was saved is looked at again, and planned', () => {
    const saved = type("splitbrain report --save 'the dumps'");
    const again = type(commandOf(saved.commands, "report -c splitbrain.yaml --from 'the dumps'"));
    expect([again.exitCode, again.shown]).toEqual([2, expect.stringContaining('SPLIT')]);
    expect(again.commands.map((command) => command.split(' ')[1])).toEqual(['plan', 'report']);
    expect(type(commandOf(again.commands, 'plan')).exitCode).toBe(2);
  });

  test('what was healed is undone', () => {
    const heal = type('splitbrain heal', 'y');
    expect([heal.exitCode, heal.shown]).toEqual([0, expect.stringContaining('HEALED')]);
    const undo = type(commandOf(heal.commands, 'undo'), 'y');
    expect(undo.shown).toMatch(/Write this to the proxies|UNDONE/);
    expect([0, 2, 4]).toContain(undo.exitCode);
  });
});
