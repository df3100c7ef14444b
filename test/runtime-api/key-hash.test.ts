// The hash spreads keys, and nobody who does not know its secret can make two of them meet.

import { describe, expect, test } from 'vitest';
import { createCompiledLines } from '../../src/runtime-api/compiled-lines.ts';

const hashes = (seed: number) => {
  const { hashOf } = createCompiledLines(seed);
  return (text: string) => hashOf(Buffer.from(text, 'latin1'), 0, text.length);
};
const hash = (seed: number, text: string) => hashes(seed)(text);

test('the same bytes hash alike wherever they stand and whatever stands behind', () => {
  const { hashOf } = createCompiledLines(7);
  for (let length = 0; length < 20; length++) {
    const key = 'abcdefghijklmnopqrst'.slice(0, length);
    for (const behind of ['', '.', '.........'])
      expect(hashOf(Buffer.from(`..${key}${behind}`, 'latin1'), 2, 2 + length)).toBe(hash(7, key));
  }
});

test('another seed, other hashes', () => {
  expect(new Set(Array.from({ length: 100 }, (_, seed) => hash(seed, 'room@example.com'))).size).toBe(100);
});

test('low bits are spread: 65,536 names fill about 1 - 1/e of as many slots', () => {
  const hashOf = hashes(1);
  const slots = new Set<number>();
  for (let n = 0; n < 65_536; n++) {
    const name = `room${n}@conference.meet.example.com`;
    slots.add(hashOf(name) & 0xffff);
  }
  expect(slots.size / 65_536).toBeGreaterThan(0.62);
  expect(slots.size / 65_536).toBeLessThan(0.645);
});

describe('pairs that meet under a fixed multiplier whatever the seed', () => {
  // Differences of the highest bits of a word, taken back in the next one; words that change
  // places; ends that are zeros.
  test.each([
    ['high bits of two words', 'aaa@aaa@', 'aaa`aaa`'],
    ['high bits, first byte', '@aaa@aaa', '`aaa`aaa'],
    ['words that change places', 'abcdefghijklmnop', 'ijklmnopabcdefgh'],
    [
      'words that change places beyond all secrets',
      `abcdefgh${'x'.repeat(504)}ijklmnop`,
      `ijklmnop${'x'.repeat(504)}abcdefgh`,
    ],
    ['a zero more', 'abc', 'abc\0'],
    ['zeros only', '\0\0\0\0', '\0\0\0\0\0\0\0\0'],
    ['halves that change places', 'abcdefgh', 'efghabcd'],
  ])('%s', (_, one, other) => {
    const meetings = Array.from({ length: 2_000 }, (_, seed) => hash(seed, one) === hash(seed, other));
    expect(meetings.filter(Boolean).length).toBeLessThan(3);
  });
});
