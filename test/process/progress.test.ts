// Progress is for a person at a terminal and for nobody else.

import { Writable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { createProgressLine, progressText } from '../../src/process/progress.ts';

afterEach(() => vi.unstubAllEnvs());

/** A stream that remembers what was written, with the cursor calls of a terminal. */
function screen(isTTY: boolean) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const move = () => true;
  return {
    stream: Object.assign(stream, { isTTY, columns: 80, cursorTo: move, moveCursor: move, clearLine: move }),
    text: () => text,
  };
}

const half = { stage: 'collect', done: 7, total: 20, bytes: 140_234_567 } as const;

test.each([
  ['a pipe', false, true],
  ['a terminal where progress is not wanted', true, false],
])('%s gets nothing', async (_name, isTTY, enabled) => {
  const { stream, text } = screen(isTTY);
  const progress = await createProgressLine(stream, enabled);
  progress.update(half);
  progress.stop();
  expect(text()).toBe('');
});

test('a terminal gets the line, in ASCII, and gets its cursor back', async () => {
  // What the library takes no terminal for.
  vi.stubEnv('CI', undefined);
  vi.stubEnv('TERM', 'xterm');
  const signals = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
  const before = { signals: signals(), exits: process.listenerCount('exit') };
  const { stream, text } = screen(true);
  const progress = await createProgressLine(stream, true);
  progress.update(half);
  progress.update({ ...half, done: 8 });
  expect(text()).toContain('Reading proxies: 7 of 20, 140.2 MB');
  expect(text()).toContain('Reading proxies: 8 of 20, 140.2 MB');
  expect(text()).toMatch(/^[\x00-\x7f]*$/);
  expect(signals()).toBe(before.signals);
  progress.stop();
  progress.stop();
  expect(process.listenerCount('exit')).toBe(before.exits);
  expect(text().lastIndexOf('\x1b[?25h')).toBeGreaterThan(text().lastIndexOf('\x1b[?25l'));
});

test.each([
  [half, 'Reading proxies: 7 of 20, 140.2 MB'],
  [{ ...half, stage: 'analyse' as const }, 'Comparing 20 proxies, 140.2 MB'],
  [{ ...half, stage: 'confirm' as const }, 'Looking again: 7 of 20'],
])('%j reads %s', (progressed, text) => {
  expect(progressText(progressed)).toBe(text);
});
