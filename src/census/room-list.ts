// A JSON object with one long list of rooms: the rooms are judged one by one and forgotten, and
// what stands around the list is kept. Small texts are given to JSON.parse whole. Others are cut
// between two rooms while they come, so that 200 MB of rooms cost one chunk of memory: a tokenizer
// in JavaScript (@streamparser/json 0.0.22) takes thirty times as long as JSON.parse, 2.5 s for 60
// shards with 2,000 rooms each. Pure.

import { ByteQueue } from './byte-queue.ts';
import { ObjectEnd } from './object-end.ts';
import type { Tally } from './tally.ts';

/** JSON.parse makes a few megabytes of objects of it. */
const SMALL = 1 << 20;

/** A piece that is looked at in one go. */
const PIECE = 1 << 16;

/** A report without its rooms has some 2 KB. */
const MOST_AROUND = 1 << 18;

/** An XMPP address has at most 3,071 bytes (RFC 7622), six times as many where all are escaped. */
const MOST_ROOM = 1 << 15;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** What is wrong with a text, as it stands behind the name of the place. */
interface Wrong {
  readonly code: 'not-json' | 'wrong-shape';
  readonly wrong: string;
}

/** `around` is the object; of a list of rooms in it only that it is a list counts. */
export type RoomListEnd = Wrong | { readonly around: Readonly<Record<string, unknown>> };

/** Reads a text that is there as a whole. `name` is what the list is called in the object. */
export function readRooms(text: Buffer, name: string, tally: Tally): RoomListEnd {
  if (text.length > SMALL) {
    const list = new RoomList(name, tally);
    list.write(text);
    return list.end();
  }
  const around = parse(text.toString());
  const wrong = 'wrong' in around || !Array.isArray(around.around[name]) ? null : judge(around.around[name], tally);
  return wrong ?? around;
}

/** Reads a text that comes piece by piece. */
export class RoomList {
  readonly #listed: RegExp;
  readonly #tally: Tally;
  readonly #queue = new ByteQueue();
  readonly #end = new ObjectEnd();
  #around = '';
  #state: 'around' | 'first' | 'list' | 'behind' = 'around';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #wrong: Wrong | null = null;

  /** `name` is what the list is called in the object. */
  constructor(name: string, tally: Tally) {
    this.#listed = new RegExp(`"${name}"\\s*:\\s*\\[$`);
    this.#tally = tally;
  }

  /** `false` where nothing that follows can change what `end` says. */
  write(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length && this.#wrong === null; at += PIECE) this.#take(chunk.subarray(at, at + PIECE));
    return this.#wrong === null;
  }

  end(): RoomListEnd {
    if (this.#wrong !== null) return this.#wrong;
    if (this.#state === 'first' || this.#state === 'list') return notJson('is cut off in its list of rooms');
    return parse(this.#around);
  }

  #take(piece: Uint8Array): void {
    this.#queue.append(piece);
    const { bytes } = this.#queue;
    let at = 0;
    while (at < bytes.length && this.#wrong === null) {
      const before = at;
      const isInList = this.#state === 'first' || this.#state === 'list';
      at = isInList ? this.#readList(bytes, at) : this.#readAround(bytes, at);
      if (at === before) break;
    }
    this.#queue.drop(at);
    if (this.#queue.bytes.length > MOST_ROOM) this.#wrong ??= odd(`lists a room of more than ${MOST_ROOM} bytes`);
  }

  /** Up to the list or the end of the bytes. */
  #readAround(bytes: Buffer, start: number): number {
    let at = start;
    while (at < bytes.length) {
      const byte = bytes[at++];
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isInString = false;
      } else if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN || byte === OPEN_LIST) {
        if (byte === OPEN_LIST && this.#depth === 1 && this.#isListed(bytes, start, at)) {
          this.#keep(bytes, start, at);
          if (this.#state === 'behind') this.#wrong = odd('has two lists of rooms');
          this.#state = 'first';
          return at;
        }
        this.#depth++;
      } else if (byte === CLOSE || byte === CLOSE_LIST) this.#depth--;
    }
    this.#keep(bytes, start, at);
    return at;
  }

  #isListed(bytes: Buffer, start: number, end: number): boolean {
    return this.#listed.test(this.#around.slice(-100) + bytes.toString('latin1', Math.max(start, end - 100), end));
  }

  /** Only ASCII is looked at in what is kept; other letters may be cut between two pieces. */
  #keep(bytes: Buffer, start: number, end: number): void {
    if (this.#around.length + end - start > MOST_AROUND) this.#wrong = odd('has too much beside its rooms');
    else this.#around += bytes.toString('latin1', start, end);
  }

  /** Up to the list's end, or behind the last room that ends in the bytes. */
  #readList(bytes: Buffer, start: number): number {
    let at = start;
    let hasComma = false;
    if (this.#state === 'list') {
      while (isSpace(bytes[at]!)) at++;
      hasComma = bytes[at] === COMMA;
      if (hasComma) at++;
      else if (at < bytes.length && bytes[at] !== CLOSE_LIST) this.#wrong = notJson('is not JSON');
    }
    const first = at;
    let end = -1;
    while (at < bytes.length && this.#wrong === null) {
      const byte = bytes[at]!;
      if (byte === OPEN) {
        const behind = this.#end.find(bytes, at);
        if (behind < 0) break;
        at = behind;
        end = behind;
      } else if (byte === CLOSE_LIST) {
        this.#around += ']';
        if (end < 0 && hasComma) this.#wrong ??= notJson('is not JSON');
        this.#judge(bytes, first, end < 0 ? first : at);
        this.#state = 'behind';
        return at + 1;
      } else if ((byte === COMMA && end >= 0) || isSpace(byte)) at++;
      else this.#wrong = byte === COMMA ? notJson('is not JSON') : odd('lists something that is not a room');
    }
    if (end < 0) return hasComma ? start : at;
    this.#judge(bytes, first, end);
    this.#state = 'list';
    return end;
  }

  /** JSON.parse sees to all that stands between two rooms. */
  #judge(bytes: Buffer, start: number, end: number): void {
    const rooms = parse(`{"rooms":[${bytes.toString('utf8', start, end)}]}`);
    this.#wrong ??= 'wrong' in rooms ? rooms : judge(rooms.around.rooms as readonly unknown[], this.#tally);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function judge(rooms: readonly unknown[], tally: Tally): Wrong | null {
  for (const room of rooms) {
    const wrong = tally.take(room);
    if (wrong !== null) return odd(`lists ${wrong}`);
  }
  return null;
}

function parse(text: string): RoomListEnd {
  if (text.trim() === '') return notJson('is empty');
  try {
    const around = JSON.parse(text);
    return typeof around === 'object' && around !== null && !Array.isArray(around)
      ? { around }
      : odd('is not an object');
  } catch {
    return notJson('is not JSON');
  }
}

function notJson(wrong: string): Wrong {
  return { code: 'not-json', wrong };
}

function odd(wrong: string): Wrong {
  return { code: 'wrong-shape', wrong };
}
