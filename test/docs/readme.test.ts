// The README stays short, and pages lead to pages that are there.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT_CODES_HELP, exitCodes, signalExitCodes } from '../../src/domain/exit-codes.ts';
import { pageNames, proseOf, readPage } from './pages.ts';

const root = resolve(import.meta.dirname, '../..');

test('README has at most 150 lines', () => {
  expect(readPage('README.md').split('\n').length - 1).toBeLessThanOrEqual(150);
});

test('README has every exit code, and says which counts as help does', () => {
  const page = readPage('README.md');
  const codes = [...page.matchAll(/^\| ((?:\d+(?:, )?)+) \| /gm)].flatMap((match) => match[1]!.split(', ').map(Number));
  expect(codes).toEqual([...Object.values(exitCodes), signalExitCodes.SIGTERM]);
  const [precedence] = /the first of [\d, ]+/i.exec(EXIT_CODES_HELP)!;
  expect(page.toLowerCase()).toContain(precedence.trim().toLowerCase());
});

describe('prose has at most 100 columns', () => {
  test.each(pageNames())('%s', (name) => {
    // What the bench prints has a sentence a line, however long.
    const [page] = readPage(name).split('\n| what | measured |') as [string];
    const lines = proseOf(page).split('\n');
    expect(lines.filter((line) => line.length > 100 && !line.startsWith('|'))).toEqual([]);
  });
});

describe('prose has one sentence a line', () => {
  test.each(pageNames())('%s', (name) => {
    const [page] = readPage(name).split('\n| what | measured |') as [string];
    const lines = proseOf(page)
      .split('\n')
      .filter((line) => !/^[|#]/.test(line));
    expect(lines.filter((line) => /[a-z)`]\. [A-Z`]/.test(line))).toEqual([]);
  });
});

/** As GitHub makes them: lower case, blanks to hyphens, punctuation gone. */
function anchorsOf(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('links lead to pages and headings that are there', () => {
  test.each(pageNames())('%s', (name) => {
    const links = [...readPage(name).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    const lost = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? name : join(dirname(name), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchorsOf(readPage(target)).includes(anchor);
    });
    expect(lost).toEqual([]);
  });
});

/** Files that no clone has: what a build makes, and what people write. */
const made = /^(?:dist|out|dumps)\/|ENVIRONMENT|\*/;

describe('files and folders that pages name are there', () => {
  test.each(pageNames())('%s', (name) => {
    const spans = [...readPage(name).matchAll(/`((?:\.?[\w*-]+\/)+(?:[\w.*-]+\.(?:ts|sh|cjs|yaml|json))?)`/g)];
    const paths = spans.map((match) => match[1]!).filter((path) => !made.test(path));
    expect(paths.filter((path) => ![path, `src/${path}`].some((each) => existsSync(join(root, each))))).toEqual([]);
  });
});
