// A heal waits twice for a proxy that no longer answers, not in each of its reads.

import { describe, expect, test } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import { limitTimeouts } from '../../src/heal/timeout-limit.ts';
import type { TableReader } from '../../src/runtime-api/table-reader.ts';

const signal = new AbortController().signal;
const sink = { entry: () => {} };
const trouble = (code: 'timeout' | 'refused') => new TransportError({ code, message: code, remedy: 'r' });

/** A reader whose reads end as in `ends`, in turn; `reads` counts them. */
function readerOf(ends: readonly ('answers' | 'timeout' | 'refused')[]) {
  let reads = 0;
  const next = async () => {
    const end = ends[reads++] ?? 'answers';
    if (end !== 'answers') throw trouble(end);
    return [];
  };
  const reader = { entries: next, premise: next, dump: next, close: async () => {} } as unknown as TableReader;
  return { reader: limitTimeouts(reader), reads: () => reads };
}

async function codesOf({ reader }: ReturnType<typeof readerOf>, count: number): Promise<readonly string[]> {
  const codes: string[] = [];
  for (let n = 0; n < count; n++) {
    const read = n % 2 === 0 ? reader.entries(['k'], sink, signal) : reader.premise(['k'], sink, signal);
    codes.push(
      await read.then(
        () => 'answers',
        (error: TransportError) => error.code,
      ),
    );
  }
  return codes;
}

describe('a reader with a limit of timeouts', () => {
  test('gives up after two timeouts in a row, of any kind of read', async () => {
    const here = readerOf(['timeout', 'timeout', 'answers']);
    expect(await codesOf(here, 4)).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
    expect(here.reads()).toBe(2);
  });

  test('gives up after dumps that timed out, too', async () => {
    let reads = 0;
    const cut = async () => {
      reads++;
      return { brokenBy: { code: 'timeout', message: 'late', remedy: 'r' } };
    };
    const reader = limitTimeouts({ dump: cut, close: async () => {} } as unknown as TableReader);
    for (let n = 0; n < 2; n++) await reader.dump(sink, signal);
    await expect(reader.dump(sink, signal)).rejects.toThrow('late');
    expect(reads).toBe(2);
  });

  test('goes on where an answer or another error follows a timeout', async () => {
    const here = readerOf(['timeout', 'answers', 'timeout', 'refused', 'timeout', 'answers']);
    expect(await codesOf(here, 6)).toEqual(['timeout', 'answers', 'timeout', 'refused', 'timeout', 'answers']);
    expect(here.reads()).toBe(6);
  });
});
