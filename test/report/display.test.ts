// How words from strangers are spelled on a terminal.

import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { displayName, displayText } from '../../src/report/display.ts';

test.each([
  ['room1@conf', 'room1@conf'],
  ['café', 'café'],
  ['会議', '会議'],
  ['', '""'],
  ['weekly sync', '"weekly sync"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['a\\b', 'a\\\\b'],
  ['\x1b[31mred', '\\x1b[31mred'],
  ['\u009b31m', '\\x9b31m'],
  ['\x1b]8;;http://x\x07', '\\x1b]8;;http://x\\x07'],
  ['a\nb\tc\rd\x00', 'a\\nb\\tc\\rd\\x00'],
  ['\u202egnp', '\\u202egnp'],
  ['a\u200bb', 'a\\u200bb'],
  ['\u2066x\u2069', '\\u2066x\\u2069'],
  ['\u3164', '\\u3164'],
  ['a\u00a0b', 'a\\xa0b'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\ud800', '\\ud800'],
  ['\u0301x', '\\u0301x'],
  ['e\u0301\u0302\u0303\u0304', 'e\u0301\u0302\u0303\\u0304'],
])('%j is shown as %s', (name, shown) => {
  expect(displayName(name, true)).toBe(shown);
});

test('without Unicode everything beyond ASCII is spelled', () => {
  expect(displayName('café 会', false)).toBe('"caf\\xe9 \\u4f1a"');
});

test('a long name keeps its start and its end', () => {
  expect(displayName(`start-${'x'.repeat(200)}-end`, true, 20)).toBe('start-xxxx…xxxxx-end');
  expect(displayName(`start-${'x'.repeat(200)}-end`, false, 20)).toBe('start-xxx...xxxx-end');
});

test('shortening never cuts through an escape', () => {
  expect(displayName('\x01'.repeat(100), true, 20)).toBe('\\x01\\x01…\\x01\\x01');
});

test('no name is wider than its columns', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 10, max: 70 }), (name, columns) => {
      expect(stringWidth(displayName(name, true, columns))).toBeLessThanOrEqual(columns);
    }),
  );
});

test('two ASCII names are never shown alike where both fit', () => {
  const name = fc.string({ unit: 'binary-ascii', maxLength: 8 });
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(displayName(a, true) === displayName(b, true)).toBe(a === b);
    }),
    { numRuns: 1000 },
  );
});

test('a sentence keeps its quotes and backslashes, and is cut when it does not end', () => {
  expect(displayText('said "no\\no"\n', true)).toBe('said "no\\no"');
  expect(stringWidth(displayText('word '.repeat(10_000), true))).toBe(400);
});
