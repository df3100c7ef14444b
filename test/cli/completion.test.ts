// Completion in real shells: TAB is pressed on a terminal, and the words that come of it are
// compared.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { programShape } from '../../src/cli/program.ts';
import { bashCompletion } from '../../src/command-line/bash-completion.ts';
import { fishCompletion } from '../../src/command-line/fish-completion.ts';
import type { CommandShape, ProgramShape } from '../../src/command-line/program-shape.ts';
import { zshCompletion } from '../../src/command-line/zsh-completion.ts';
import { absenceOf, type ShellName, type ShellSession, startShell } from '../support/shell-session.ts';
import { runSplitbrain } from '../support/splitbrain.ts';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };
const shells: readonly ShellName[] = ['bash', 'zsh', 'fish'];

/** A command that nobody has written yet, with words that a shell would act on. */
const tomorrow: CommandShape = {
  name: 'tomorrow',
  summary: `it's "new": [x] $(touch pwned) \`touch pwned\` \\ ; touch pwned`,
  takes: [],
  flags: [
    { short: null, long: '--colour', summary: "a 'colour' [it] $(touch pwned)", value: oneOf('red', 'green') },
    { short: '-q', long: '--quiet', summary: 'says less', value: null },
  ],
  help: '',
};

function oneOf(...choices: readonly string[]) {
  return { name: 'colour', kind: 'text', choices, isNeeded: true } as const;
}

function withTomorrow(program: ProgramShape): ProgramShape {
  return { ...program, commands: [...program.commands, tomorrow] };
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-completion-'));
  for (const name of ['report.json', 'plan.json', 'two words.yaml', 'dumps.txt']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'dumps'));
});
afterAll(() => rmSync(folder, { recursive: true }));

for (const shell of shells) {
  const absence = absenceOf(shell);
  if (absence !== null) console.warn(`not tested: completion in ${shell}: ${absence}`);

  describe.skipIf(absence !== null)(shell, () => {
    let session: ShellSession;
    const script = () => scripts[shell](withTomorrow(programShape()));
    beforeAll(async () => {
      session = await startShell(shell, folder, script());
    });
    afterAll(() => session?.close());

    test.each([
      ['splitbrain rep\t', 'report'],
      ['splitbrain report --js\treport.j\t', 'report --json report.json'],
      ['splitbrain report --json=report.j\t', 'report --json report.json'],
      ['splitbrain report --log-level de\t', 'report --log-level debug'],
      ['splitbrain report --log-level=de\t', 'report --log-level debug'],
      ['splitbrain report -c two\t', 'report -c two words.yaml'],
      ['splitbrain report --table report.j\t', 'report --table report.j'],
      ['splitbrain report --from du\t', 'report --from dumps'],
      ['splitbrain snapshot du\t', 'snapshot dumps'],
      ['splitbrain apply pl\t', 'apply plan.json'],
      ['splitbrain apply --y\tpl\t', 'apply --yes plan.json'],
      ['splitbrain alarms pl\t--pr\t', 'alarms plan --prune'],
      ['splitbrain completion zs\t', 'completion zsh'],
      ['splitbrain help sna\t', 'help snapshot'],
      ['splitbrain --ver\t', '--version'],
      ['splitbrain tomo\t--col\tgr\t', 'tomorrow --colour green'],
      ['splitbrain tomorrow --qui\t', 'tomorrow --quiet'],
    ])('%j calls %s', async (keys, words) => {
      expect((await session.call(keys)).join(' ').replace('=', ' ').replace(/\/$/, '')).toBe(words);
    });

    test.each([
      ['splitbrain report --log-level \t\t', 'silent', 'debug'],
      ['splitbrain alarms \t\t', 'apply', 'plan'],
      ['splitbrain tomorrow --\t\t', '--quiet', '--colour'],
    ])('%j lists %s and %s; words of a summary are never run', async (keys, text, other) => {
      const own = await startShell(shell, folder, script());
      expect(await own.show(keys, text)).toContain(other);
      await own.close();
      expect(existsSync(join(folder, 'pwned'))).toBe(false);
    });

    test('the built program prints this script', async () => {
      const { stdout, exitCode } = await runSplitbrain(['completion', shell]);
      expect([exitCode, stdout]).toEqual([0, scripts[shell](programShape())]);
    });
  });
}

test('another shell: exit 64, and which there are', async () => {
  const { exitCode, stdout, stderr } = await runSplitbrain(['completion', 'tcsh']);
  expect([exitCode, stdout]).toEqual([64, '']);
  expect(stderr).toContain('bash, zsh, fish');
});

test('every command and every flag of help is in the shape, but what is hidden', () => {
  const { commands, groups } = programShape();
  expect(groups.map(({ name }) => name)).toContain('alarms');
  expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining(['report', 'alarms plan', 'help']));
  const report = commands.find(({ name }) => name === 'report')!;
  expect(report.flags.map(({ long }) => long)).toEqual(expect.arrayContaining(['--config', '--json', '--help']));
  expect(report.flags.find(({ long }) => long === '--config')!.value?.kind).toBe('file');
});
