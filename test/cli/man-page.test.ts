// The man page that the build makes: no checker complains, and it has every command and flag.

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { programShape } from '../../src/cli/program.ts';
import { manPage } from '../../src/command-line/man-page.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const page = resolve(import.meta.dirname, '../..', packageJson.man[0]!);

function absenceOf(program: string): string | null {
  const isThere = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  if (!isThere) console.warn(`not tested: the man page with ${program}: scripts/install-debian-packages.sh ${program}`);
  return isThere ? null : program;
}

const hasNoMandoc = absenceOf('mandoc') !== null;
const hasNoGroff = absenceOf('groff') !== null;

/** What the checkers say, and what a reader sees on 80 columns. */
function complaints(path: string): readonly string[] {
  const run = (...words: readonly string[]) => {
    const { stdout, stderr } = spawnSync(words[0]!, words.slice(1), { encoding: 'utf8' });
    return `${stdout}${stderr}`;
  };
  return [
    ...(hasNoMandoc ? [] : [run('mandoc', '-Tlint', path)]),
    ...(hasNoGroff ? [] : [run('groff', '-man', '-ww', '-z', path)]),
  ];
}

function shown(path: string): string {
  const { stdout } = spawnSync('mandoc', ['-Tutf8', '-O', 'width=80', path], { encoding: 'utf8' });
  return stdout.replace(/.\x08/g, '');
}

test.skipIf(hasNoMandoc && hasNoGroff)('no checker complains of the built page', () => {
  expect(complaints(page).join('')).toBe('');
});

test.skipIf(hasNoMandoc)('the built page has every command and every flag', () => {
  const text = shown(page);
  const { commands, version } = programShape();
  expect(text).toContain(`splitbrain ${version}`);
  const lacking = commands.flatMap(({ name, flags }) =>
    [`splitbrain ${name}`, ...flags.map(({ long }) => long)].filter((word) => !text.includes(word)),
  );
  expect(lacking).toEqual([]);
  expect(text).toMatch(/^ +64 +bad usage or configuration/m);
});

test.skipIf(hasNoMandoc)('words of a command are no requests to roff', () => {
  const hostile = {
    name: 'odd',
    summary: '.so /etc/passwd "quoted" \\fBbold\\fR',
    takes: [],
    flags: [{ short: null, long: '--odd', summary: "'br \\n[x]", value: null }],
    help: '\n.so /etc/passwd\n  .sy touch pwned',
  };
  const facts = { date: '2026-11-28', exitCodes: [{ code: 0, words: 'well' }], exitRule: 'none', files: [] };
  const path = join(temporaryFolder(), 'odd.1');
  writeFileSync(path, manPage({ ...programShape(), commands: [hostile] }, facts));
  expect(complaints(path).join('')).toBe('');
  const text = shown(path);
  for (const words of ['.so /etc/passwd "quoted" \\fBbold\\fR', "'br \\n[x]", '.sy touch pwned'])
    expect(text).toContain(words);
});
