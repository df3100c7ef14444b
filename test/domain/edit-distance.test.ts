// Slips of the keyboard, counted.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance } from '../../src/domain/edit-distance.ts';

test.each([
  ['nodes', 'nodes', 0],
  ['', 'ab', 2],
  ['nodes', 'node', 1],
  ['nodes', 'noodes', 1],
  ['nodes', 'modes', 1],
  ['ndoes', 'nodes', 1],
  ['ssh', 'shs', 1],
  ['ndoe', 'nodes', 2],
  ['kitten', 'sitting', 3],
])('%j and %j are %i apart', (one, other, slips) => {
  expect(editDistance(one, other)).toBe(slips);
});

test('one slip, whichever, is one apart at most, both ways', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abc'), minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom('add', 'drop', 'replace', 'swap'), (text, at, slip) => {
      const place = at % (text.length - 1);
      const [before, here, next, after] = [text.slice(0, place), text[place], text[place + 1], text.slice(place + 2)];
      const typed = {
        add: `${before}x${here}${next}${after}`,
        drop: `${before}${next}${after}`,
        replace: `${before}x${next}${after}`,
        swap: `${before}${next}${here}${after}`,
      }[slip];
      expect(editDistance(text, typed)).toBe(text === typed ? 0 : 1);
      expect(editDistance(typed, text)).toBe(editDistance(text, typed));
    }),
  );
});
