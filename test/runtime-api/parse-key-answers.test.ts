// Answers to `show table T key K`, one a key: what is there, what is not, and what cannot be told.

import { describe, expect, test } from 'vitest';
import { parseKeyAnswers } from '../../src/runtime-api/parse-key-answers.ts';
import { capturedResponses, captureVersions } from '../support/captures.ts';
import { collectingSink } from '../support/collected-entries.ts';

const head = '# table: nodes, type: string, size:204800, used:2\n';
const answerOf = (key: string) => `${head}0x5: key=${key} use=0 exp=5 server_id=11 server_key=-\n\n`;
const absent = '\n';

function read(text: string, keys: readonly string[]) {
  const sink = collectingSink();
  const answers = parseKeyAnswers(text, keys, sink);
  return { ...answers, keys: sink.entries.map(({ key }) => key) };
}

test('found and absent keys in any order', () => {
  expect(read(answerOf('a') + absent + absent + answerOf('d'), ['a', 'b', 'c', 'd'])).toEqual({
    outcome: 'complete',
    found: 2,
    keys: ['a', 'd'],
  });
  expect(read(absent + answerOf('b') + absent, ['a', 'b', 'c'])).toEqual({
    outcome: 'complete',
    found: 1,
    keys: ['b'],
  });
  expect(read('', [])).toEqual({ outcome: 'complete', found: 0, keys: [] });
});

test('the entry of another key is not the answer: HAProxy cuts a long key and finds the shorter one', () => {
  expect(read(answerOf('k'.repeat(200)), ['k'.repeat(201)])).toEqual({ outcome: 'complete', found: 0, keys: [] });
});

test('an answer with a header and no entry says that the key is absent', () => {
  expect(read(`${head}\n${answerOf('b')}`, ['a', 'b'])).toEqual({ outcome: 'complete', found: 1, keys: ['b'] });
});

test('an answer that ends early at any byte is truncated, and what came before is told', () => {
  const text = absent + answerOf('b') + absent + answerOf('d');
  for (let end = 0; end < text.length; end++) {
    const { outcome, keys } = read(text.slice(0, end), ['a', 'b', 'c', 'd']);
    expect([end, outcome, keys]).toEqual([end, 'truncated', end < 1 + answerOf('b').length ? [] : ['b']]);
  }
});

test('a key that is an error text or an end of an answer does not end its answer', () => {
  const keys = ['\\n\\n', 'a\\n\\nNo\\ such\\ table\\n\\n'];
  expect(read(keys.map(answerOf).join(''), keys)).toMatchObject({ outcome: 'complete', found: 2, keys });
});

describe('what is not an answer', () => {
  test.each([
    ['Permission denied\n\n', 'denied', 'Permission denied'],
    ['No such table\n\n', 'no-such-table', 'No such table'],
    ['Key value expected\n\n', 'refused', 'Key value expected'],
    [
      'The command line is too big for the buffer size (16384).\n\n',
      'refused',
      'The command line is too big for the buffer size (16384).',
    ],
    [`${head}something else\n\n`, 'not-haproxy', 'something else'],
    ['HTTP/1.1 400 Bad request\r\n\r\n', 'truncated', 'the answer ended early'],
  ])('%j is %s', (text, outcome, remark) => {
    expect(read(text, ['a'])).toEqual({ outcome, remark, keys: [] });
  });

  test('more answers than keys: which is whose cannot be told', () => {
    expect(read(`${absent}Unknown command\n\n`, ['a'])).toEqual({
      outcome: 'not-haproxy',
      remark: 'Unknown command',
      keys: [],
    });
    expect(read(absent + absent, ['a'])).toEqual({ outcome: 'not-haproxy', remark: '', keys: [] });
  });
});

test.each(captureVersions)('the error texts of HAProxy %s', (version) => {
  const outcomeOf = (command: string, level: string) => {
    const captured = capturedResponses(version).find((each) => each.command === command && each.level === level);
    return captured ? read(captured.response, ['r1']).outcome : 'not captured';
  };
  expect(outcomeOf('show table nodes key absent\n', 'admin')).toBe('complete');
  expect(outcomeOf('show table nodes key \n', 'admin')).toBe('refused');
  expect(outcomeOf('show table nope\n', 'admin')).toBe('no-such-table');
  // On 3.0.11 this very question leaks, and it was not asked.
  expect(outcomeOf('show table nodes key r1\n', 'user')).toBe(version === '3.0' ? 'not captured' : 'denied');
});
