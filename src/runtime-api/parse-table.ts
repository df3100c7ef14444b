// Reads the answer to `show table T` straight from the chunks of a stream. Hot: it works on bytes in place and makes no object per entry.

import type { EntrySink } from '../domain/entry.ts';

/**
 * How an answer ended. `complete` is only what closes with an empty line: a dump cut by `stats timeout` ends in a clean
 * end of file, as often as not on a whole line (2.6 to 3.4).
 */
export type TableOutcome = 'complete' | 'truncated' | 'denied' | 'no-such-table' | 'not-haproxy';

export interface TableHeader {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly used: number;
}

export interface TableAnswer {
  readonly outcome: TableOutcome;
  readonly header: TableHeader | null;
  readonly entries: number;
  readonly bytes: number;
  readonly maxExpiresInMs: number;
  /** Lines between header and end that are neither an entry nor known: evidence that the answer cannot be trusted in full. */
  readonly unreadableLines: number;
  /** The first line that is not an entry, for people: an error text, a help page, another program's greeting. */
  readonly remark: string | null;
}

export interface TableParser {
  push(chunk: Uint8Array): void;
  end(): TableAnswer;
  /** Bytes so far, for progress. */
  readonly bytes: number;
}

/** An entry is a pointer, a key of at most some kilobytes and numbers; a longer line is not HAProxy's. */
const MAX_LINE_BYTES = 1 << 20;
const REMARK_CHARACTERS = 200;

const LF = 0x0a;
const SPACE = 0x20;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const NO_KEY = Uint8Array.of(MINUS);

/** Hands every entry to `sink` as soon as its line is whole; a line may be cut anywhere between two chunks. */
export function createTableParser(sink: EntrySink): TableParser {
  let carry = new Uint8Array(4096);
  let carried = 0;
  let bytes = 0;
  let entries = 0;
  let maxExpiresInMs = 0;
  let unreadableLines = 0;
  let header: TableHeader | null = null;
  let remark: string | null = null;
  let sawEmptyLine = false;
  let notHaproxy = false;

  // Set by readEntry for the fields behind the key, so that a line costs no allocation.
  let expiresInMs = 0;
  let serverId = 0;
  let serverKeyStart = 0;
  let serverKeyEnd = 0;

  function readLine(buffer: Uint8Array, start: number, end: number): void {
    if (buffer[start] === ZERO && end - start > 2) {
      if (readEntry(buffer, start, end)) return;
      unreadableLines++;
      if (remark === null) remark = textOf(buffer, start, end);
      return;
    }
    readOther(buffer, start, end);
  }

  function readEntry(buffer: Uint8Array, start: number, end: number): boolean {
    if (sawEmptyLine || header === null) return false;
    let at = start + 2;
    while (at < end && buffer[at] !== COLON) at++;
    // ": key=" is fixed in all versions.
    if (
      buffer[at + 1] !== SPACE ||
      buffer[at + 2] !== 0x6b ||
      buffer[at + 3] !== 0x65 ||
      buffer[at + 4] !== 0x79 ||
      buffer[at + 5] !== EQUALS
    )
      return false;
    const keyStart = at + 6;
    at = keyStart;
    while (at < end) {
      const byte = buffer[at];
      if (byte === SPACE) break;
      at += byte === BACKSLASH ? 2 : 1;
    }
    if (at >= end) return false;
    const keyEnd = at;
    if (!readFields(buffer, keyEnd, end)) return false;
    entries++;
    if (expiresInMs > maxExpiresInMs) maxExpiresInMs = expiresInMs;
    if (serverKeyStart < 0)
      sink.entry(
        withNoKey(buffer, keyStart, keyEnd),
        0,
        keyEnd - keyStart,
        expiresInMs,
        serverId,
        keyEnd - keyStart,
        keyEnd - keyStart + 1,
      );
    else sink.entry(buffer, keyStart, keyEnd, expiresInMs, serverId, serverKeyStart, serverKeyEnd);
    return true;
  }

  /** Fields by name, from the blank behind the key on; `exp` must be there, the server's two may be missing. */
  function readFields(buffer: Uint8Array, from: number, end: number): boolean {
    let sawExpiry = false;
    serverId = 0;
    serverKeyStart = -1;
    let at = from;
    while (at < end) {
      if (buffer[at] !== SPACE) return false;
      const nameStart = ++at;
      while (at < end && buffer[at] !== EQUALS) at++;
      if (at >= end) return false;
      const nameLength = at - nameStart;
      const valueStart = ++at;
      if (
        nameLength === 3 &&
        buffer[nameStart] === 0x65 &&
        buffer[nameStart + 1] === 0x78 &&
        buffer[nameStart + 2] === 0x70
      ) {
        at = readNumber(buffer, at, end);
        if (at < 0) return false;
        expiresInMs = number;
        sawExpiry = true;
      } else if (nameLength === 9 && buffer[nameStart + 7] === 0x69 && isNamed(buffer, nameStart, SERVER_ID)) {
        at = readNumber(buffer, at, end);
        if (at < 0) return false;
        serverId = number;
      } else if (nameLength === 10 && buffer[nameStart + 7] === 0x6b && isNamed(buffer, nameStart, SERVER_KEY)) {
        serverKeyStart = valueStart;
        serverKeyEnd = at = endOfServerKey(buffer, valueStart, end);
      } else {
        while (at < end && buffer[at] !== SPACE) at++;
      }
    }
    return sawExpiry;
  }

  let number = 0;
  /** Reads a decimal into `number`; the position behind it, or -1. */
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
    if (at === digits || at - digits > 15 || (at < end && buffer[at] !== SPACE)) return -1;
    number = negative ? -value : value;
    return at;
  }

  function readOther(buffer: Uint8Array, start: number, end: number): void {
    if (start === end) {
      if (header !== null) sawEmptyLine = true;
      return;
    }
    const text = textOf(buffer, start, end);
    const match = header === null ? /^# table: (.+), type: ([^,]+), size:\s*(\d+), used:\s*(\d+)/.exec(text) : null;
    if (match) {
      header = { name: match[1]!, type: match[2]!, size: Number(match[3]), used: Number(match[4]) };
      return;
    }
    if (header !== null && !text.startsWith('# contents not dumped')) unreadableLines++;
    remark ??= text;
  }

  function withNoKey(buffer: Uint8Array, keyStart: number, keyEnd: number): Uint8Array {
    const copy = new Uint8Array(keyEnd - keyStart + 1);
    copy.set(buffer.subarray(keyStart, keyEnd));
    copy.set(NO_KEY, keyEnd - keyStart);
    return copy;
  }

  function carryOver(buffer: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (carried + length > MAX_LINE_BYTES) {
      notHaproxy = true;
      remark ??= textOf(buffer, start, end);
      return;
    }
    if (carried + length > carry.length) {
      const grown = new Uint8Array(Math.max(carry.length * 2, carried + length));
      grown.set(carry.subarray(0, carried));
      carry = grown;
    }
    carry.set(buffer.subarray(start, end), carried);
    carried += length;
  }

  return {
    get bytes() {
      return bytes;
    },
    push(chunk) {
      bytes += chunk.length;
      if (notHaproxy) return;
      let start = 0;
      if (carried > 0) {
        const first = chunk.indexOf(LF);
        carryOver(chunk, 0, first < 0 ? chunk.length : first);
        if (first < 0) return;
        readLine(carry, 0, carried);
        carried = 0;
        start = first + 1;
      }
      for (;;) {
        const end = chunk.indexOf(LF, start);
        if (end < 0) break;
        readLine(chunk, start, end);
        start = end + 1;
      }
      if (start < chunk.length) carryOver(chunk, start, chunk.length);
    },
    end() {
      // A line without its line feed was cut: it is no entry, however whole it looks.
      if (carried > 0 && remark === null && header === null) remark = textOf(carry, 0, carried);
      const outcome = judgeOutcome(header, remark, sawEmptyLine && carried === 0, notHaproxy, bytes);
      return { outcome, header, entries, bytes, maxExpiresInMs, unreadableLines, remark };
    },
  };
}

const SERVER_ID = new TextEncoder().encode('server_id');
const SERVER_KEY = new TextEncoder().encode('server_key');

function isNamed(buffer: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (buffer[start + i] !== name[i]) return false;
  return true;
}

/** The server key reaches to the end of the line, but for fields of types that a table may store behind it (`gpc1=0`). */
function endOfServerKey(buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && buffer[at] !== SPACE) at++;
  if (at === end) return end;
  const rest = textOf(buffer, at, end, end - at);
  const further = /(?: [a-z0-9_]+(?:\(\d+\))?=\S*)+$/.exec(rest);
  return further ? at + further.index : end;
}

function judgeOutcome(
  header: TableHeader | null,
  remark: string | null,
  closed: boolean,
  notHaproxy: boolean,
  bytes: number,
): TableOutcome {
  if (notHaproxy) return 'not-haproxy';
  if (remark !== null && (remark.startsWith('# contents not dumped') || remark.startsWith('Permission denied')))
    return 'denied';
  if (header === null && remark?.startsWith('No such table')) return 'no-such-table';
  if (header === null && bytes > 0 && remark !== null && !'# table: '.startsWith(remark.slice(0, 9)))
    return 'not-haproxy';
  return header !== null && closed ? 'complete' : 'truncated';
}

function textOf(buffer: Uint8Array, start: number, end: number, limit: number = REMARK_CHARACTERS): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset + start, Math.min(end - start, limit)).toString('latin1');
}
