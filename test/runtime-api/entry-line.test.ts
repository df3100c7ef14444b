// One line of a dump: what is read as an entry, and what is not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/domain/key.ts';
import { parseTable } from '../support/collected-entries.ts';

const head = '# table: nodes, type: string, size:204800, used:1\n';
const dump = (...lines: string[]) => `${head}${lines.map((line) => `${line}\n`).join('')}\n`;
const entry = { key: 'a', expiresInMs: 5, serverId: 11, serverKey: '10.0.0.9:443' };
const line = '0x55d0: key=a use=0 exp=5 server_id=11 server_key=10.0.0.9:443';

describe('a line that is an entry', () => {
  test.each<[title: string, text: string, read: Partial<typeof entry>]>([
    ['as 2.6 prints it', line, {}],
    ['with shard=', '0x55d0: key=a use=0 exp=5 shard=0 server_id=11 server_key=10.0.0.9:443', {}],
    ['without a server key in the entry', '0x5: key=a use=0 exp=5 server_id=11 server_key=-', { serverKey: '-' }],
    ['without that field', '0x5: key=a use=0 exp=5 server_id=11', { serverKey: '-' }],
    ['without both fields', '0x5: key=a use=0 exp=5', { serverId: 0, serverKey: '-' }],
    ['fields in another order', '0x5: key=a server_key=10.0.0.9:443 server_id=11 exp=5 use=0', {}],
    ['unknown fields before', '0x5: key=a x=1 use=0 exp=5 y_z= server_id=11 server_key=10.0.0.9:443', {}],
    ['types stored behind', `${line} gpc1=0 http_req_rate(10000)=3`, {}],
    [
      'types stored between',
      '0x5: key=a use=0 exp=5 server_id=11 gpc0=7 conn_rate(3000)=1 server_key=10.0.0.9:443',
      {},
    ],
    [
      'names that only begin alike',
      '0x5: key=a expx=9 server_idx=9 server_keyx=9 exp=5 server_id=11 server_key=10.0.0.9:443',
      {},
    ],
    [
      'IPv6 without brackets',
      '0x5: key=a use=0 exp=5 server_id=11 server_key=2001:db8::5:443',
      { serverKey: '2001:db8::5:443' },
    ],
    [
      'a server without a port',
      '0x5: key=a use=0 exp=5 server_id=11 server_key=127.0.1.12:+0',
      { serverKey: '127.0.1.12:+0' },
    ],
    ['a unix socket', '0x5: key=a use=0 exp=5 server_id=11 server_key=/run/a.sock', { serverKey: '/run/a.sock' }],
    [
      'a unix socket with blanks',
      '0x5: key=a exp=5 server_id=11 server_key=/run/a b (2) c=.sock',
      { serverKey: '/run/a b (2)' },
    ],
    ['blanks and types behind', '0x5: key=a exp=5 server_id=11 server_key=/run/a b gpc1=0', { serverKey: '/run/a b' }],
    ['a name', '0x5: key=a use=0 exp=5 server_id=11 server_key=shard-1', { serverKey: 'shard-1' }],
    ['an empty server key', '0x5: key=a use=0 exp=5 server_id=11 server_key=', { serverKey: '' }],
    ['the empty key', '0x5: key= use=0 exp=5 server_id=11 server_key=10.0.0.9:443', { key: '' }],
    [
      'every escape',
      '0x5: key=\\ \\=\\\\\\t\\n\\r\\e\\x00\\xFF use=0 exp=5 server_id=11 server_key=10.0.0.9:443',
      { key: '\\ \\=\\\\\\t\\n\\r\\e\\x00\\xFF' },
    ],
    [
      'a name made of fields',
      '0x5: key=k\\ use\\=9\\ exp\\=1\\ server_id\\=99 use=0 exp=5 server_id=11 server_key=10.0.0.9:443',
      { key: 'k\\ use\\=9\\ exp\\=1\\ server_id\\=99' },
    ],
    ['a name with an unescaped `=`', '0x5: key=a=b use=0 exp=5 server_id=11 server_key=10.0.0.9:443', { key: 'a=b' }],
    ['a negative id', '0x5: key=a exp=5 server_id=-5 server_key=10.0.0.9:443', { serverId: -5 }],
    ['minus zero', '0x5: key=a exp=5 server_id=-0 server_key=10.0.0.9:443', { serverId: 0 }],
    ['a negative expiry', '0x5: key=a exp=-7 server_id=11 server_key=10.0.0.9:443', { expiresInMs: -7 }],
    [
      'the largest numbers',
      '0x5: key=a exp=2147483647 server_id=2147483647 server_key=10.0.0.9:443',
      { expiresInMs: 2147483647, serverId: 2147483647 },
    ],
    [
      'the smallest numbers',
      '0x5: key=a exp=-2147483648 server_id=-2147483648 server_key=10.0.0.9:443',
      { expiresInMs: -2147483648, serverId: -2147483648 },
    ],
  ])('%s', (_title, text, read) => {
    const { found, ...answer } = parseTable(dump(text));
    expect(found[0]?.serverId).not.toBe(-0);
    expect(found.slice(0, 1)).toEqual([{ ...entry, ...read }]);
    expect(answer).toMatchObject({ outcome: 'complete', entries: 1, unreadableLines: 0, remark: null });
  });

  test('the same key twice is two entries', () => {
    const { found, entries } = parseTable(dump(line, line.replace('exp=5', 'exp=9')));
    expect(found.map(({ key, expiresInMs }) => [key, expiresInMs])).toEqual([
      ['a', 5],
      ['a', 9],
    ]);
    expect(entries).toBe(2);
  });

  test('a key longer than any table allows, without a server key', () => {
    const key = 'k'.repeat(100_000);
    expect(
      parseTable(dump(`0x5: key=${key} exp=5 server_id=1`, '0x5: key=b exp=5')).found.map((one) => one.key),
    ).toEqual([key, 'b']);
  });
});

describe('a line that is no entry is counted and quoted, and spoils no other', () => {
  test.each([
    ['no pointer', '55d0: key=a exp=5'],
    ['no hexadecimal pointer', '0y55: key=a exp=5'],
    ['nothing but a zero', '0'],
    ['nothing but a pointer', '0x55d0'],
    ['a pointer and a colon', '0x55d0:'],
    ['cut in the name of the key', '0x55d0: ke'],
    ['cut in the key', '0x55d0: key=a'],
    ['cut behind a backslash', '0x55d0: key=a\\'],
    ['cut behind the key', '0x55d0: key=a '],
    ['no expiry', '0x55d0: key=a use=0 server_id=11 server_key=-'],
    ['an expiry without a number', '0x55d0: key=a exp= server_id=11'],
    ['an expiry that is none', '0x55d0: key=a exp=5s server_id=11'],
    ['a minus alone', '0x55d0: key=a exp=- server_id=11'],
    ['an id that is none', '0x55d0: key=a exp=5 server_id=x'],
    ['an id beyond 32 bits', '0x55d0: key=a exp=5 server_id=2147483648'],
    ['an id below 32 bits', '0x55d0: key=a exp=5 server_id=-2147483649'],
    ['an expiry beyond 32 bits', '0x55d0: key=a exp=4294967296 server_id=1'],
    ['a number of 30 digits', `0x55d0: key=a exp=5 server_id=${'9'.repeat(30)}`],
    ['a field without a value', '0x55d0: key=a exp=5 server_id'],
    ['two blanks', '0x55d0: key=a exp=5  server_id=1'],
    ['a blank at the end', '0x55d0: key=a use=0 exp=5 '],
    ['a raw tab in the key', '0x55d0: key=a\tb exp=5'],
    ['a raw byte in the key', '0x55d0: key=caf\xc3\xa9 exp=5'],
    ['a CR at the end', `${line}\r`],
    ['a CR alone', '\r'],
    ['another header', head.trimEnd()],
    ['a remark', '# something new'],
    ['text', 'Broken pipe'],
  ])('%s', (_title, text) => {
    const { found, ...answer } = parseTable(dump(line, text, line));
    expect(found).toEqual([entry, entry]);
    expect(answer).toMatchObject({ outcome: 'complete', entries: 2, unreadableLines: 1, remark: text });
  });

  test('lines that end in CR and LF are no dump of HAProxy: the CR would be part of every server key', () => {
    const { outcome, found, unreadableLines } = parseTable(dump(line, line).replaceAll('\n', '\r\n'));
    expect([outcome, found, unreadableLines]).toEqual(['truncated', [], 3]);
  });

  test('of many such lines the first is quoted, and not more than 200 characters of it', () => {
    expect(parseTable(dump('x'.repeat(5_000), 'y'))).toMatchObject({ unreadableLines: 2, remark: 'x'.repeat(200) });
  });

  test('a table with a long name has a header all the same', () => {
    const name = 'n'.repeat(3_000);
    expect(parseTable(dump(line).replace('nodes', name))).toMatchObject({ outcome: 'complete', header: { name } });
  });
});

const serverKey = fc.constantFrom('-', '10.0.0.9:443', '2001:db8::5:443', '127.0.0.1:+0', '/run/a.sock', 'shard-1');
const number = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test('what is printed in any order of fields is read back', () => {
  const printed = fc.record({
    name: fc.uint8Array({ maxLength: 30 }),
    expiresInMs: number,
    serverId: number,
    serverKey,
  });
  const orders = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(printed, orders), { maxLength: 20 }),
      fc.array(fc.nat({ max: 3000 })),
      (rows, cuts) => {
        const lines = rows.map(([row, order]) => {
          const fields = [
            'use=0',
            `exp=${row.expiresInMs}`,
            'shard=0',
            `server_id=${row.serverId}`,
            `server_key=${row.serverKey}`,
          ];
          return `0x1: key=${encodeKey(row.name)} ${order.map((field) => fields[field]).join(' ')}`;
        });
        const text = dump(...lines);
        const inside = [...new Set(cuts)].filter((cut) => cut < text.length).sort((a, b) => a - b);
        const answer = parseTable(text, inside);
        expect(answer.outcome).toBe('complete');
        expect(answer.found).toEqual(rows.map(([{ name, ...row }]) => ({ key: encodeKey(name), ...row })));
      },
    ),
  );
});
