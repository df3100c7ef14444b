// An answer is gathered up to its limit; beyond, its own proxy has trouble that names the question
// and the limit.

import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { MOST_LINE_BYTES } from '../../src/runtime-api/answer-limits.ts';
import { createTextAnswer } from '../../src/runtime-api/text-answer.ts';

const limit = { question: 'show info', bytes: 200_000, lines: 1_000 };

/** What comes of these chunks: the text, or the trouble. */
function gathered(chunks: Iterable<Uint8Array>): string {
  const answer = createTextAnswer(limit);
  try {
    for (const chunk of chunks) {
      const memory = Uint8Array.from(chunk);
      answer.push(memory);
      memory.fill(0x3f);
    }
  } catch (error) {
    if (error instanceof ProtocolError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return answer.text();
}

function* repeated(count: number, text: string): Generator<Uint8Array> {
  for (let n = 0; n < count; n++) yield Buffer.from(text, 'latin1');
}

describe('what fits is the text, one character a byte', () => {
  test.each([
    ['nothing', [], ''],
    ['single bytes', [...repeated(9_000, 'x')], 'x'.repeat(9_000)],
    ['bytes beyond ASCII', [Buffer.from([0, 0x0a, 0xe9, 0xff])], '\0\n\u00e9\u00ff'],
    ['as many lines as may be', [...repeated(1_000, 'a\n')], 'a\n'.repeat(1_000)],
    ['a line as long as may be', [Buffer.alloc(MOST_LINE_BYTES, 'x')], 'x'.repeat(MOST_LINE_BYTES)],
    ['as many bytes as may be', [...repeated(2, `${'x'.repeat(99_999)}\n`)], `${'x'.repeat(99_999)}\n`.repeat(2)],
  ])('%s', (_title, chunks, text) => expect(gathered(chunks)).toBe(text));
});

describe('what does not is trouble', () => {
  test.each([
    ['one byte more', [...repeated(2, `${'x'.repeat(99_999)}\n`), Buffer.from('x')], '200 KB'],
    ['one line more', repeated(1_001, '\n'), '1,000 lines'],
    ['one byte more in a line', repeated(MOST_LINE_BYTES + 1, 'x'), '128 KB in one line'],
    ['one byte more in a later line', [Buffer.from(`a\n${'x'.repeat(MOST_LINE_BYTES + 1)}\n`)], '128 KB in one line'],
    ['no end of it', repeated(Number.POSITIVE_INFINITY, `${'x'.repeat(999)}\n`), '200 KB'],
  ])('%s', (_title, chunks, most) => {
    expect(gathered(chunks)).toBe(
      `too-large: its answer to \`show info\` has more than ${most}, the most that is read`,
    );
  });
});
