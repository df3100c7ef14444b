// A proxy that has gone silent is waited for twice in a heal, not in each of its looks.

import { describe, expect, test } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import { limitTimeouts } from '../../src/heal/timeout-limit.ts';
import type { TableReader } from '../../src/runtime-api/table-reader.ts';

const signal = new AbortController().signal;
const sink = { entry: () => {} };
const trouble = (code: 'timeout' | 'refused') => new TransportError({ code, message: code, remedy: 'r' });

/** A reader whose asks end in turn as `ends` says; `asked` counts them. */
function readerOf(ends: readonly ('answers' | 'timeout' | 'refused')[]) {
  let asked = 0;
  const next = async () => {
    const end = ends[asked++] ?? 'answers';
    if (end !== 'answers') throw trouble(end);
    return [];
  };
  const reader = { entries: next, premise: next, dump: next, close: async () => {} } as unknown as TableReader;
  return { reader: limitTimeouts(reader), asked: () => asked };
}

async function codesOf({ reader }: ReturnType<typeof readerOf>, count: number): Promise<readonly string[]> {
  const codes: string[] = [];
  for (let n = 0; n < count; n++) {
    const ask = n % 2 === 0 ? reader.entries(['k'], sink, signal) : reader.premise(['k'], sink, signal);
    codes.push(
      await ask.then(
        () => 'answers',
        (error: TransportError) => error.code,
      ),
    );
  }
  return codes;
}

describe('a reader with patience', () => {
  test('gives up after two deadlines in a row, whatever was asked', async () => {
    const here = readerOf(['timeout', 'timeout', 'answers']);
    expect(await codesOf(here, 4)).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
    expect(here.asked()).toBe(2);
  });

  test('gives up on dumps that a deadline cut, too', async () => {
    let asked = 0;
    const cut = async () => {
      asked++;
      return { brokenBy: { code: 'timeout', message: 'late', remedy: 'r' } };
    };
    const reader = limitTimeouts({ dump: cut, close: async () => {} } as unknown as TableReader);
    for (let n = 0; n < 2; n++) await reader.dump(sink, signal);
    await expect(reader.dump(sink, signal)).rejects.toThrow('late');
    expect(asked).toBe(2);
  });

  test('goes on after one deadline that an answer or another trouble follows', async () => {
    const here = readerOf(['timeout', 'answers', 'timeout', 'refused', 'timeout', 'answers']);
    expect(await codesOf(here, 6)).toEqual(['timeout', 'answers', 'timeout', 'refused', 'timeout', 'answers']);
    expect(here.asked()).toBe(6);
  });
});
