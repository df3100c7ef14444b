// The lines that a reader sends: nothing but `show`, one command a key, short enough for every
// version.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeKey, encodeKey } from '../../src/domain/key.ts';
import { showKeys, showLevel, showLongerKey, showState, showTable } from '../../src/runtime-api/read-commands.ts';
import { hostileNames } from '../support/hostile-names.ts';
import { tokenize } from '../support/runtime-tokenizer.ts';

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const keyCommands = (table: string, keys: readonly string[]) =>
  keys.map((key) => ['show', 'table', table, 'key', latin1(decodeKey(key))]);

test('the lines without keys', () => {
  expect(showState()).toBe('show info;show servers state;show table;show stat -1 4 -1;show peers\n');
  expect(showTable('nodes')).toBe('show table nodes\n');
  expect(showLevel()).toBe('show cli level\n');
});

describe('showKeys', () => {
  const check = (table: string, keys: readonly string[]) => {
    const { batches, inexpressible } = showKeys(table, keys);
    for (const { command, keys: asked } of batches) {
      expect(command.length).toBeLessThanOrEqual(15_000);
      expect(tokenize(command)).toEqual(keyCommands(table, asked));
    }
    return { asked: batches.flatMap((batch) => batch.keys), inexpressible, lines: batches.length };
  };

  test('hostile keys make exactly their own commands, in their order', () => {
    const keys = hostileNames.map(encodeKey);
    expect(check('nodes', keys)).toMatchObject({ asked: keys, inexpressible: [] });
  });

  test('any keys make exactly their own commands, and what cannot be asked comes back', () => {
    const key = fc.uint8Array({ maxLength: 400 }).map(encodeKey);
    fc.assert(
      fc.property(fc.array(key, { maxLength: 120 }), (keys) => {
        const { asked, inexpressible } = check('nodes', keys);
        const unsayable = (each: string) => each === '' || decodeKey(each).includes(0);
        expect(asked).toEqual(keys.filter((each) => !unsayable(each)));
        expect(inexpressible).toEqual(keys.filter(unsayable));
      }),
    );
  });

  test('ten thousand keys go in few lines, each nearly full', () => {
    const keys = Array.from({ length: 10_000 }, (_, n) => `room${n}@conference.meet.example.com`);
    const { asked, lines } = check('nodes', keys);
    expect(asked).toEqual(keys);
    expect(lines).toBe(
      Math.ceil(showKeys('nodes', keys).batches.reduce((sum, { command }) => sum + command.length, 0) / 14_900),
    );
  });

  test('no keys, no lines', () => expect(check('nodes', [])).toEqual({ asked: [], inexpressible: [], lines: 0 }));
  test('only keys that no command can name: no lines', () => {
    expect(check('nodes', ['', '\\x00', 'k'.repeat(9_000)])).toEqual({
      asked: [],
      inexpressible: ['', '\\x00', 'k'.repeat(9_000)],
      lines: 0,
    });
  });
  test('a key that does not fit into a line with the name of its table comes back', () => {
    const table = 't'.repeat(7_900);
    const long = 'k'.repeat(7_900);
    expect(check(table, ['a', long, 'b'])).toMatchObject({ asked: ['a', 'b'], inexpressible: [long] });
  });
  test('the longest key there can be goes alone', () => {
    expect(check('nodes', ['k'.repeat(8_000), 'k'.repeat(7_999), 'a'])).toMatchObject({ lines: 2, inexpressible: [] });
  });
});

describe('the name of a table is one word', () => {
  test.each(['nodes', 'peers/t1', 'a b', 'a;clear table nodes', 'caf\u00e9', '#', 'a\nb'])('%j', (table) => {
    expect(tokenize(showTable(table))).toEqual([['show', 'table', Buffer.from(table).toString('latin1')]]);
    expect(tokenize(showKeys(table, ['k']).batches[0]!.command)).toEqual([
      ['show', 'table', Buffer.from(table).toString('latin1'), 'key', 'k'],
    ]);
  });
  test('nothing, NUL and more than 8,000 bytes cannot be one', () => {
    for (const table of ['', 'a\0b', 't'.repeat(8_001)]) expect(() => showTable(table)).toThrow(RangeError);
  });
});

describe('showLongerKey', () => {
  test('asks for the key and one byte more', () => {
    for (const bytes of hostileNames)
      expect(tokenize(showLongerKey('nodes', bytes)!)).toEqual([
        ['show', 'table', 'nodes', 'key', `${latin1(bytes)}x`],
      ]);
  });
  test('is nothing where that has no spelling', () => {
    expect(showLongerKey('nodes', Uint8Array.of(0))).toBeNull();
    expect(showLongerKey('nodes', new Uint8Array(8_000).fill(0x61))).toBeNull();
  });
});
