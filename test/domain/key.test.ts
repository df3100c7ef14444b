// A key is bytes in HAProxy's spelling: every byte comes back, and what people read is never what
// is looked up.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conferenceOf, decodeKey, encodeKey, fitsHeader } from '../../src/domain/key.ts';

const bytesOf = (text: string) => [...Buffer.from(text, 'utf8')];

describe('each byte as HAProxy prints it', () => {
  // From show-table-tricky-keys.txt of 2.6 to 3.4.
  test.each([
    ['a\\ b', 'a b'],
    ['a\\tb', 'a\tb'],
    ['a\\eb', 'a\x1bb'],
    ['a\\\\b', 'a\\b'],
    ['a\\\\n', 'a\\n'],
    ['end\\\\', 'end\\'],
    ['a\\=b', 'a=b'],
    ['a\\x01b', 'a\x01b'],
    ['a\\x7Fb', 'a\x7fb'],
    ['caf\\xC3\\xA9\\xE2\\x98\\x95', 'café☕'],
    ['k\\ use\\=9\\ exp\\=1\\ server_id\\=99', 'k use=9 exp=1 server_id=99'],
    ['a\\nb\\rc', 'a\nb\rc'],
    ['~!()*:?/[]{}|^`<>;"\'#$%&', '~!()*:?/[]{}|^`<>;"\'#$%&'],
    ['', ''],
  ])('%s is %j, both ways', (key, conference) => {
    expect([...decodeKey(key)]).toEqual(bytesOf(conference));
    expect(encodeKey(Buffer.from(conference, 'utf8'))).toBe(key);
    expect(conferenceOf(key)).toBe(conference);
  });

  test('all 256 bytes are printable ASCII without blanks, and no two are spelled alike', () => {
    const spelled = Array.from({ length: 256 }, (_, byte) => encodeKey(Uint8Array.of(byte)));
    expect(new Set(spelled).size).toBe(256);
    for (const [byte, key] of spelled.entries()) {
      expect(key.replace(/^\\ $/, '')).toMatch(/^[!-~]*$/);
      expect([...decodeKey(key)]).toEqual([byte]);
    }
  });
});

test('decoding the spelling gives the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect([...decodeKey(encodeKey(bytes))]).toEqual([...bytes]);
    }),
  );
});

test('two names are spelled alike only if they are the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 }), (one, other) => {
      expect(encodeKey(one) === encodeKey(other)).toBe(Buffer.compare(one, other) === 0);
    }),
  );
});

test.each([
  ['a\\', 'a\\'],
  ['\\x', 'x'],
  ['\\x4', 'x4'],
  ['\\xZZ', 'xZZ'],
  ['\\x4G', 'x4G'],
  ['\\q', 'q'],
])('%s, which HAProxy never prints, loses no character', (key, text) => {
  expect(Buffer.from(decodeKey(key)).toString('latin1')).toBe(text);
});

describe('conferenceOf', () => {
  test('names that differ in invalid UTF-8 only read alike: nothing may be looked up by them', () => {
    expect(conferenceOf('r\\xFF')).toBe('r\ufffd');
    expect(conferenceOf('r\\xFE')).toBe('r\ufffd');
  });
  test('a name cut in the middle of a character', () => expect(conferenceOf('caf\\xC3')).toBe('caf\ufffd'));
  test('a byte order mark is part of the name', () => expect(conferenceOf('\\xEF\\xBB\\xBFa')).toBe('\ufeffa'));
});

test.each([
  ['room1@conf', true],
  ['caf\\xC3\\xA9', true],
  ['a\\ b', true],
  ['', false],
  ['\\ a', false],
  ['a\\ ', false],
  ['a,b', false],
  ['a\\tb', false],
  ['a\\x7Fb', false],
  ['a\\nb', false],
])('%j fits a header: %j', (key, fits) => {
  expect(fitsHeader(key)).toBe(fits);
});
