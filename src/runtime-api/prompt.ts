// HAProxy's interactive mode (management guide, 9.3): one connection takes many lines, and `> ` at
// the beginning of a line ends each answer.

import type { AnswerReader } from '../transport/transport.ts';

/** The first prompt of a connection. */
export const GREETING = Buffer.from('\n> ');
const [LINE_FEED, GREATER, BLANK] = [0x0a, 0x3e, 0x20];

/**
 * Splits a line at each `;` into one line a command. HAProxy from 3.2 on prints one prompt per
 * line, not per command. A backslash makes the character behind it literal.
 */
export function linesOf(request: string): readonly string[] {
  return (request.match(/(?:\\[\s\S]|[^\\;\n])+/g) ?? []).map((command) => `${command}\n`);
}

/**
 * Hands on HAProxy's answers to `answers` lines without the prompts: the same bytes as for one line
 * of commands with `;` on a connection of its own. `greets`: on a new connection, a prompt that
 * answers `prompt` comes first. If anything else comes first, the far end is not HAProxy in
 * interactive mode, and nothing is handed on.
 *
 * No line of an answer looks like a prompt: entries begin with `0x`, and names of proxies and
 * servers hold no blank. The prompt behind the last answer, which may be a dump, is looked for at
 * the ends of chunks only.
 */
export function readToPrompt(answers: number, greets: boolean, onChunk: AnswerReader['take']): AnswerReader {
  let left = answers;
  let phase: 'greeting' | 'answers' | 'not-haproxy' = greets ? 'greeting' : 'answers';
  let held: Uint8Array = new Uint8Array(0);
  let startsLine = false;
  let hasBegun = false;

  /** The position of the prompt that ends the current answer, -1 where it has not come yet. */
  function promptIn(bytes: Buffer): number {
    const last = bytes.length - 2;
    if (left === 1) return isPrompt(bytes, last) ? last : -1;
    if (isPrompt(bytes, 0)) return 0;
    const at = bytes.indexOf(GREETING);
    return at < 0 ? -1 : at + 1;
  }

  function isPrompt(bytes: Buffer, at: number): boolean {
    return bytes[at] === GREATER && bytes[at + 1] === BLANK && isLineStart(bytes, at);
  }

  function isLineStart(bytes: Buffer, at: number): boolean {
    return at === 0 ? startsLine : bytes[at - 1] === LINE_FEED;
  }

  function handOn(parts: readonly Buffer[]): void | Promise<void> {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    if (bytes.length === 0) return;
    hasBegun = true;
    return onChunk(bytes);
  }

  return {
    take(chunk) {
      let bytes =
        held.length > 0 ? Buffer.concat([held, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      held = new Uint8Array(0);
      if (phase === 'greeting') {
        if (bytes.length < GREETING.length && GREETING.subarray(0, bytes.length).equals(bytes)) {
          held = Uint8Array.from(bytes);
          return;
        }
        phase = bytes.subarray(0, GREETING.length).equals(GREETING) ? 'answers' : 'not-haproxy';
        if (phase === 'answers') bytes = bytes.subarray(GREETING.length);
      }
      if (phase === 'not-haproxy') return;
      const parts: Buffer[] = [];
      for (let at = promptIn(bytes); left > 0 && at >= 0; at = promptIn(bytes)) {
        parts.push(bytes.subarray(0, at));
        bytes = bytes.subarray(at + 2);
        startsLine = false;
        left--;
      }
      const end = bytes.length - 1;
      // The first byte of a prompt, at the end of a chunk.
      if (left > 0 && bytes[end] === GREATER && isLineStart(bytes, end)) {
        held = Uint8Array.of(GREATER);
        bytes = bytes.subarray(0, end);
        if (bytes.length > 0) startsLine = true;
      } else if (bytes.length > 0) startsLine = bytes[end] === LINE_FEED;
      return handOn([...parts, bytes]);
    },
    get isOver() {
      return left === 0;
    },
    get hasBegun() {
      return hasBegun;
    },
    get isGreeted() {
      return phase === 'answers';
    },
  };
}
