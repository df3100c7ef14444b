// A text of rooms that is cut anywhere is read as JSON.parse reads it whole.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RoomList, readRooms } from '../../src/census/room-list.ts';
import { Tally } from '../../src/census/tally.ts';
import { DOMAIN, room } from './reading.ts';

const LIST = 'room_census';

function tallied(read: (tally: Tally) => ReturnType<typeof readRooms>) {
  const rooms: string[] = [];
  const sink = { room: (_: number, one: object) => void rooms.push(JSON.stringify(one)) };
  const end = read(new Tally(0, DOMAIN, sink));
  return { isRead: !('wrong' in end), rooms };
}

const whole = (text: Buffer) => tallied((tally) => readRooms(text, LIST, tally));
const cut = (text: Buffer, sizes: readonly number[]) =>
  tallied((tally) => {
    const list = new RoomList(LIST, tally);
    let at = 0;
    for (let n = 0; at < text.length; n++) {
      const size = sizes[n % sizes.length]!;
      list.write(text.subarray(at, at + size));
      at += size;
    }
    return list.end();
  });

const text = fc.string({ unit: fc.constantFrom(...'ab"\\{}[],: \n', 'é', '日', '😀', '\u0000') });
const oneRoom = fc
  .record({ name: text, participants: fc.integer({ min: -1, max: 9 }), leaked: fc.boolean(), more: fc.jsonValue() })
  .map(({ name, participants, leaked, more }) => room(`x${name}`, participants, { leaked, more, created_time: '17' }));
const around = fc.dictionary(text, fc.jsonValue(), { maxKeys: 3 });
const document = fc
  .record({ before: around, rooms: fc.array(oneRoom), after: around, indent: fc.nat(3) })
  .map(({ before, rooms, after, indent }) => {
    const unnamed = ([name]: [string, unknown]) => name !== LIST;
    const fields = [...Object.entries(before).filter(unnamed), [LIST, rooms], ...Object.entries(after).filter(unnamed)];
    return JSON.stringify(Object.fromEntries(fields), null, indent);
  });
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });

describe('cut anywhere', () => {
  test('the same rooms', () => {
    fc.assert(
      fc.property(document, sizes, (json, pieces) => {
        const bytes = Buffer.from(json);
        const expected = whole(bytes);
        expect(expected.isRead).toBe(true);
        expect(cut(bytes, pieces)).toEqual(expected);
      }),
    );
  });

  test('damaged: never read where JSON.parse does not, and then the same rooms', () => {
    const damage = fc.record({
      at: fc.nat(),
      length: fc.nat(3),
      put: fc.constantFrom('', ',', '{', '}', ']', '"', ' '),
    });
    fc.assert(
      fc.property(document, damage, sizes, (json, { at, length, put }, pieces) => {
        const start = at % json.length;
        const damaged = json.slice(0, start) + put + json.slice(start + length);
        const bytes = Buffer.from(damaged);
        const expected = whole(bytes);
        const found = cut(bytes, pieces);
        expect(found.isRead).toBe(expected.isRead);
        if (found.isRead) expect(found.rooms).toEqual(expected.rooms);
      }),
      { numRuns: 500 },
    );
  });
});

test('a text that is large is read in pieces, to the same end', () => {
  const rooms = Array.from({ length: 20_000 }, (_, n) => room(`room-${n}`, 1));
  const json = Buffer.from(JSON.stringify({ time: 'now', [LIST]: rooms, after: [1] }));
  expect(json.length).toBeGreaterThan(1 << 20);
  expect(whole(json)).toEqual({ isRead: true, rooms: expect.objectContaining({ length: 20_000 }) });
});
