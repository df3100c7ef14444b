// How the answer to `show table T` ends, and that nothing makes the parser call one complete that
// is not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../src/errors.ts';
import { createTableParser } from '../../src/runtime-api/parse-table.ts';
import { parseTable } from '../support/collected-entries.ts';

const head = '# table: nodes, type: string, size:204800, used:1\n';
const dump = (...lines: string[]) => `${head}${lines.map((line) => `${line}\n`).join('')}\n`;
const line = '0x55d0: key=a use=0 exp=5 server_id=11 server_key=10.0.0.9:443';

describe('how an answer ends', () => {
  test.each<[title: string, text: string, outcome: string, unreadableLines: number]>([
    ['nothing at all', '', 'truncated', 0],
    ['an empty line alone', '\n', 'truncated', 0],
    ['the closing empty line', dump(line), 'complete', 0],
    ['on a whole line', `${head}${line}\n`, 'truncated', 0],
    ['in the middle of a line', `${head}${line}`, 'truncated', 0],
    ['in the header', '# table: nodes, ty', 'truncated', 0],
    ['before the header is clear', '# ta', 'truncated', 0],
    ['an empty line behind the closing one', `${dump(line)}\n`, 'truncated', 1],
    ['a prompt behind it', `${dump(line)}> `, 'truncated', 1],
    ['an entry behind it', `${dump(line)}${line}\n`, 'truncated', 1],
    ['a second dump behind it', `${dump(line)}${dump(line)}`, 'truncated', 3],
    ['an error text behind it', `${dump(line)}Unknown command\n\n`, 'truncated', 2],
    ['a greeting before the header', `Welcome to hap-a\n${dump(line)}`, 'complete', 1],
    ['a header of another kind', '# table: nodes, kind: string\n\n', 'not-haproxy', 1],
    ['level user', `${head}# contents not dumped due to insufficient privileges\n\n`, 'denied', 0],
    ['level user, cut', `${head}# contents not dumped due to insufficient privileges\n`, 'denied', 0],
    ['level user, asked for a key', 'Permission denied\n\n', 'denied', 1],
    ['entries and then no more', dump(line, '# contents not dumped due to insufficient privileges'), 'complete', 1],
    ['entries and then an error text', dump(line, 'Permission denied'), 'complete', 1],
    ['no such table', 'No such table\n\n', 'no-such-table', 1],
    ['an error text cut short', 'No such ta', 'truncated', 0],
    ['a web server', 'HTTP/1.1 400 Bad request\r\nContent-length: 90\r\n\r\n<html>\n\n', 'not-haproxy', 4],
    ['another program, without a line feed', 'SSH-2.0-OpenSSH_9.2', 'not-haproxy', 1],
    ['zeros', '\0'.repeat(10_000), 'not-haproxy', 1],
  ])('%s (%#)', (_title, text, outcome, unreadableLines) => {
    const answer = parseTable(text);
    expect([answer.outcome, answer.unreadableLines]).toEqual([outcome, unreadableLines]);
  });
});

/** The trouble that a dump of these chunks has, and how many of them were read. */
function troubleWith(chunks: Iterable<Uint8Array>): readonly [string, number] {
  // Millions of entries, which nobody keeps.
  const parser = createTableParser({ entry: () => {} });
  let read = 0;
  try {
    for (const chunk of chunks) {
      read++;
      parser.push(chunk);
    }
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'too-large') return [error.message, read];
    throw error;
  }
  return [parser.end().outcome, read];
}

function* endless(first: string, text: string): Generator<Uint8Array> {
  yield Buffer.from(first, 'latin1');
  for (;;) yield Buffer.from(text, 'latin1');
}

describe('a dump without end is given up, and says what it crossed', () => {
  const sized = (size: number) => `# table: nodes, type: string, size:${size}, used:1\n`;

  test.each([
    ['a line', endless(`${head}0x5: key=`, 'a'.repeat(65_536)), 'one line of its dump has more than 128 KB', 3],
    ['a line in one chunk', [Buffer.from(`${head}0x5: key=${'a'.repeat(2_000_000)} exp=5\n\n`)], 'one line of its', 1],
    [
      'lines of a small table',
      endless(sized(100), `${line}\n`.repeat(5_000)),
      'its dump, of a table of size 100, has more than 10,200 lines',
      4,
    ],
    [
      'lines of a table that claims to be huge',
      endless(sized(4_294_967_295), `${line}\n`.repeat(500_000)),
      'its dump, of a table of size 4,294,967,295, has more than 5,000,000 lines',
      12,
    ],
    [
      'bytes',
      endless(sized(4_294_967_295), `${'x'.repeat(99_999)}\n`.repeat(50)),
      'its dump has more than 1000 MB',
      201,
    ],
    ['blank lines behind its end', endless(`${head}\n`, '\n'.repeat(1_000_000)), 'of a table of size 204,800', 2],
    ['blank lines before its header', endless('', '\n'.repeat(5_000)), 'of no header, has more than 10,000 lines', 4],
    ['lines that are no entries', endless(head, 'what?\n'.repeat(500_000)), 'of a table of size 204,800', 2],
  ])('%s', (_title, chunks, message, read) => {
    expect(troubleWith(chunks)).toEqual([expect.stringContaining(message), read]);
  });

  test('a table that is full, and whose entries are replaced while it is dumped, is whole', () => {
    expect(troubleWith([Buffer.from(`${sized(1_000)}${`${line}\n`.repeat(11_999)}\n`)])).toEqual(['complete', 1]);
  });
});

describe('arbitrary bytes', () => {
  const pieces = fc.constantFrom(
    head,
    `${line}\n`,
    '\n',
    '\n\n',
    line,
    '0x',
    ': key=',
    ' exp=5',
    ' server_key=',
    ' server_id=',
    '\\',
    '\r\n',
    '# contents not dumped',
    'Permission denied\n',
    '=',
    ' ',
  );
  const piece = fc.oneof(
    { weight: 4, arbitrary: pieces.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)) },
  );
  const bytes = fc.array(piece, { maxLength: 40 }).map((all) => Buffer.concat(all));
  const headed = bytes.map((some) => Buffer.concat([Buffer.from(head), some]));

  test('are complete only if there is a header, and the first empty line behind it is the end', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, headed), (some) => {
        const { outcome, header } = parseTable(some);
        if (outcome !== 'complete') return;
        const text = some.toString('latin1');
        expect(header).not.toBeNull();
        const heading = `\n${text}`.search(/\n# table: [^\n]+, type: [^,\n]+, size:\s*\d+, used:\s*\d/);
        expect(text.indexOf('\n\n', heading)).toBe(text.length - 2);
      }),
      { numRuns: 2_000 },
    );
  });

  test('read the same however they are cut', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, headed), fc.array(fc.nat({ max: 600 })), (some, cuts) => {
        const inside = [...new Set(cuts)].filter((cut) => cut < some.length).sort((a, b) => a - b);
        expect(parseTable(some, inside)).toEqual(parseTable(some));
      }),
      { numRuns: 500 },
    );
  });

  test('without any structure throw nothing and are no table', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (some) => {
        expect(parseTable(some)).toMatchObject({ entries: 0, header: null });
      }),
    );
  });
});

test('2.0 to 2.3 call the server key a name, 1.8 shows none', () => {
  const old = parseTable(dump(line.replace('server_key=10.0.0.9:443', 'server_name=shard-1')));
  expect(old.found).toMatchObject([{ serverId: 11, serverKey: 'shard-1' }]);
  expect(parseTable(dump(line.replace(/ server_key=.*/, ''))).found).toMatchObject([{ serverId: 11, serverKey: '-' }]);
});

test.each([
  [' shard=0', false],
  [' shard=3', true],
  ['', false],
])('a field "%s": whether entries are spread over peers is %j', (field, isSpread) => {
  expect(parseTable(dump(line.replace(' server_id', `${field} server_id`))).isSpread).toBe(isSpread);
});
