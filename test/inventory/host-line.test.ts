// One line of hosts: what it can only mean, and what is refused because it could mean two things.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHostLine } from '../../src/inventory/host-line.ts';

const read = (line: string) => {
  const hosts = readHostLine(line);
  return typeof hosts === 'string'
    ? 'refused'
    : hosts.map(({ name, host, region }) => [name, host, region ?? '-'].join(' '));
};

describe('one meaning', () => {
  test.each([
    ['', []],
    ['  # nothing', []],
    ['hap-a', ['hap-a hap-a -']],
    ['hap-a.example # new', ['hap-a.example hap-a.example -']],
    ['10.0.0.5 10.0.0.6', ['10.0.0.5 10.0.0.5 -', '10.0.0.6 10.0.0.6 -']],
    [
      '10.0.0.5 2001:db8::1 10.0.0.6 10.0.0.7',
      ['10.0.0.5', '2001:db8::1', '10.0.0.6', '10.0.0.7'].map((a) => `${a} ${a} -`),
    ],
    ['a.example b.example c.example', ['a.example', 'b.example', 'c.example'].map((a) => `${a} ${a} -`)],
    ['hap-a 10.0.0.5', ['hap-a 10.0.0.5 -']],
    ['hap-a ::1 us-west-2', ['hap-a ::1 us-west-2']],
    ['hap-a.example 10.0.0.5 eu', ['hap-a.example 10.0.0.5 eu']],
    ['hap-a hap-a.example eu', ['hap-a hap-a.example eu']],
    ['hap-a localhost', ['hap-a localhost -']],
  ])('%j', (line, hosts) => {
    expect(read(line)).toEqual(hosts);
  });
});

describe('two meanings', () => {
  test.each([
    'hap-a hap-b',
    'hap-a hap-b hap-c',
    '10.0.0.5 eu',
    '10.0.0.5 hap-a',
    'hap-a 10.0.0.5 10.0.0.6',
    'hap-a 10.0.0.5 eu 10.0.0.6',
    'a.example b.example eu',
    '10.0.0.5 a.example',
    '10.0.0.5 10.0.0.6 eu',
  ])('%j is refused', (line) => {
    expect(read(line)).toBe('refused');
  });
});

test('no address of a line is ever lost', () => {
  const word = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('hap-a', 'b.example', 'eu', 'localhost'));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const hosts = readHostLine(words.join(' '));
      if (typeof hosts === 'string') return;
      const named = new Set(hosts.flatMap(({ host }) => host));
      expect(words.filter((one) => /^[\d.]+$|:/.test(one) && !named.has(one))).toEqual([]);
    }),
  );
});
