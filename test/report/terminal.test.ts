// What a stream and an environment say about the terminal.

import { expect, test } from 'vitest';
import { describeTerminal } from '../../src/report/terminal.ts';

const tty = { isTTY: true, columns: 100 };

test.each([
  [tty, 100],
  [{ isTTY: true, columns: 20 }, 60],
  [{ isTTY: true, columns: 400 }, 160],
  [{ isTTY: true, columns: 0 }, 80],
  [{ isTTY: true }, 80],
  [{}, 120],
  [{ isTTY: false, columns: 70 }, 120],
])('%j is %i columns wide', (stream, width) => {
  expect(describeTerminal(stream, {}).width).toBe(width);
});

test.each([
  [tty, {}, true],
  [{}, {}, false],
  [tty, { NO_COLOR: '1' }, false],
  [tty, { NO_COLOR: '' }, true],
  [tty, { TERM: 'dumb' }, false],
  [{}, { FORCE_COLOR: '1' }, true],
  [tty, { FORCE_COLOR: '0' }, false],
  [{}, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
  [tty, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('%j with %j: colour %s', (stream, env, colour) => {
  expect(describeTerminal(stream, env).colour).toBe(colour);
});

test.each([
  [{}, false],
  [{ LANG: 'C.UTF-8' }, true],
  [{ LANG: 'en_US.utf8' }, true],
  [{ LANG: 'en_US.ISO-8859-1' }, false],
  [{ LC_ALL: 'C', LANG: 'C.UTF-8' }, false],
  [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8', LANG: 'C' }, true],
])('%j: Unicode %s', (env, unicode) => {
  expect(describeTerminal(tty, env).unicode).toBe(unicode);
});
