// What a transport is: one request to one machine, bytes back, before a deadline.

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
  /** Ends the login, if there is one. Never rejects; safe to call twice. */
  close(): Promise<void>;
}
