// Gathers an answer that is read as one text, up to a limit.

import { ProtocolError } from '../errors.ts';
import { MOST_LINE_BYTES, type TextLimit } from './answer-limits.ts';
import { tooLargeTrouble } from './answer-trouble.ts';

export interface TextAnswer {
  /**
   * Takes a chunk; it may be reused afterwards. Throws a `ProtocolError` where the answer crosses
   * its limit.
   */
  push(chunk: Uint8Array): void;
  /** One character a byte. */
  text(): string;
}

const LF = 0x0a;
const FIRST_BYTES = 4_096;

/** One memory for all chunks: a far end that sends single bytes costs no more than another. */
export function createTextAnswer(limit: TextLimit): TextAnswer {
  let bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;
  let lines = 0;
  let lineStart = 0;

  function makeRoom(more: number): void {
    if (length + more <= bytes.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(length + more, Math.min(bytes.length * 2, limit.bytes)));
    bytes.copy(wider, 0, 0, length);
    bytes = wider;
  }

  function countLines(chunk: Uint8Array): void {
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) {
      requireLine(length + at);
      lineStart = length + at + 1;
      if (++lines > limit.lines) throw tooLarge(limit, `${limit.lines.toLocaleString('en')} lines`);
    }
    requireLine(length + chunk.length);
  }

  function requireLine(end: number): void {
    if (end - lineStart > MOST_LINE_BYTES) throw tooLarge(limit, `${MOST_LINE_BYTES / 1_024} KB in one line`);
  }

  return {
    push(chunk) {
      if (length + chunk.length > limit.bytes) throw tooLarge(limit, spellBytes(limit.bytes));
      countLines(chunk);
      makeRoom(chunk.length);
      bytes.set(chunk, length);
      length += chunk.length;
    },
    text: () => bytes.toString('latin1', 0, length),
  };
}

function tooLarge({ question }: TextLimit, most: string): ProtocolError {
  return new ProtocolError(tooLargeTrouble(`its answer to \`${question}\``, most));
}

function spellBytes(bytes: number): string {
  return bytes < 1_000_000 ? `${bytes / 1_000} KB` : `${bytes / 1_000_000} MB`;
}
