// What a transport is: one request to one machine, bytes back, before a deadline. It does not know
// the language of the answers.

import type { Dial } from './dial.ts';
import type { Shell } from './shell.ts';

/** What one request brings with it. */
export interface RequestOptions {
  /** Limits the whole request, from the call to the last byte. */
  readonly timeoutMs: number;
  /** Ends the request at once. */
  readonly signal: AbortSignal;
  /**
   * The expected size of a dump. A transport may then have it compressed on the way, and hands it
   * over uncompressed.
   */
  readonly expectedBytes?: number;
  /**
   * The request changes nothing. It may share a connection with others; if that had ended before
   * the answer began, the request is sent again.
   */
  readonly isRepeatable?: boolean;
  /**
   * Ends a shared connection first: after a reload of HAProxy, an open connection stays with the
   * old process.
   */
  readonly isNew?: boolean;
}

/** A way to one proxy's stats socket, kept for a whole run. */
export interface Transport {
  /**
   * Sends `request` over a connection of its own (HAProxy 3.0+ takes one line per connection) and
   * hands over every chunk of the answer until the far end closes. A chunk is valid during the call
   * only; where `onChunk` returns a promise, reading pauses until it resolves.
   *
   * Rejects with `TransportError`. A far end that closes, however early, is a normal end: only the
   * reader of the answer can know whether it was complete.
   */
  ask(request: string, onChunk: (chunk: Uint8Array) => void | Promise<void>, options: RequestOptions): Promise<void>;
  /** Connects to other places as the host of the login sees them; absent without a login. */
  readonly dial?: Dial;
  /** Runs commands on the host of the login; absent where there is no login, or no shell. */
  readonly shell?: Shell;
  /** Ends the login, if there is one. Never rejects; safe to call twice. */
  close(): Promise<void>;
}

/**
 * What a transport over SSH has to know of the language at the far end. `runtime-api/` knows it and
 * gives it to the transport.
 */
export interface Dialect {
  /** The first line of a conversation that takes many requests: it turns interactive mode on. */
  readonly opening: string;
  /** What the far end answers to `opening`. */
  readonly greeting: Uint8Array;
  /** The commands of a request, as a line each: interactive mode answers one a line. */
  linesOf(request: string): readonly string[];
  /**
   * Reads so many answers in interactive mode. `isOpening`: they follow `opening`, whose own answer
   * comes first and is not handed on.
   */
  readAnswers(count: number, isOpening: boolean, onChunk: (chunk: Uint8Array) => void | Promise<void>): AnswerReader;
  /** Whether an answer may look like this; else another program printed it. */
  mayBeAnswer(text: string): boolean;
}

/** Takes an interactive conversation chunk by chunk, and hands on the answers alone. */
export interface AnswerReader {
  take(chunk: Uint8Array): void | Promise<void>;
  /** Whether every answer has come, up to the last prompt. */
  readonly isOver: boolean;
  /** Whether any byte of them has come. */
  readonly hasBegun: boolean;
  /** Whether the far end has shown that it is in interactive mode. */
  readonly isGreeted: boolean;
}
