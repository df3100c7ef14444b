// Holds the split between unit tests and the rest: no unit test starts a process, every pattern
// names a file, and none of the rest sets itself a deadline.

import childProcess, { execFile, execFileSync, fork, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exhaustive, withProcesses } from './projects.ts';

const files = readdirSync(import.meta.dirname, { recursive: true }).map((path) => `test/${path}`);

/** `a/{b,c}` as `a/b` and `a/c`, so that each name is looked for on its own. */
function alternatives(pattern: string): readonly string[] {
  const braces = /\{([^}]+)\}/.exec(pattern);
  if (braces === null) return [pattern];
  return braces[1]!.split(',').flatMap((word) => alternatives(pattern.replace(braces[0], word)));
}

function asRegExp(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*\/|\*|\.)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '*') return '[^/]*';
    return part === '.' ? '\\.' : part;
  });
  return new RegExp(`^${parts.join('')}$`);
}

test.each([...withProcesses, ...exhaustive].flatMap(alternatives))('%s names a file', (pattern) => {
  expect(files.filter((path) => asRegExp(pattern).test(path))).not.toEqual([]);
});

test('files with processes have the deadline of vitest.config.ts, which a busy machine keeps', () => {
  const patterns = [...withProcesses, ...exhaustive].flatMap(alternatives).map(asRegExp);
  const own = /^ *\}, (?:\w*_\d{3}|timeout)\);$|, \{\s*timeout\b[^}]*\}, (?:async )?\(/m;
  const chosen = files.filter((path) => path.endsWith('.test.ts') && patterns.some((each) => each.test(path)));
  expect(chosen.length).toBeGreaterThan(100);
  expect(chosen.filter((path) => own.test(readFileSync(resolve(import.meta.dirname, '..', path), 'utf8')))).toEqual([]);
});

describe('no unit test starts a process', () => {
  const node = process.execPath;
  const script = resolve(import.meta.dirname, 'projects.ts');
  test.each([
    ['spawn', () => spawn(node, ['-e', '0'])],
    ['exec', () => childProcess.exec('true')],
    ['execFile', () => execFile(node, ['-e', '0'])],
    ['fork', () => fork(script)],
    ['spawnSync', () => childProcess.spawnSync(node, ['-e', '0'])],
    ['execFileSync', () => execFileSync(node, ['-e', '0'])],
    ['execSync', () => childProcess.execSync('true')],
  ])('%s', (_, start) => {
    expect(start).toThrow('a unit test started a process');
  });
});
