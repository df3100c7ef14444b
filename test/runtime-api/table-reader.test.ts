// The reader over one transport: what it asks, what it makes of the answers, and what it never
// sends.

import { describe, expect, test } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import { capture, captureVersions } from '../support/captures.ts';
import { collectingSink } from '../support/collected-entries.ts';
import { head, line, proxy, readerOf, reset, signal, stateText, troubleWith } from './read-proxy.ts';

describe('state', () => {
  test('is one line, and the raw chunks go to whoever keeps them', async () => {
    const { reader, requests } = readerOf(() => stateText);
    let kept = '';
    const state = await reader.state(signal, {
      onChunk: (chunk) => {
        kept += Buffer.from(chunk).toString('latin1');
      },
    });
    expect(state).toMatchObject({ haproxy: '3.4.7-1', localPeer: 'hap1' });
    expect(kept).toBe(stateText);
    expect(requests).toEqual(['show info;show servers state;show table;show stat -1 4 -1;show peers\n']);
  });

  test.each([
    ['a web server', 'HTTP/1.1 400 Bad request\r\n\r\n', ['ProtocolError', 'not-haproxy']],
    ['no answer', '', ['ProtocolError', 'closed-early']],
    ['an answer without its last byte', stateText.slice(0, -1), ['ProtocolError', 'closed-early']],
    ['a connection that breaks', { chunks: stateText.slice(0, 100), error: reset }, ['TransportError', 'reset']],
  ])('%s rejects', async (_title, answer, trouble) => {
    expect(await troubleWith(readerOf(() => answer).reader.state(signal))).toEqual(trouble);
  });
});

describe('dump', () => {
  test('hands over entries, bytes and raw chunks, and waits for whoever keeps them', async () => {
    const text = `${head}${Array.from({ length: 100 }, (_, n) => line(`k${n}`)).join('')}\n`;
    const { reader, requests } = readerOf(() => text);
    const sink = collectingSink();
    const seen: number[] = [];
    let kept = '';
    let keeping = 0;
    const dump = await reader.dump(sink, signal, {
      onRead: (bytes) => seen.push(bytes),
      onChunk: async (chunk) => {
        expect(++keeping).toBe(1);
        const copy = Buffer.from(chunk).toString('latin1');
        await new Promise(setImmediate);
        kept += copy;
        keeping--;
      },
    });
    expect(dump).toMatchObject({ outcome: 'complete', entries: 100, bytes: text.length, brokenBy: null });
    expect(sink.entries.map(({ key }) => key)).toEqual(Array.from({ length: 100 }, (_, n) => `k${n}`));
    expect(kept).toBe(text);
    expect(seen.at(-1)).toBe(text.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(requests).toEqual(['show table nodes\n']);
  });

  test('a conversation that breaks in the middle keeps its entries', async () => {
    const { reader } = readerOf(() => ({ chunks: `${head}${line('a')}0x6: ke`, error: reset }));
    const sink = collectingSink();
    const { code, message, remedy } = reset;
    expect(await reader.dump(sink, signal)).toMatchObject({
      outcome: 'truncated',
      entries: 1,
      brokenBy: { code, message, remedy },
    });
    expect(sink.entries).toHaveLength(1);
  });

  test('one that breaks behind the closing empty line has broken nothing', async () => {
    const { reader } = readerOf(() => ({ chunks: `${head}${line('a')}\n`, error: reset }));
    expect(await reader.dump(collectingSink(), signal)).toMatchObject({ outcome: 'complete', brokenBy: null });
  });

  test('one that breaks before the first byte rejects', async () => {
    const { reader } = readerOf(() => ({ chunks: '', error: reset }));
    expect(await troubleWith(reader.dump(collectingSink(), signal))).toEqual(['TransportError', 'reset']);
  });

  test('what is not the far end’s fault rejects, wherever it happens', async () => {
    const full = new Error('ENOSPC');
    const { reader } = readerOf(() => `${head}${line('a')}\n`);
    await expect(reader.dump(collectingSink(), signal, { onChunk: () => Promise.reject(full) })).rejects.toBe(full);
    const defect = readerOf(() => ({ chunks: `${head}${line('a')}`, error: new RangeError('defect') })).reader;
    await expect(defect.dump(collectingSink(), signal)).rejects.toThrow(RangeError);
  });
});

describe('entries', () => {
  test('are those of the keys that were asked for; what no command can name comes back', async () => {
    const { reader, requests } = readerOf(proxy('operator', ['a', 'b', 'c']));
    const sink = collectingSink();
    expect(await reader.entries(['a', '', 'nope', 'c', '\\x00'], sink, signal)).toEqual(['', '\\x00']);
    expect(sink.entries.map(({ key }) => key)).toEqual(['a', 'c']);
    expect(requests).toEqual([
      'show cli level\n',
      'show table nodes key a;show table nodes key nope;show table nodes key c\n',
    ]);
  });

  test('of many keys take several lines', async () => {
    const keys = Array.from({ length: 1_000 }, (_, n) => `k${n}`);
    const { reader, requests } = readerOf(proxy('operator', keys));
    const sink = collectingSink();
    expect(await reader.entries(keys, sink, signal)).toEqual([]);
    expect(sink.entries.map(({ key }) => key)).toEqual(keys);
    expect(requests.length).toBeGreaterThan(2);
  });

  test('no key that a command can name: nothing is asked', async () => {
    const { reader, requests } = readerOf(proxy('operator', []));
    expect(await reader.entries([''], collectingSink(), signal)).toEqual(['']);
    expect(requests).toEqual([]);
  });

  test.each([
    ['', 'closed-early'],
    ['No such table\n\n', 'no-such-table'],
    ['Permission denied\n\n', 'level'],
    ['Unknown command\n\n', 'command-refused'],
    ['\u0000\u0001\n\n', 'not-haproxy'],
    [`${head}${line('a')}`, 'closed-early'],
  ])('%j rejects: %s', async (answer, code) => {
    const { reader } = readerOf((request) => (request === 'show cli level\n' ? 'admin\n\n' : answer));
    expect(await troubleWith(reader.entries(['a'], collectingSink(), signal))).toEqual(['ProtocolError', code]);
  });
});

describe('at level user no command ever names a key', () => {
  const asks = [
    ['entries', (reader: ReturnType<typeof readerOf>['reader']) => reader.entries(['a'], collectingSink(), signal)],
    ['fillsKeyLength', (reader: ReturnType<typeof readerOf>['reader']) => reader.fillsKeyLength('a', signal)],
  ] as const;

  test.each(asks)('%s without a dump asks for the level first', async (_name, ask) => {
    const { reader, requests } = readerOf(proxy('user', ['a']));
    expect(await troubleWith(ask(reader))).toEqual(['ProtocolError', 'level']);
    expect(requests).toEqual(['show cli level\n']);
  });

  test.each(asks)('%s behind a dump that was denied asks nothing', async (_name, ask) => {
    const { reader, requests } = readerOf(proxy('user', ['a']));
    expect(await reader.dump(collectingSink(), signal)).toMatchObject({ outcome: 'denied' });
    expect(await troubleWith(ask(reader))).toEqual(['ProtocolError', 'level']);
    expect(requests).toEqual(['show table nodes\n']);
  });

  test.each(asks)('%s behind a dump that showed entries needs no question', async (_name, ask) => {
    const { reader, requests } = readerOf(proxy('operator', ['a']));
    await reader.dump(collectingSink(), signal);
    await ask(reader);
    expect(requests).not.toContain('show cli level\n');
    expect(requests).toHaveLength(2);
  });

  test.each(asks)('%s where the level is not told rejects', async (_name, ask) => {
    const told = async (level: string) => troubleWith(ask(readerOf(() => level).reader));
    expect(await told('Unknown command\n\n')).toEqual(['ProtocolError', 'not-haproxy']);
    expect(await told('')).toEqual(['ProtocolError', 'closed-early']);
  });

  test.each(captureVersions)('as HAProxy %s shows a table at level user', async (version) => {
    const { reader, requests } = readerOf(() => capture(version, 'show-table-user-level.txt'));
    await reader.dump(collectingSink(), signal);
    expect(await troubleWith(reader.entries(['a'], collectingSink(), signal))).toEqual(['ProtocolError', 'level']);
    expect(requests).toEqual(['show table nodes\n']);
  });
});

describe('fillsKeyLength', () => {
  // The scripted proxy cuts keys at four bytes.
  test('true where a longer key finds this one, false where it finds nothing or itself', async () => {
    const { reader } = readerOf(proxy('admin', ['four', 'abc', 'abcx']));
    expect(await reader.fillsKeyLength('four', signal)).toBe(true);
    expect(await reader.fillsKeyLength('abc', signal)).toBe(false);
  });
  test('false for a key that has no spelling', async () => {
    const { reader, requests } = readerOf(proxy('admin', []));
    expect(await reader.fillsKeyLength('\\x00', signal)).toBe(false);
    expect(requests).toEqual([]);
  });
});

describe('a deadline that passes says what was asked', () => {
  const late = new TransportError({ code: 'timeout', message: 'unix:///a was late.', remedy: 'wait' });
  const messageOf = (promise: Promise<unknown>) => promise.then(String, (error: Error) => error.message);

  test('the state', async () => {
    const { reader } = readerOf(() => ({ chunks: 'Name', error: late }));
    expect(await messageOf(reader.state(signal))).toBe('unix:///a was late. The question was show info.');
  });

  test('a dump, and how many entries of it had come', async () => {
    const answer = (request: string) =>
      request.startsWith('show info') ? stateText : { chunks: `${head}${line('a')}${line('b')}`, error: late };
    const { reader } = readerOf(answer);
    const { tables } = await reader.state(signal);
    const used = tables.find(({ name }) => name === 'nodes')!.used;
    const { brokenBy } = await reader.dump(collectingSink(), signal);
    expect(brokenBy).toEqual({
      code: 'timeout',
      message: `unix:///a was late. The question was show table nodes, and 2 of about ${used} entries had come.`,
      remedy: 'wait',
    });
  });

  test('keys: how many, and none by name', async () => {
    const answer = (request: string) => (request === 'show cli level\n' ? 'admin\n\n' : { chunks: '', error: late });
    const { reader } = readerOf(answer);
    expect(await messageOf(reader.entries(['secret', 'private'], collectingSink(), signal))).toBe(
      'unix:///a was late. The question was about 2 of its keys.',
    );
  });

  test('any other trouble is left as it is', async () => {
    const { reader } = readerOf(() => ({ chunks: 'Name', error: reset }));
    expect(await messageOf(reader.state(signal))).toBe('the connection broke');
  });
});
