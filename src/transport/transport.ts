// What a transport is: one request to one machine, bytes back, before a deadline.

/**
 * A way to one proxy's stats socket, kept for a whole run. `ask` opens one conversation (HAProxy
 * 3.0+ takes one line per connection), sends `request`, and hands over every chunk of the answer
 * until the far end closes. A chunk is only valid during the call; where `onChunk` returns a
 * promise, reading pauses until it resolves. Rejects with `TransportError`; a far end that closes,
 * however early, is a normal end: only the reader of the answer can tell whether it was complete.
 * `signal` ends the conversation at once; `timeoutMs` bounds the whole conversation.
 * `expectedBytes` says of a dump about how long it will be: a transport may then have it compressed
 * on the way, and hands it over as it was. What `isRepeatable` changes nothing: it may share a
 * conversation with others, and is asked again where that had ended before a word of the answer
 * came. `isNew` ends such a conversation first: an open one stays with its process when HAProxy is
 * reloaded.
 */
export interface Transport {
  ask(
    request: string,
    onChunk: (chunk: Uint8Array) => void | Promise<void>,
    options: {
      readonly timeoutMs: number;
      readonly signal: AbortSignal;
      readonly expectedBytes?: number;
      readonly isRepeatable?: boolean;
      readonly isNew?: boolean;
    },
  ): Promise<void>;
  /** Ends the login, if there is one. Never rejects; safe to call twice. */
  close(): Promise<void>;
}
