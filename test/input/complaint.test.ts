// How places and values are spelled in complaints: one line, no passwords.

import { expect, test } from 'vitest';
import { quote, spellPath, spellProblem } from '../../src/input/complaint.ts';

test.each([
  [[], '(file)'],
  [['proxies', 'list', 2, 'name'], 'proxies.list[2].name'],
  [['a b', 'x'], '["a b"].x'],
  [['ssh', 'a\nb'], 'ssh["a\\nb"]'],
])('%j is spelled %s', (path, spelled) => {
  expect(spellPath(path)).toBe(spelled);
});

test('a quoted text stays one line of bounded length and shows no password', () => {
  expect(quote('a\nb\u2028c\u0085')).toBe('"a\\nb\\u2028c\\u0085"');
  expect(quote('x'.repeat(500)).length).toBeLessThan(100);
  expect(quote('ssh://ubuntu:hunter2@host/a')).toBe('"ssh://ubuntu:...@host/a"');
});

test('what was found follows what was expected, and the guess comes last', () => {
  expect(spellProblem({ text: 'expected a thing', hint: 'x' }, '"y"')).toBe(
    'expected a thing, found "y" (did you mean "x"?)',
  );
  expect(spellProblem({ text: 'is missing' }, '"y"')).toBe('is missing');
});
