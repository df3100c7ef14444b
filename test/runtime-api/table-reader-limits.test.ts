// Answers without end: each costs its own proxy, and no memory.

import { beforeAll, describe, expect, test } from 'vitest';
import type { TableReader } from '../../src/runtime-api/table-reader.ts';
import { collectingSink } from '../support/collected-entries.ts';
import { limitMemory } from '../support/memory-limit.ts';
import { head, line, proxy, readerOf, signal, stateText, troubleWith } from './read-proxy.ts';

beforeAll(limitMemory);

describe('an answer without end is given up at once: it costs its own proxy, and no memory', () => {
  /** Answers as a proxy does, but for the questions that begin so. */
  const endless = (question: string, piece: string) => {
    const chunks = {
      *[Symbol.iterator]() {
        for (;;) yield Buffer.from(piece, 'latin1');
      },
    } as unknown as readonly Uint8Array[];
    const honest = proxy('operator', ['a']);
    return readerOf((request) =>
      request.startsWith(question)
        ? { chunks }
        : request.startsWith('show info;show servers state;show table;')
          ? stateText
          : honest(request),
    );
  };
  const row = `${'x'.repeat(99)}\n`.repeat(1_000);

  test.each([
    ['the state', 'show info;', row, ['ProtocolError', 'too-large']],
    ['the state, blank lines', 'show info;', '\n'.repeat(10_000), ['ProtocolError', 'too-large']],
    ['the state, one line', 'show info;', 'x'.repeat(100_000), ['ProtocolError', 'too-large']],
    ['the dump, entries', 'show table nodes\n', head + line('a').repeat(1_000), ['ProtocolError', 'too-large']],
    ['the dump, one line', 'show table nodes\n', 'x'.repeat(100_000), ['ProtocolError', 'too-large']],
    ['the dump, blank lines', 'show table nodes\n', '\n'.repeat(10_000), ['ProtocolError', 'too-large']],
    ['the level', 'show cli level', row, ['ProtocolError', 'too-large']],
    ['keys', 'show table nodes key', row, ['ProtocolError', 'too-large']],
    ['keys, blank lines', 'show table nodes key', '\n'.repeat(10_000), ['ProtocolError', 'too-large']],
  ])('%s', async (_title, question, piece, trouble) => {
    const { reader } = endless(question, piece);
    const steps = async () => {
      if (question !== 'show info;') await reader.dump(collectingSink(), signal);
      else await reader.state(signal);
      await reader.entries(['a'], collectingSink(), signal);
      await reader.fillsKeyLength('a', signal);
    };
    expect(await troubleWith(question === 'show cli level' ? reader.fillsKeyLength('a', signal) : steps())).toEqual(
      trouble,
    );
  });

  test.each([
    ['which process answers', 'show info\n', (reader: TableReader) => reader.checkProcess(signal)],
    ['what a write stands on', 'show info;show servers state;show table nodes key', premiseOf],
  ])('%s', async (_title, question, ask) => {
    const { reader } = endless(question, row);
    await reader.state(signal);
    expect(await troubleWith(ask(reader))).toEqual(['ProtocolError', 'too-large']);
  });
});

function premiseOf(reader: TableReader): Promise<unknown> {
  return reader.premise(['a'], collectingSink(), signal);
}
