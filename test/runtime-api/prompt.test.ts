// Interactive mode: requests as lines, answers without their prompts, however they are cut on the
// way.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeBytes } from '../../src/runtime-api/escape.ts';
import { linesOf, readToPrompt } from '../../src/runtime-api/prompt.ts';
import { showKeys, showState } from '../../src/runtime-api/read-commands.ts';
import { hostileNames } from '../support/hostile-names.ts';

/**
 * Gives the bytes in pieces that end at the cuts; what was handed on, and whether the last piece
 * ended it and none before.
 */
function read(text: string, cuts: readonly number[], answers: number, greets: boolean) {
  let handedOn = '';
  const reader = readToPrompt(answers, greets, (chunk) => {
    handedOn += Buffer.from(chunk).toString('latin1');
  });
  const overBefore: number[] = [];
  let start = 0;
  for (const end of [...cuts, text.length]) {
    if (reader.isOver) overBefore.push(start);
    const piece = Buffer.from(text.slice(start, end), 'latin1');
    void reader.take(piece);
    // A chunk is the far end's again.
    piece.fill(0x3f);
    start = end;
  }
  return { handedOn, isOver: reader.isOver, hasBegun: reader.hasBegun, overBefore };
}

/** What HAProxy 2.6 to 3.4 say to lines in interactive mode. */
const spoken = (answers: readonly string[], greets: boolean) =>
  `${greets ? '\n> ' : ''}${answers.map((answer) => `${answer}\n> `).join('')}`;

describe('requests', () => {
  test('each command becomes a line', () => {
    expect(linesOf(showState())).toEqual([
      'show info\n',
      'show servers state\n',
      'show table\n',
      'show stat -1 4 -1\n',
      'show peers\n',
    ]);
    expect(linesOf('show info\n')).toEqual(['show info\n']);
  });

  test('what a backslash stands before divides nothing', () => {
    expect(linesOf('a\\;b;c\\\\;d\\\n;e\n')).toEqual(['a\\;b\n', 'c\\\\\n', 'd\\\n\n', 'e\n']);
  });

  test('keys of any bytes: one command each, the commands unchanged', () => {
    const keys = fc.array(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.constantFrom(...hostileNames)), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(keys, (names) => {
        const words = names.map((name) => escapeBytes(name)).filter((word) => typeof word === 'string');
        const commands = words.map((word) => `show table nodes key ${word}`);
        expect(linesOf(`${commands.join(';')}\n`)).toEqual(commands.map((command) => `${command}\n`));
      }),
    );
    const { batches } = showKeys('nodes', ['a;b', 'c\\\\']);
    expect(batches.map(({ command }) => linesOf(command).length)).toEqual([2]);
  });
});

describe('answers', () => {
  test.each([true, false])('cut anywhere: the same bytes, and over with the last one (greets: %s)', (greets) => {
    const line = fc.constantFrom(
      '# table: nodes',
      '0x55: key=a> b use=0',
      '>',
      ' > ',
      'x> ',
      '0x1: key=\\>\\ ',
      '-',
      '',
    );
    const answer = fc.array(line, { maxLength: 5 }).map((lines) => lines.map((each) => `${each}\n`).join(''));
    const answers = fc.array(answer, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(answers, fc.array(fc.nat(), { maxLength: 6 }), (all, places) => {
        const text = spoken(all, greets);
        const cuts = places.map((place) => place % text.length).sort((one, other) => one - other);
        const handedOn = all.map((each) => `${each}\n`).join('');
        expect(read(text, cuts, all.length, greets)).toEqual({
          handedOn,
          isOver: true,
          hasBegun: true,
          overBefore: [],
        });
      }),
      { numRuns: 500 },
    );
  });

  test('byte by byte', () => {
    const text = spoken(['admin\n', '', '# table: nodes\n'], true);
    const cuts = Array.from({ length: text.length }, (_, n) => n);
    expect(read(text, cuts, 3, true)).toMatchObject({ handedOn: 'admin\n\n\n# table: nodes\n\n', isOver: true });
  });

  test('a dump that breaks off is not over', () => {
    const text = spoken(['# table: nodes\n0x1: key=a\n0x2: key=b\n'], true);
    for (let end = 0; end < text.length; end++)
      expect(read(text.slice(0, end), [], 1, true)).toMatchObject({
        isOver: false,
        hasBegun: end > 3,
      });
  });

  test.each([
    ['a complaint of another program', 'socat: no such file\n> \n> '],
    ['an answer without a prompt', '# table: nodes\n0x1: key=a\n\n'],
    ['a prompt of another kind', '> '],
    ['another line first', '\n\n> '],
  ])('%s in place of the first prompt: nothing is handed on, and nothing ends it', (_, text) => {
    for (const cuts of [[], [1], [1, 2], [2]])
      expect(read(text, cuts, 1, true)).toEqual({ handedOn: '', isOver: false, hasBegun: false, overBefore: [] });
  });

  test('where the reader takes its time, its promise is handed back', async () => {
    let release = () => {};
    const reader = readToPrompt(
      1,
      false,
      () =>
        new Promise<void>((done) => {
          release = done;
        }),
    );
    const taken = reader.take(Buffer.from('admin\n\n> ', 'latin1'));
    expect(taken).toBeInstanceOf(Promise);
    release();
    await taken;
  });
});
