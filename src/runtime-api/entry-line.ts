// Reads one line of a dump, an entry, in place, with any fields.

import type { EntryInPlace, EntrySink } from './entry-sink.ts';

export interface EntryReader {
  /** The last entry, in the buffer that was given; without a server key, its place is -1. */
  readonly entry: EntryInPlace;
  /**
   * Whether `buffer[start..end)`, without its line feed, is an entry; if so the sink has had it.
   */
  read(buffer: Uint8Array, start: number, end: number): boolean;
  /** How many the sink has had. */
  readonly entries: number;
  readonly maxExpiresInMs: number;
}

const CR = 0x0d;
const SPACE = 0x20;
const OPENING_PARENTHESIS = 0x28;
const CLOSING_PARENTHESIS = 0x29;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const EQUALS = 0x3d;
const UNDERSCORE = 0x5f;
const LETTER_X = 0x78;
const BEFORE_KEY = Buffer.from(': key=', 'latin1');
const EXPIRY = Buffer.from('exp', 'latin1');
const SERVER_ID = Buffer.from('server_id', 'latin1');
const SERVER_KEY = Buffer.from('server_key', 'latin1');
/** What 2.0 to 2.3 call it. */
const SERVER_NAME = Buffer.from('server_name', 'latin1');
const BACKSLASH = 0x5c;
/**
 * By byte: the step to the next character of a key, 2 for a backslash. 0: HAProxy does not print
 * the byte in a key.
 */
const KEY_STEPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte <= SPACE || byte > 0x7e ? 0 : byte === BACKSLASH ? 2 : 1,
);
const MAX_INT32 = 0x7fffffff;
/** More digits than any 32-bit number has, few enough to be counted without loss. */
const MAX_DIGITS = 15;

/**
 * Takes lines like `0x55710e170cf0: key=t/a use=0 exp=299695 server_id=11 server_key=10.0.0.9:443`
 * (2.4 to 3.4; `server_name=` in 2.0 to 2.3, neither in 1.8).
 */
export function createEntryReader(sink: EntrySink): EntryReader {
  const entry = emptyEntry();
  /** The entry with a server key of its own: what the sink gets where the line has none. */
  const keyless = emptyEntry();
  let entries = 0;
  let maxExpiresInMs = 0;
  let withoutServerKey = new Uint8Array(256);
  /** The number that was read last. */
  let number = 0;

  /**
   * Fields by name, from the blank behind the key on; `exp` must be there, the server's two may be
   * missing.
   */
  function readFields(buffer: Uint8Array, from: number, end: number): boolean {
    let sawExpiry = false;
    entry.serverId = 0;
    entry.serverKeyStart = -1;
    let at = from;
    while (at < end) {
      if (buffer[at] !== SPACE) return false;
      const nameStart = ++at;
      while (at < end && buffer[at] !== EQUALS && buffer[at] !== SPACE) at++;
      if (at >= end || buffer[at] === SPACE) return false;
      const nameLength = at - nameStart;
      const valueStart = ++at;
      if (nameLength === EXPIRY.length && holds(buffer, nameStart, EXPIRY)) {
        at = readNumber(buffer, at, end);
        if (at < 0) return false;
        entry.expiresInMs = number;
        sawExpiry = true;
      } else if (nameLength === SERVER_ID.length && holds(buffer, nameStart, SERVER_ID)) {
        at = readNumber(buffer, at, end);
        if (at < 0) return false;
        entry.serverId = number;
      } else if (isServerKey(buffer, nameStart, nameLength)) {
        entry.serverKeyStart = valueStart;
        entry.serverKeyEnd = at = endOfServerKey(buffer, valueStart, end);
      } else {
        while (at < end && buffer[at] !== SPACE) at++;
      }
    }
    return sawExpiry;
  }

  /**
   * Reads a signed 32-bit decimal, which is what HAProxy prints, into `number`; the position behind
   * it, or -1.
   */
  function readNumber(buffer: Uint8Array, from: number, end: number): number {
    let at = from;
    const negative = buffer[at] === MINUS;
    if (negative) at++;
    const digits = at;
    let value = 0;
    while (at < end) {
      const digit = buffer[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at++;
    }
    if (at === digits || at - digits > MAX_DIGITS || (at < end && buffer[at] !== SPACE)) return -1;
    if (value > (negative ? MAX_INT32 + 1 : MAX_INT32)) return -1;
    number = negative ? 0 - value : value;
    return at;
  }

  /** An entry without the field gets the `-` that HAProxy prints where there is no key. */
  function handOnWithoutServerKey(): void {
    const { bytes, keyStart, keyEnd } = entry;
    const length = keyEnd - keyStart;
    if (length >= withoutServerKey.length) withoutServerKey = new Uint8Array(length * 2);
    withoutServerKey.set(bytes.subarray(keyStart, keyEnd));
    withoutServerKey[length] = MINUS;
    keyless.bytes = withoutServerKey;
    keyless.keyEnd = length;
    keyless.expiresInMs = entry.expiresInMs;
    keyless.serverId = entry.serverId;
    keyless.serverKeyStart = length;
    keyless.serverKeyEnd = length + 1;
    sink.entry(keyless);
  }

  return {
    entry,
    get entries() {
      return entries;
    },
    get maxExpiresInMs() {
      return maxExpiresInMs;
    },
    read(buffer, start, end) {
      // HAProxy writes no CR at the end. A program that rewrote the lines has added it, and it
      // would become part of the server key.
      if (buffer[start] !== ZERO || buffer[start + 1] !== LETTER_X || buffer[end - 1] === CR) return false;
      let at = start + 2;
      while (at < end && buffer[at] !== COLON) at++;
      if (end - at < BEFORE_KEY.length || !holds(buffer, at, BEFORE_KEY)) return false;
      entry.bytes = buffer;
      entry.keyStart = at + BEFORE_KEY.length;
      at = entry.keyStart;
      while (at < end) {
        const step = KEY_STEPS[buffer[at]!]!;
        if (step === 0) break;
        at += step;
      }
      entry.keyEnd = at;
      if (at >= end || !readFields(buffer, at, end)) return false;
      entries++;
      if (entry.expiresInMs > maxExpiresInMs) maxExpiresInMs = entry.expiresInMs;
      if (entry.serverKeyStart < 0) handOnWithoutServerKey();
      else sink.entry(entry);
      return true;
    },
  };
}

function emptyEntry(): { -readonly [Field in keyof EntryInPlace]: EntryInPlace[Field] } {
  return {
    bytes: new Uint8Array(0),
    keyStart: 0,
    keyEnd: 0,
    expiresInMs: 0,
    serverId: 0,
    serverKeyStart: 0,
    serverKeyEnd: 0,
  };
}

function isServerKey(buffer: Uint8Array, start: number, length: number): boolean {
  if (length === SERVER_KEY.length) return holds(buffer, start, SERVER_KEY);
  return length === SERVER_NAME.length && holds(buffer, start, SERVER_NAME);
}

function holds(buffer: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (buffer[start + i] !== text[i]) return false;
  return true;
}

/**
 * The server key may hold blanks (the path of a unix socket) and ends where another field begins (`
 * gpc1=0`), or with the line.
 */
function endOfServerKey(buffer: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) if (buffer[at] === SPACE && isField(buffer, at + 1, end)) return at;
  return end;
}

/**
 * Whether a field like `gpc1=` or `http_req_rate(10000)=` begins there: a table may store more
 * types.
 */
function isField(buffer: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && isNameByte(buffer[at]!)) at++;
  if (at === start) return false;
  if (buffer[at] === OPENING_PARENTHESIS) {
    while (at < end && buffer[at] !== CLOSING_PARENTHESIS && buffer[at] !== SPACE) at++;
    at++;
  }
  return at < end && buffer[at] === EQUALS;
}

function isNameByte(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === UNDERSCORE;
}
