// The compiled reader and the long way give the same: lines that are not just as usual, or cut by
// the end of a chunk, go the long way.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeKey } from '../../src/domain/key.ts';
import type { CompiledLines } from '../../src/runtime-api/compiled-lines.ts';
import type { UsualLines } from '../../src/runtime-api/entry-sink.ts';
import { createTableParser } from '../../src/runtime-api/parse-table.ts';
import { createUsualLines } from '../../src/runtime-api/usual-lines.ts';
import { createKeyTable, type KeyTable } from '../../src/snapshot/grid/key-table.ts';
import { parseTable, quickSink } from '../support/collected-entries.ts';
import { entryInPlace } from '../support/entry-in-place.ts';
import { hostileNames } from '../support/hostile-names.ts';

const head = '# table: nodes, type: string, size:204800, used:1\n';
const usual = (key: string, rest = ' use=0 exp=299695 server_id=11 server_key=10.0.0.9:443') =>
  `0x55710e170cf0: key=${key}${rest}\n`;
/** Known tails, in the order of the tests. */
const lessons = [
  ' use=0 exp=299695 server_id=11 server_key=10.0.0.9:443',
  ' use=0 exp=5 shard=0 server_id=11 server_key=10.0.0.9:443',
  ' use=12 exp=0 server_id=0 server_key=-',
  ' use=0 exp=1 server_id=999999999 server_key=-',
].map((rest) => usual('lesson', rest));

/** The tail of the first. */
const known = ' server_id=11 server_key=10.0.0.9:443';

const slowly = (text: string) => parseTable(text);
const quickly = (text: string, cuts: readonly number[] = [], keys: readonly string[] = []) =>
  parseTable(text, cuts, quickSink(keys));

/** The keys of the lessons stand in their bytes 20 to 26. */
function teach(lines: UsualLines, lesson: string): void {
  const entry = { ...entryInPlace({ key: '' }), bytes: Buffer.from(lesson, 'latin1'), keyStart: 20, keyEnd: 26 };
  lines.learn(entry, 0, lesson.length - 1);
}

/** How far the compiled reader alone gets, which has seen the lessons. */
function readQuickly(text: string, keys: readonly string[] = []): { readonly entries: number; readonly upTo: number } {
  const lines = quickSink(keys).lines!;
  for (const lesson of lessons) teach(lines, lesson);
  lines.show(Buffer.from(text, 'latin1'));
  const upTo = lines.read(0);
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
    for (const keys of [[], [line.slice(20, line.indexOf(' use='))]])
      expect(readQuickly(line, keys)).toEqual({ entries: 1, upTo: line.length });
    const text = `${head}${lessons.join('')}${line}\n`;
    expect(quickly(text)).toEqual(slowly(text));
  });

  test.each([
    ['a negative id', usual('a', ' use=0 exp=5 server_id=-5 server_key=-')],
    ['a life of ten digits', usual('a', ` use=0 exp=2147483647${known}`)],
    ['ten digits of use', usual('a', ` use=1234567890 exp=5${known}`)],
    ['no digit of use', usual('a', ` use= exp=5${known}`)],
    ['no digit of life', usual('a', ` use=0 exp=${known}`)],
    ['another pointer', `0x5571: key=a use=0 exp=5${known}\n`],
    ['a colon in the pointer', `0x55:10e170cf0: key=a use=0 exp=5${known}\n`],
    ['a line feed in the pointer', `0x5571\n0x70cf0: key=a use=0 exp=5${known}\n`],
    ['a blank at the end of the pointer', `0x55710e170cf : key=a use=0 exp=5${known}\n`],
    ['a server that is not known', usual('a', ' use=0 exp=5 server_id=12 server_key=-')],
    ['a server whose id only is another', usual('a', ' use=0 exp=5 server_id=12 server_key=10.0.0.9:443')],
    ['fields in another order', usual('a', ' exp=5 use=0 server_id=11 server_key=-')],
    ['another field', usual('a', ' use=0 exp=5 gpc0=1 server_id=11 server_key=-')],
    ['a field behind', usual('a', ' use=0 exp=5 server_id=11 server_key=- gpc1=0')],
    ['a blank in the server key', usual('a', ' use=0 exp=5 server_id=11 server_key=/run/a b')],
    ['no server key', usual('a', ' use=0 exp=5 server_id=11')],
    ['CR and LF', usual('a').replace('\n', '\r\n')],
    ['a key that ends in a backslash', usual('a\\')],
    ['a control byte in the key', usual('a\x01b')],
    ['DEL in the key', usual('a\x7fb')],
    ['a byte beyond ASCII in the key', usual('a\xe9b')],
    ['an empty line', '\n'],
    ['a line of 100,000 bytes', usual('k'.repeat(100_000))],
  ])('%s: left to the long way, which reads it alike', (_, line) => {
    expect(readQuickly(line + usual('behind'))).toEqual({ entries: 0, upTo: 0 });
    const text = `${head}${lessons.join('')}${line}${usual('behind')}\n`;
    expect(quickly(text)).toEqual(slowly(text));
    expect(quickly(text, [text.length - 30])).toEqual(slowly(text));
  });

  test('a line that is cut anywhere is left to the next chunk', () => {
    const line = usual('room@conference.example.com');
    for (let cut = 0; cut < line.length; cut++)
      for (const keys of [[], ['room@conference.example.com']])
        expect(readQuickly(line + line.slice(0, cut), keys)).toEqual({ entries: 1, upTo: line.length });
  });

  test('what stood behind a shorter chunk before does not complete its last line', () => {
    const line = usual('room@conference.example.com');
    const lines = quickSink(['room@conference.example.com']).lines!;
    teach(lines, lessons[0]!);
    lines.show(Buffer.from(line.repeat(3), 'latin1'));
    expect(lines.read(0)).toBe(3 * line.length);
    for (let cut = 0; cut < line.length; cut++) {
      lines.show(Buffer.from(line.slice(0, cut), 'latin1'));
      expect([cut, lines.read(0), lines.entries]).toEqual([cut, 0, 3]);
    }
  });

  test('a chunk of many pieces, and more lines than one call reads', () => {
    const text = `${head}${Array.from({ length: 9_000 }, (_, n) => usual(`${n % 7_000}`.padEnd(n % 90, '-'))).join('')}\n`;
    expect(text.length).toBeGreaterThan(3 << 18);
    expect(quickly(text)).toEqual(slowly(text));
    expect(quickly(text, [1 << 18, 1 << 19])).toEqual(slowly(text));
  });

  test('keys that were not there are not taken where none are to be', () => {
    const table = createKeyTable(1);
    const there = Buffer.from('there', 'latin1');
    table.add(there, 0, there.length);
    const rows: number[] = [];
    const lines = createUsualLines(table.compiled, false, (batch) => rows.push(...batch.rows.subarray(0, batch.count)));
    teach(lines, lessons[0]!);
    const text = ['other', 'there', 'more', 'there'].map((key) => usual(key)).join('');
    lines.show(Buffer.from(text, 'latin1'));
    expect(lines.read(0)).toBe(text.length);
    expect([rows, lines.entries, table.count]).toEqual([[-1, 0, -1, 0], 4, 1]);
  });

  test('more servers than the compiled reader can remember', () => {
    const lines = Array.from({ length: 5_000 }, (_, n) =>
      usual(`room${n}`, ` use=0 exp=5 server_id=${n} server_key=10.0.${n >> 8}.${n & 255}:443`),
    );
    const text = `${head}${lines.join('')}${lines.join('')}\n`;
    expect(quickly(text)).toEqual(slowly(text));
  });
});

test('proxies that differ: the same entries as the long way, whatever stood behind a key before', () => {
  // Of tails that are equally long, and of some that begin like others.
  const tails = ['11', '12', '1'].flatMap((id) =>
    ['10.0.0.9:443', '10.0.0.8:443', '10.0.0.8:4430', '-'].map((server) => ` server_id=${id} server_key=${server}`),
  );
  const keys = Array.from({ length: 40 }, (_, n) => `room${n}`.padEnd(5 + (n % 13), '-'));
  const entry = fc.record({ tail: fc.constantFrom(...tails), expiry: fc.nat({ max: 99_999 }) });
  // Mostly in the order of the others, for then a key's last tail is tried first.
  const dump = fc.record({
    entries: fc.array(fc.option(entry, { freq: 9 }), { minLength: keys.length, maxLength: keys.length }),
    isReversed: fc.integer({ min: 0, max: 4 }).map((n) => n === 4),
    damages: fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), byte: fc.nat({ max: 255 }) }), {
      maxLength: 2,
    }),
  });
  fc.assert(
    fc.property(fc.array(dump, { minLength: 2, maxLength: 4 }), (dumps) => {
      const table = createKeyTable(1);
      for (const [n, { entries, isReversed, damages }] of dumps.entries()) {
        const lines = entries.map((each, row) =>
          each === null ? '' : usual(keys[row]!, ` use=0 exp=${each.expiry}${each.tail}`),
        );
        if (isReversed) lines.reverse();
        const text = `${head}${n === 0 ? lessons.join('') : ''}${lines.join('')}\n`;
        const bytes = Buffer.from(text, 'latin1');
        for (const { at, byte } of damages)
          bytes[head.length + Math.floor(at * (bytes.length - head.length - 1))] = byte;
        const damaged = bytes.toString('latin1');
        expect(parseTable(damaged, [], quickSink([], table))).toEqual(slowly(damaged));
      }
    }),
    { numRuns: 300 },
  );
});

describe('dumps in other orders than the first', () => {
  const names = Array.from({ length: 12_000 }, (_, n) => `room${n}@conference`);
  const dumpOf = (keys: readonly string[], life: number) =>
    `${head}${keys.map((key, n) => usual(key, ` use=0 exp=${life}${n % 7 === life ? ' shard=0' : ''}${known}`)).join('')}\n`;
  /** The same keys in another order, the same one for the same number. */
  const shuffled = (keys: readonly string[], number: number) =>
    keys
      .map((key, n) => ({ key, rank: Math.imul(n + 1, 0x9e3779b1 ^ (number * 0x85ebca6b)) >>> 0 }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ key }) => key);
  /** How many keys had to be looked up, of those that were there. */
  function read(table: KeyTable, text: string): number {
    let missed = 0;
    const counting = Object.create(table.compiled) as CompiledLines;
    counting.readLines = (...given) => {
      const batch = table.compiled.readLines(...given);
      missed += table.compiled.missed;
      return batch;
    };
    expect(parseTable(text, [], quickSink([], { ...table, compiled: counting }))).toEqual(slowly(text));
    return missed;
  }

  test('the second in such an order is expected, also where keys come and go', () => {
    const table = createKeyTable(1);
    const other = shuffled(names, 1);
    read(table, dumpOf(names, 1));
    expect(read(table, dumpOf(other, 2))).toBeGreaterThan(11_000);
    expect(read(table, dumpOf(other, 3))).toBeLessThan(5_000);
    const changed = other.flatMap((key, n) => (n % 500 === 0 ? [] : n % 700 === 0 ? [key, `new${n}`] : [key]));
    expect(read(table, dumpOf(changed, 4))).toBeLessThan(5_000);
    expect(read(table, dumpOf(names, 5))).toBeLessThan(50);
  });

  test('as many orders as dumps: nothing is expected, and nothing lost', () => {
    const table = createKeyTable(1);
    for (let n = 0; n < 7; n++) read(table, dumpOf(shuffled(names, n), n));
    expect(table.count).toBe(names.length);
    // The first few are remembered.
    for (const n of [0, 1, 2, 3]) expect(read(table, dumpOf(shuffled(names, n), n))).toBeLessThan(10_000);
    expect(read(table, dumpOf(shuffled(names, 5), 5))).toBeGreaterThan(11_000);
  });

  test('the beginning of an order, and what goes on behind its end', () => {
    const table = createKeyTable(1);
    const other = shuffled(names, 1);
    read(table, dumpOf(names, 1));
    read(table, dumpOf(other.slice(0, 9_000), 2));
    read(table, dumpOf(other, 3));
    read(table, dumpOf([...other, ...names.map((name) => `${name}.more`)], 4));
    expect(table.count).toBe(2 * names.length);
  });

  test('of several that are read at once, none takes another’s rows', () => {
    const table = createKeyTable(1);
    const texts = [0, 1, 1, 2, 1].map((n) => dumpOf(shuffled(names, n), n));
    const parsers = texts.map(() => {
      const sink = quickSink([], table);
      return { sink, parser: createTableParser(sink) };
    });
    for (let at = 0; at < texts[0]!.length; at += 50_000)
      for (const [n, { parser }] of parsers.entries())
        parser.push(Buffer.from(texts[n]!.slice(at, at + 50_000 + n), 'latin1').subarray(n > 0 && at > 0 ? n : 0));
    for (const [n, { sink, parser }] of parsers.entries())
      expect({ ...parser.end(), found: sink.entries }).toEqual(slowly(texts[n]!));
  });
});

test('any dump, damaged anywhere, cut anywhere: the same entries, the same end as the long way', () => {
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
        expect(quickly(text)).toEqual(slow);
        expect(quickly(text, cuts)).toEqual(slow);
        expect(quickly(text, cuts, slow.found.map(({ key }) => key).reverse())).toEqual(slow);
      },
    ),
    { numRuns: 400 },
  );
});
