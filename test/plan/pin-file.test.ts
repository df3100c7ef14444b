// Pins from the command line and from files, in this program's format and the predecessor's.

import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { parsePins, pinOf } from '../../src/plan/pin-file.ts';

const read = (value: unknown) => parsePins(JSON.stringify(value), 'pins.json');

function complaints(text: string): readonly string[] {
  try {
    parsePins(text, 'pins.json');
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
  return [];
}

test('a conference is a name for people; its key is spelled as a dump spells it', () => {
  expect(pinOf('team standup é', '10.0.0.9:443')).toEqual({
    key: 'team\\ standup\\ \\xC3\\xA9',
    shard: '10.0.0.9:443',
  });
});

describe('files', () => {
  test("this program's format", () => {
    expect(read([{ conference: 'a b', shard: 'shard-1' }])).toEqual([{ key: 'a\\ b', shard: 'shard-1' }]);
  });

  test.each([11, '11'])("the predecessor's, its id %j", (id) => {
    expect(read([{ key: 'team/a', id }])).toEqual([{ key: 'team/a', shard: '11' }]);
  });

  test("the predecessor's keys are the dump's, and are not escaped twice", () => {
    expect(read([{ key: 'a\\ b\\xC3\\xA9', id: 1 }])).toEqual([{ key: 'a\\ b\\xC3\\xA9', shard: '1' }]);
  });

  test('a key that was typed by hand gets the spelling of a dump: entries are found only by that', () => {
    expect(read([{ key: 'a b\\x41', id: 1 }])).toEqual([{ key: 'a\\ bA', shard: '1' }]);
  });

  test('both kinds in one file', () => {
    expect(
      read([
        { key: 'a', id: 1 },
        { conference: 'b', shard: 's' },
      ]),
    ).toHaveLength(2);
  });
});

describe('complaints', () => {
  test('no JSON', () => expect(complaints('{')).toEqual(['pins.json: this is not JSON']));

  test.each(['{}', '[]', 'null', '"a"'])('%s is no list of pins', (text) => {
    expect(complaints(text)).toEqual(['pins.json: expected a list of {"conference", "shard"} or {"key", "id"}']);
  });

  test('every bad item, by its place', () => {
    const bad = [
      { conference: 'a', shard: 's' },
      { conference: 'b' },
      { key: 'c' },
      { key: 'd', id: 'eleven' },
      { key: 'é', id: 1 },
      { key: 5, id: 1 },
      null,
    ];
    expect(complaints(JSON.stringify(bad)).map((complaint) => /item (\d)/.exec(complaint)?.[1])).toEqual([
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
    ]);
  });

  test('a conference that is there twice, under whatever spelling', () => {
    const twice = [
      { conference: 'a b', shard: 's' },
      { key: 'a\\ b', id: 1 },
      { key: 'c', id: 1 },
    ];
    expect(complaints(JSON.stringify(twice))).toEqual(['pins.json: "a b" is there twice']);
  });
});
