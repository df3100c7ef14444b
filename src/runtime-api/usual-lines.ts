// Reads lines that are just as HAProxy prints them, word by word. Hot: a mesh has millions of them, and this is where the time goes.

import type { EntrySink } from '../domain/entry.ts';

const SPACE = 0x20;
const LF = 0x0a;
const CR = 0x0d;
const ZERO = 0x30;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
/** By byte: how far to go on in a key, 2 behind a backslash; 0 is none of a key's bytes as HAProxy prints them. */
export const KEY_STEPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte <= SPACE || byte > 0x7e ? 0 : byte === BACKSLASH ? 2 : 1,
);
/** Four characters as one number, as `DataView.getInt32` reads them. */
const word = (text: string): number => Buffer.from(text, 'latin1').readInt32BE(0);
const [_KE, KEY_] = [word(': ke'), word('key=')];
const [_USE, _EXP, _SHA, RD_] = [word(' use'), word(' exp'), word(' sha'), word('ard=')];
const [_SER, VER_, _ID_] = [word(' ser'), word('ver_'), word('_id=')];
/** `0x`, some hexadecimal digits and `: key=`: with fewer than four digits it is not worth a special way. */
const [PREFIX, LEAST_DIGITS] = ['0x: key='.length, 4];
/** From the key's end to the server key, numbers of ten digits included. */
const LONGEST_FIELDS = 96;
/** What is longer may be too long for any line: that is judged elsewhere. */
const LONGEST_LINE = 1 << 16;
/** So many digits cannot overflow 32 bits. */
const MAX_DIGITS = 9;

export interface UsualLines {
  /**
   * Reads usual lines from `start` on, as many as there are; the position behind the last one. What follows is another kind of line, or one that
   * this chunk may not hold to its end.
   */
  read(bytes: Uint8Array, start: number): number;
  /** Where keys began in the lines that were read the long way: the next ones are expected to be alike. */
  learn(keyOffset: number): void;
  readonly entries: number;
  readonly maxExpiresInMs: number;
}

/**
 * A usual line is `0x55710e170cf0: key=t/a use=0 exp=299695 shard=0 server_id=11 server_key=10.0.0.9:443` (2.6 to 3.4; `shard` from 2.9 on), its
 * pointer as long as that of the line before. Every other line is left alone: what is read here reads just the same the long way.
 */
export function createUsualLines(sink: EntrySink): UsualLines {
  let keyOffset = 0;
  let entries = 0;
  let maxExpiresInMs = 0;
  let view: DataView = new DataView(new ArrayBuffer(0));
  let viewed: Uint8Array | null = null;
  const wants = sink.wants?.bind(sink);
  const foresee = sink.foresee?.bind(sink);

  /** The position behind the line feed, or -1. */
  function readLine(bytes: Uint8Array, start: number): number {
    const keyStart = start + keyOffset;
    if (keyStart + LONGEST_FIELDS > bytes.length || !isPrefix(start, keyStart)) return -1;
    let keyEnd = foresee === undefined ? -1 : foresee(bytes, keyStart);
    if (keyEnd < 0) keyEnd = endOfKey(bytes, keyStart);
    if (wants !== undefined && !wants(bytes, keyStart, keyEnd)) return behindLine(bytes, keyEnd);
    let at = keyEnd;
    if (at + LONGEST_FIELDS > bytes.length) return -1;

    if (view.getInt32(at) !== _USE || bytes[at + 4] !== EQUALS) return -1;
    at = behindDigits(bytes, at + 5);
    if (view.getInt32(at) !== _EXP || bytes[at + 4] !== EQUALS) return -1;
    at += 5;
    const expiryStart = at;
    let expiresInMs = 0;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
      expiresInMs = (expiresInMs * 10 + digit) | 0;
    if (at === expiryStart || at - expiryStart > MAX_DIGITS) return -1;
    if (view.getInt32(at) === _SHA) {
      if (view.getInt32(at + 3) !== RD_) return -1;
      at = behindDigits(bytes, at + 7);
    }
    if (view.getInt32(at) !== _SER || view.getInt32(at + 4) !== VER_ || view.getInt32(at + 7) !== _ID_) return -1;
    at += 11;
    const idStart = at;
    let serverId = 0;
    for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO)
      serverId = (serverId * 10 + digit) | 0;
    if (at === idStart || at - idStart > MAX_DIGITS) return -1;
    if (view.getInt32(at) !== _SER || view.getInt32(at + 4) !== VER_ || view.getInt32(at + 8) !== KEY_) return -1;
    at += 12;
    const serverKeyStart = at;
    while (bytes[at]! > SPACE) at++;
    if (bytes[at] !== LF || at - start > LONGEST_LINE) return -1;

    entries++;
    if (expiresInMs > maxExpiresInMs) maxExpiresInMs = expiresInMs;
    sink.entry(bytes, keyStart, keyEnd, expiresInMs, serverId, serverKeyStart, at);
    return at + 1;
  }

  /** Whether a pointer of digits and `: key=` stand there, and no line ends before. */
  function isPrefix(start: number, keyStart: number): boolean {
    if (view.getInt32(keyStart - 4) !== KEY_ || view.getInt32(keyStart - 6) !== _KE) return false;
    if (view.getInt16(start) !== 0x3078) return false;
    const last = keyStart - 10;
    for (let at = start + 2; at < last; at += 4) if (!areDigits(view.getInt32(at))) return false;
    return areDigits(view.getInt32(last));
  }

  function endOfKey(bytes: Uint8Array, start: number): number {
    let at = start;
    // Four bytes at a time while all are plain.
    for (const last = bytes.length - 4; at <= last; at += 4) if (!arePlain(view.getInt32(at))) break;
    while (at < bytes.length) {
      const step = KEY_STEPS[bytes[at]!]!;
      if (step === 0) break;
      at += step;
    }
    return at;
  }

  function behindLine(bytes: Uint8Array, keyEnd: number): number {
    const end = bytes.indexOf(LF, keyEnd);
    if (end <= keyEnd || bytes[end - 1] === CR) return -1;
    entries++;
    return end + 1;
  }

  return {
    get entries() {
      return entries;
    },
    get maxExpiresInMs() {
      return maxExpiresInMs;
    },
    learn(offset) {
      keyOffset = offset >= PREFIX + LEAST_DIGITS ? offset : 0;
    },
    read(bytes, start) {
      if (keyOffset === 0) return start;
      if (bytes !== viewed) {
        viewed = bytes;
        view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      }
      let at = start;
      for (;;) {
        const next = readLine(bytes, at);
        if (next < 0) return at;
        at = next;
      }
    },
  };
}

function behindDigits(bytes: Uint8Array, from: number): number {
  const limit = from + MAX_DIGITS;
  let at = from;
  while (at < limit && bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++;
  return at;
}

/** Whether no byte of the word is below `0` or a colon: of the bytes that HAProxy prints there, only its digits. */
function areDigits(word: number): boolean {
  const colons = word ^ 0x3a3a3a3a;
  return ((((word - 0x30303030) & ~word) | ((colons - 0x01010101) & ~colons)) & 0x80808080) === 0;
}

/** Whether every byte of the word is one of a key's that stands for itself: 0x21 to 0x7e, no backslash. */
function arePlain(word: number): boolean {
  const backslashes = word ^ 0x5c5c5c5c;
  const odd = (word - 0x21212121) | (word + 0x01010101) | word | ((backslashes - 0x01010101) & ~backslashes);
  return (odd & 0x80808080) === 0;
}
