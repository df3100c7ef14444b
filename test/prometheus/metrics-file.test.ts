// The file of a textfile collector: whole, for everybody to read, and nothing beside it.

import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openMetricsFile } from '../../src/prometheus/metrics-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

test('it is replaced as a whole, 0644 under any umask, and nothing lies beside it', async () => {
  const before = process.umask(0o077);
  try {
    const path = join(folder, 'splitbrain.prom');
    writeFileSync(path, 'old', { mode: 0o600 });
    const { ino } = statSync(path);
    const file = openMetricsFile(path);
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['old', ['splitbrain.prom']]);
    await file.put('a 1\n');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777, readdirSync(folder)]).toEqual([
      'a 1\n',
      0o644,
      ['splitbrain.prom'],
    ]);
    // Another file under the name, so that no reader sees half of it.
    expect(statSync(path).ino).not.toBe(ino);
  } finally {
    process.umask(before);
  }
});

test('a link is replaced, not followed', async () => {
  const [target, path] = [join(folder, 'target'), join(folder, 'splitbrain.prom')];
  writeFileSync(target, 'precious');
  symlinkSync(target, path);
  await openMetricsFile(path).put('a 1\n');
  expect([readFileSync(target, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['precious', 'a 1\n']);
});

test.each([
  ['no such folder', 'none/splitbrain.prom', 'ENOENT'],
  ['a folder of that name', 'taken', 'EISDIR'],
  ['a file in place of the folder', 'file/splitbrain.prom', 'ENOTDIR'],
])('%s -> an error at once', (_what, name, code) => {
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'file'), '');
  expect(() => openMetricsFile(join(folder, name))).toThrow(code);
  expect(readdirSync(folder)).toEqual(['file', 'taken']);
});

test('a write that fails leaves the old file', async () => {
  const below = join(folder, 'collector');
  mkdirSync(below);
  const path = join(below, 'splitbrain.prom');
  const file = openMetricsFile(path);
  await file.put('a 1\n');
  chmodSync(below, 0o500);
  const isRoot = process.getuid?.() === 0;
  const outcome = await file.put('a 2\n').then(
    () => 'written',
    () => 'failed',
  );
  chmodSync(below, 0o700);
  expect([outcome, readFileSync(path, 'utf8')]).toEqual(isRoot ? ['written', 'a 2\n'] : ['failed', 'a 1\n']);
  expect(readdirSync(below)).toEqual(['splitbrain.prom']);
});
