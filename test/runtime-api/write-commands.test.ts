// The lines that a healer sends: each command names one key and one id, and nothing that a key
// holds becomes a second command.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeKey, encodeKey } from '../../src/domain/key.ts';
import { isExpressible } from '../../src/runtime-api/escape.ts';
import {
  clearKey,
  clearKeys,
  setServerId,
  setServerIds,
  spellLine,
  type WriteLine,
} from '../../src/runtime-api/write-commands.ts';
import { hostileNames } from '../support/hostile-names.ts';
import { tokenize } from '../support/runtime-tokenizer.ts';

const latin1 = (key: string) => Buffer.from(decodeKey(key)).toString('latin1');
const setting = (key: string, id: number) => [
  'set',
  'table',
  'nodes',
  'key',
  latin1(key),
  'data.server_id',
  String(id),
];
const clearing = (key: string) => ['clear', 'table', 'nodes', 'key', latin1(key)];

/** The commands of all lines, once each line was found short enough and as long as it says. */
function commandsOf(lines: readonly WriteLine[]): string[][] {
  return lines.flatMap((line) => {
    const spelled = spellLine(line);
    expect(spelled.length).toBeLessThanOrEqual(15_000);
    const commands = tokenize(spelled);
    expect(commands.length).toBe(line.commands.length);
    return commands;
  });
}

test('one key: the words that HAProxy is to see', () => {
  expect(setServerId('nodes', 'team/standup', 11)).toBe('set table nodes key team\\/standup data.server_id 11');
  expect(clearKey('nodes', 'team/standup')).toBe('clear table nodes key team\\/standup');
});

test('hostile keys make exactly their own commands, in their order', () => {
  const keys = hostileNames.map(encodeKey);
  expect(
    commandsOf(
      setServerIds(
        'nodes',
        keys.map((key, n) => ({ key, serverId: n + 1 })),
      ),
    ),
  ).toEqual(keys.map((key, n) => setting(key, n + 1)));
  expect(commandsOf(clearKeys('nodes', keys))).toEqual(keys.map(clearing));
});

test('any keys make exactly their own commands', () => {
  const key = fc.uint8Array({ minLength: 1, maxLength: 400 }).map(encodeKey).filter(isExpressible);
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.integer({ min: 1, max: 0x7fffffff })), { maxLength: 60 }), (entries) => {
      const lines = setServerIds(
        'nodes',
        entries.map(([each, serverId]) => ({ key: each, serverId })),
      );
      expect(commandsOf(lines)).toEqual(entries.map(([each, id]) => setting(each, id)));
      expect(
        commandsOf(
          clearKeys(
            'nodes',
            entries.map(([each]) => each),
          ),
        ),
      ).toEqual(entries.map(([each]) => clearing(each)));
    }),
  );
});

test('a thousand keys go in few lines, in their order', () => {
  const keys = Array.from({ length: 1_000 }, (_, n) => `room${n}@conference.meet.example.com`);
  const lines = clearKeys('nodes', keys);
  expect(commandsOf(lines)).toEqual(keys.map(clearing));
  expect(lines.length).toBeLessThan(7);
});

test('no keys, no lines: nothing that could clear a whole table', () => {
  expect([clearKeys('nodes', []), setServerIds('nodes', [])]).toEqual([[], []]);
});

describe('what is no command', () => {
  test.each(['', '\\x00', 'k'.repeat(9_000)])('a key that no word can say (%#)', (key) => {
    expect(isExpressible(key)).toBe(false);
    expect(() => clearKey('nodes', key)).toThrow(RangeError);
    expect(() => clearKeys('nodes', ['k', key])).toThrow(RangeError);
    expect(() => setServerId('nodes', key, 11)).toThrow(RangeError);
  });

  test.each([0, -5, 1.5, 0x80000000, Number.NaN, Number.POSITIVE_INFINITY])('server id %d', (serverId) => {
    expect(() => setServerId('nodes', 'k', serverId)).toThrow(RangeError);
  });

  test('a table without a name', () => {
    expect(() => clearKey('', 'k')).toThrow(RangeError);
  });
});
