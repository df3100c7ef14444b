// The quick way through a dump and the long way give the same: the long way is taken by every line that is cut by the end of a chunk.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/domain/key.ts';
import { createTableParser } from '../../src/runtime-api/parse-table.ts';
import { createUsualLines } from '../../src/runtime-api/usual-lines.ts';
import { collectingSink, parseTable } from '../support/collected-entries.ts';
import { hostileNames } from '../support/hostile-names.ts';

const head = '# table: nodes, type: string, size:204800, used:1\n';
const usual = (key: string, rest = ' use=0 exp=299695 server_id=11 server_key=10.0.0.9:443') =>
  `0x55710e170cf0: key=${key}${rest}\n`;
/** A usual line is read only where the chunk surely holds it whole. */
const behind = usual('behind').repeat(3);

/** Every byte a chunk of its own: no line is ever whole in one. */
const slowly = (text: string) =>
  parseTable(
    text,
    Array.from(text, (_, at) => at + 1),
  );

function readQuickly(text: string): { readonly entries: number; readonly upTo: number } {
  const lines = createUsualLines(collectingSink());
  lines.learn(20);
  const upTo = lines.read(Buffer.from(text, 'latin1'), 0);
  return { entries: lines.entries, upTo };
}

describe('usual lines', () => {
  test.each([
    ['as 2.6 prints them', usual('room@conference.example.com')],
    ['with the shard of 2.9 and later', usual('a', ' use=0 exp=5 shard=0 server_id=11 server_key=10.0.0.9:443')],
    ['without a server', usual('a', ' use=12 exp=0 server_id=0 server_key=-')],
    ['with an escaped name', usual('a\\ b\\=c\\\\\\xC3\\xA9')],
    ['with no name', usual('')],
    ['with a name of three letters', usual('abc')],
    ['with the largest numbers of nine digits', usual('a', ' use=0 exp=999999999 server_id=999999999 server_key=-')],
  ])('%s are read the quick way', (_, line) => {
    expect(readQuickly(line + behind).upTo).toBeGreaterThanOrEqual(line.length);
    expect(parseTable(`${head}${usual('first')}${line}${behind}\n`)).toEqual(
      slowly(`${head}${usual('first')}${line}${behind}\n`),
    );
  });

  test.each([
    ['a negative id', usual('a', ' use=0 exp=5 server_id=-5 server_key=-')],
    ['ten digits', usual('a', ' use=0 exp=2147483647 server_id=11 server_key=-')],
    ['another pointer', '0x5571: key=a use=0 exp=5 server_id=11 server_key=-\n'],
    ['a colon in the pointer', '0x55:10e170cf0: key=a use=0 exp=5 server_id=11 server_key=-\n'],
    ['a line feed in the pointer', '0x5571\n0x70cf0: key=a use=0 exp=5 server_id=11 server_key=-\n'],
    ['fields in another order', usual('a', ' exp=5 use=0 server_id=11 server_key=-')],
    ['another field', usual('a', ' use=0 exp=5 gpc0=1 server_id=11 server_key=-')],
    ['a field behind', usual('a', ' use=0 exp=5 server_id=11 server_key=- gpc1=0')],
    ['a blank in the server key', usual('a', ' use=0 exp=5 server_id=11 server_key=/run/a b')],
    ['no server key', usual('a', ' use=0 exp=5 server_id=11')],
    ['CR and LF', usual('a').replace('\n', '\r\n')],
    ['a key that ends in a backslash', usual('a\\')],
    ['a control byte in the key', usual('a\x01b')],
    ['a byte beyond ASCII in the key', usual('a\xe9b')],
    ['an empty line', '\n'],
    ['a line of 100,000 bytes', usual('k'.repeat(100_000))],
  ])('%s: left to the long way, which reads it alike', (_, line) => {
    expect(readQuickly(line + behind)).toEqual({ entries: 0, upTo: 0 });
    const text = `${head}${usual('first')}${usual('second')}${line}${behind}\n`;
    expect(parseTable(text)).toEqual(parseTable(text, [text.length - behind.length - 2]));
    if (line.length < 1_000) expect(parseTable(text)).toEqual(slowly(text));
  });

  test('a line at the end of a chunk is left to the next one', () => {
    const { entries, upTo } = readQuickly(usual('a').repeat(10));
    expect(entries).toBeLessThan(10);
    expect(upTo).toBe(entries * usual('a').length);
  });
});

test('any dump, damaged anywhere, cut anywhere: the same entries, the same end as byte by byte', () => {
  const name = fc.oneof(
    fc.constantFrom(...hostileNames.filter(({ length }) => length < 200)),
    fc.uint8Array({ maxLength: 40 }),
    fc.string({ minLength: 1, maxLength: 60 }).map((text) => Buffer.from(text, 'utf8')),
  );
  const line = fc
    .record({
      key: name.map((bytes) => encodeKey(bytes)),
      expiry: fc.nat({ max: 300_000 }),
      sharded: fc.boolean(),
      id: fc.integer({ min: -3, max: 130 }),
      serverKey: fc.constantFrom('-', '10.0.0.9:443', '[2001:db8::1]:443', 'shard-7'),
    })
    .map(({ key, expiry, sharded, id, serverKey }) =>
      usual(key, ` use=0 exp=${expiry}${sharded ? ' shard=0' : ''} server_id=${id} server_key=${serverKey}`),
    );
  const damage = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat({ max: 255 }) });
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 25 }),
      fc.array(damage, { maxLength: 3 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
      (lines, damages, shares) => {
        const bytes = Buffer.from(`${head}${lines.join('')}\n`, 'latin1');
        for (const { at, byte } of damages)
          bytes[head.length + Math.floor(at * (bytes.length - head.length - 1))] = byte;
        const text = bytes.toString('latin1');
        const cuts = shares.map((share) => Math.floor(share * text.length)).sort((a, b) => a - b);
        const slow = slowly(text);
        expect(parseTable(text)).toEqual(slow);
        expect(parseTable(text, cuts)).toEqual(slow);
      },
    ),
    { numRuns: 400 },
  );
});

test('a sink that foresees, and one that wants only some keys, get what they would get byte by byte', () => {
  const keys = ['a', 'room@example.com', 'a\\ b', '', 'x'.repeat(70)];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 30 }), fc.nat({ max: 4 }), (picked, guess) => {
      const text = `${head}${picked.map((n) => usual(keys[n]!)).join('')}\n`;
      const expected = `${keys[guess]!} `;
      const run = (size: number, picky: boolean) => {
        const sink = {
          ...collectingSink(),
          foresee: (bytes: Uint8Array, start: number) =>
            Buffer.from(bytes.subarray(start, start + expected.length)).toString('latin1') === expected
              ? start + expected.length - 1
              : -1,
          ...(picky ? { wants: (_: Uint8Array, start: number, end: number) => (end - start) % 2 === 1 } : {}),
        };
        const parser = createTableParser(sink);
        const bytes = Buffer.from(text, 'latin1');
        for (let at = 0; at < bytes.length; at += size) parser.push(bytes.subarray(at, at + size));
        return { answer: parser.end(), found: sink.entries };
      };
      for (const picky of [false, true]) {
        const { answer, found } = run(text.length, picky);
        // What nobody wants is not read to its end, and its life is not known.
        expect({ answer: { ...answer, maxExpiresInMs: 0 }, found }).toEqual({
          answer: { ...run(1, picky).answer, maxExpiresInMs: 0 },
          found: run(1, picky).found,
        });
      }
    }),
  );
});
