// Every `splitbrain …` that pages and messages tell people to run is a command with flags that
// exist.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { firstColumn, pageNames, readPage } from './pages.ts';

const root = resolve(import.meta.dirname, '../..');
const program = createProgram([], async () => {});

/** Words behind `splitbrain` that make a sentence, not a command. */
const prose = new Set(['share', 'wrote']);
/** Flags of the scheduled jobs (`jobs/`), of HAProxy and of socat. */
const flagsOfOthers = ['--out', '-sf', '-t'];

/** The command that the words begin with, and the words behind it; `null` where there is none. */
function commandOf(words: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } | null {
  let command = program;
  let at = 0;
  for (; command.commands.length > 0; at++) {
    const next = command.commands.find((each) => each.name() === words[at]);
    if (next === undefined) break;
    command = next;
  }
  return command === program ? null : { command, rest: words.slice(at) };
}

/**
 * What is wrong with a command line. A `whole` one has its arguments too; else a sentence may
 * follow.
 */
function complaintOf(line: string, whole: boolean): string | null {
  const words = line
    .replace(/[[\]()]/g, ' ')
    .trim()
    .split(/\s+/);
  const [first = ''] = words;
  if (/^(?:--version|--help|-V|-h)$/.test(first) || (first === 'help' && words.length <= 2)) return null;
  const found = commandOf(words);
  if (found === null) return `${line}: there is no such command`;
  const { command, rest } = found;
  if (command.commands.length > 0) return `${line}: which command of ${command.name()}?`;
  const flags = rest.filter((word) => word.startsWith('-') && word !== '-');
  const lost = flags.filter((flag) => !knows(command, flag.replace(/=.*$|[.,;:]+$/g, '')));
  if (lost.length > 0) return `${line}: ${command.name()} has no ${lost.join(', ')}`;
  const isList = command.registeredArguments.some(({ variadic }) => variadic);
  const most = isList ? Number.POSITIVE_INFINITY : command.registeredArguments.length;
  return whole && operandsOf(command, rest) > most
    ? `${line}: ${command.name()} takes at most ${most} arguments`
    : null;
}

/** How many words are neither flags nor values of flags. */
function operandsOf(command: Command, words: readonly string[]): number {
  return words.filter((word, at) => {
    const before = command.options.find(({ short, long }) => words[at - 1] === short || words[at - 1] === long);
    return !/^-./.test(word) && !(at > 0 && before?.required);
  }).length;
}

function knows(command: Command, flag: string): boolean {
  return flag === '--help' || command.options.some(({ short, long }) => flag === short || flag === long);
}

/**
 * Command lines of a text: whole ones between backticks, on lines of their own, or what follows the
 * name in a sentence.
 */
function complaintsAbout(text: string): readonly string[] {
  const complaints: (string | null)[] = [];
  const rest = text.replace(/`splitbrain ([a-z-][^`\n]*)`/g, (_, line: string) => {
    complaints.push(complaintOf(line, true));
    return '';
  });
  for (const [, before, line] of rest.matchAll(/(^[ $]*|\b)splitbrain ((?:[a-z]|--?[a-z])[^`\n]*)/gm)) {
    const [first = ''] = line!.split(/[\s.,;:]/);
    const [said] = line!.split(/ {2,}| [#>|] ?|`|(?<! )['\\]|[.,;:)](?:\s|$)/) as [string];
    if (!prose.has(first)) complaints.push(complaintOf(said, before !== ''));
  }
  return complaints.filter((complaint) => complaint !== null);
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => /\.(?:ts|yaml|sh)$/.test(name));
}

test('what is wrong is seen', () => {
  const text = [
    'Run `splitbrain guess` now, or splitbrain lokcs. Then `splitbrain report --nonsense`,',
    '    $ splitbrain heal --from DIR',
    '`splitbrain snapshot ONE TWO`, `splitbrain alarms`.',
    'Right are `splitbrain pin t/a s1 --new`, splitbrain heal, and that splitbrain wrote it.',
  ].join('\n');
  expect(complaintsAbout(text)).toEqual([
    'guess: there is no such command',
    'report --nonsense: report has no --nonsense',
    'snapshot ONE TWO: snapshot takes at most 1 arguments',
    'alarms: which command of alarms?',
    'lokcs: there is no such command',
    'heal --from DIR: heal has no --from',
  ]);
});

describe('pages', () => {
  test.each(pageNames())('%s: commands', (name) => {
    expect(complaintsAbout(readPage(name))).toEqual([]);
  });

  test.each(pageNames())('%s: commands without the name in front, and flags alone', (name) => {
    const spans = [...readPage(name).matchAll(/`((?:[a-z]+ )?--?[a-z][^`\n]*)`/g)].map((match) => match[1]!);
    const everywhere = program.commands.flatMap((command) => [command, ...command.commands]);
    const wrong = spans.filter((span) => {
      const [first = ''] = span.split(' ');
      if (commandOf([first]) !== null) return complaintOf(span, true) !== null;
      return first.startsWith('-') && !flagsOfOthers.includes(first) && !everywhere.some((each) => knows(each, first));
    });
    expect(wrong).toEqual([]);
  });

  test("the README's table has every command, in any order", () => {
    const names = program.commands.flatMap((command) =>
      command.commands.length === 0
        ? [command.name()]
        : command.commands.map((each) => `${command.name()} ${each.name()}`),
    );
    const rows = firstColumn(readPage('README.md'), 'command').map((row) => row.replace(/^splitbrain /, ''));
    const listed = rows.filter((row) => !row.startsWith('-')).map((row) => row.replace(/ [A-Z-].*$/, ''));
    expect(listed.filter((name) => name !== 'help').sort()).toEqual(names.sort());
  });
});

describe('messages and comments', () => {
  const files = [...sourceFiles('src'), ...sourceFiles('jobs'), ...sourceFiles('demo'), 'Jenkinsfile'];

  test.each(files.filter((name) => readFileSync(join(root, name), 'utf8').includes('splitbrain ')))('%s', (name) => {
    expect(complaintsAbout(readFileSync(join(root, name), 'utf8'))).toEqual([]);
  });

  test('commands that a report suggests', () => {
    const calls = files
      .flatMap((name) => [
        ...readFileSync(join(root, name), 'utf8').matchAll(/(?<!function )\bnextCommand\(((?:[^()]|\([^()]*\))*)\)/g),
      ])
      .map((match) => [...match[1]!.matchAll(/'([^']*)'/g)].map((word) => word[1]!))
      .filter((words) => words.length > 0);
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.map((words) => complaintOf(words.join(' '), true)).filter((complaint) => complaint !== null)).toEqual(
      [],
    );
  });
});
