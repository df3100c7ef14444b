// A key in a command is one word, whatever its bytes: the model of HAProxy's tokenizer gives them
// back.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/domain/key.ts';
import { escapeBytes, escapeKey } from '../../src/runtime-api/escape.ts';
import { hostileNames } from '../support/hostile-names.ts';
import { tokenize } from '../support/runtime-tokenizer.ts';

const wordsBehind = (word: unknown) => tokenize(`show table nodes key ${word}\n`);
const nameOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const byte = fc.integer({ min: 1, max: 255 });
const name = fc.array(byte, { minLength: 1, maxLength: 300 }).map((bytes) => Uint8Array.from(bytes));

test('any bytes from 1 to 255 come out of the tokenizer as they went in', () => {
  fc.assert(
    fc.property(name, (bytes) => {
      expect(wordsBehind(escapeBytes(bytes))).toEqual([['show', 'table', 'nodes', 'key', nameOf(bytes)]]);
    }),
    { numRuns: 1_000 },
  );
});

test('all 255 single bytes and every hostile name are one word, also in the middle of a command', () => {
  for (const bytes of hostileNames) {
    const key = encodeKey(bytes);
    expect(escapeKey(key)).toBe(escapeBytes(bytes));
    expect(wordsBehind(escapeKey(key))).toEqual([['show', 'table', 'nodes', 'key', nameOf(bytes)]]);
    expect(tokenize(`a ${escapeKey(key)} b;c\n`)).toEqual([['a', nameOf(bytes), 'b'], ['c']]);
  }
});

describe('what no word can say', () => {
  test('the empty key', () => expect(escapeKey('')).toEqual({ problem: 'empty' }));
  test('NUL, wherever it stands', () => {
    for (const key of ['\\x00', 'a\\x00', '\\x00a']) expect(escapeKey(key)).toEqual({ problem: 'contains-nul' });
  });
  test('a spelling that HAProxy never prints: the word would name another entry', () => {
    for (const key of ['t\\x2Fone', 'a\\xff', 'a\\;b', 'a b', 'a=b', 'ends\\', '\x7f', '\u0131'])
      expect(escapeKey(key)).toEqual({ problem: 'misspelt' });
  });
  test('a word of more than 8,000 bytes, the backslashes included', () => {
    expect(typeof escapeBytes(Buffer.alloc(8_000, 'a'))).toBe('string');
    expect(escapeBytes(Buffer.alloc(8_001, 'a'))).toEqual({ problem: 'too-long' });
    expect(typeof escapeBytes(Buffer.alloc(4_000, ';'))).toBe('string');
    expect(escapeBytes(Buffer.alloc(4_001, ';'))).toEqual({ problem: 'too-long' });
  });
});

test('letters and digits stay as they are, everything else gets a backslash', () => {
  expect(escapeKey('Az09')).toBe('Az09');
  expect(escapeKey('a/b@c_d-e.f')).toBe('a\\/b\\@c\\_d\\-e\\.f');
  expect(escapeKey('a\\nb')).toBe('a\\\nb');
});

test('a key that ends in CR is followed by a blank, any other is not', () => {
  expect(escapeKey('a\\r')).toBe('a\\\r ');
  expect(escapeKey('a\\rb')).toBe('a\\\rb');
});
