// The commands for hosts, run by the shells that login users have.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type HostAnswer,
  makeCommand,
  parseHostAnswer,
  readCommand,
  removeCommand,
  replaceCommand,
} from '../../src/locks/host-lock.ts';
import { spellLock } from '../../src/locks/lock-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { lockOf, NOW } from './lock-of.ts';

const shells = ['sh', 'bash', 'csh', 'fish', 'zsh'].filter((shell) => spawnSync(shell, ['-c', 'true']).status === 0);

describe.each(shells)('%s', (shell) => {
  const run = (command: string, input = ''): HostAnswer =>
    parseHostAnswer(execFileSync(shell, ['-c', command], { input, encoding: 'utf8' }), NOW);
  const fileIn = (folder: string) => ({ path: join(folder, 'haproxy-status.lock'), sudo: false });
  const markOf = (answer: HostAnswer) => (answer.kind === 'lock' ? answer.mark : `no mark: ${answer.kind}`);

  test('made, read, written over and removed; nothing is left behind', () => {
    const folder = temporaryFolder();
    const file = fileIn(folder);
    const [first, second] = [lockOf({ reason: 'it\'s "$HOME" `x`' }), lockOf({ reason: 'обновление' })];
    expect(run(readCommand(file))).toEqual({ kind: 'none' });
    expect(run(makeCommand(file), spellLock(first))).toEqual({ kind: 'made' });
    const read = run(readCommand(file));
    expect(read).toMatchObject({ kind: 'lock', lock: { owner: first.owner, reason: first.reason } });
    expect(run(replaceCommand(file, markOf(read)), spellLock(second))).toEqual({ kind: 'made' });
    expect(readFileSync(file.path, 'utf8')).toBe(spellLock(second));
    expect(run(removeCommand(file, markOf(run(readCommand(file)))))).toEqual({ kind: 'none' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a file that is there already is left alone and told, by whom it may be', () => {
    const folder = temporaryFolder();
    const file = fileIn(folder);
    writeFileSync(file.path, '');
    utimesSync(file.path, 1_000, 1_000);
    expect(run(makeCommand(file), spellLock(lockOf()))).toMatchObject({
      kind: 'lock',
      lock: { owner: null, untilMs: null },
    });
    expect([readFileSync(file.path, 'utf8'), readdirSync(folder).length]).toEqual(['', 1]);
  });

  test('a file that has changed since it was read is neither written over nor removed', () => {
    const folder = temporaryFolder();
    const file = fileIn(folder);
    writeFileSync(file.path, 'bob');
    for (const command of [replaceCommand(file, '1 1'), removeCommand(file, '1 1')])
      expect(run(command, spellLock(lockOf()))).toMatchObject({ kind: 'lock', lock: { reason: 'bob' } });
    expect([readFileSync(file.path, 'utf8'), readdirSync(folder).length]).toEqual(['bob', 1]);
  });

  test('a link, a folder and a pipe are locks, and nothing is read or written through them', () => {
    for (const make of [
      (path: string) => symlinkSync('/etc/passwd', path),
      (path: string) => symlinkSync('/nowhere/at-all', path),
      (path: string) => mkdirSync(path),
      (path: string) => void execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path]),
    ]) {
      const folder = temporaryFolder();
      const file = fileIn(folder);
      make(file.path);
      expect(run(readCommand(file))).toMatchObject({ kind: 'lock', lock: { owner: null, reason: null } });
      expect(run(makeCommand(file), spellLock(lockOf())).kind).toBe('lock');
      expect(readdirSync(folder)).toHaveLength(1);
      expect(existsSync('/nowhere/at-all')).toBe(false);
    }
  });

  test('a folder that cannot be written says nothing of a lock', () => {
    const file = { path: '/nowhere/at-all/x.lock', sudo: false };
    const { stdout, stderr } = spawnSync(shell, ['-c', makeCommand(file)], { input: '', encoding: 'utf8' });
    expect([parseHostAnswer(stdout, NOW).kind, stderr]).toEqual(['unknown', expect.stringContaining('No such file')]);
  });
});

test('root is asked only where the configuration has sudo', () => {
  const file = { path: '/tmp/x.lock', sudo: true };
  expect(removeCommand(file, '1 1')).toContain('sudo -n rm -f');
  expect(replaceCommand(file, '1 1')).toContain('sudo -n mv');
  for (const command of [removeCommand, replaceCommand])
    expect(command({ ...file, sudo: false }, '1 1')).not.toContain('sudo');
  expect(readCommand(file)).not.toContain('sudo');
});
