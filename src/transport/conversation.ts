// What requests over every transport share: their bytes, and chunks of the answer handed on at the
// reader's pace.

import type { Readable } from 'node:stream';
import type { Transport } from './transport.ts';

/**
 * Takes a chunk of the answer, valid during the call only. A promise pauses reading until it
 * resolves.
 */
export type OnChunk = Parameters<Transport['ask']>[1];

/**
 * One byte per character. Throws `RangeError` for a character beyond U+00FF, which is a mistake of
 * the caller: it would be cut to its low byte, and that may be a line feed, which begins another
 * command.
 */
export function requestBytes(request: string): Buffer {
  if (/[^\x00-\xff]/.test(request)) throw new RangeError('a request is bytes: its characters end at U+00FF');
  return Buffer.from(request, 'latin1');
}

/**
 * An answer that is being handed on. `drained` resolves when the reader has taken the last chunk.
 * `stop` drops what still comes, so that the stream can end.
 */
export interface Pouring {
  /** Whether the next chunk may follow at once. */
  take(chunk: Uint8Array): boolean;
  drained(): Promise<void>;
  stop(): void;
}

/**
 * Hands chunks on, one at a time: the stream is paused while `onChunk`'s promise is pending. A
 * paused socket may still emit `end`. `fail` gets the reader's error.
 */
export function pour(stream: Readable, onChunk: OnChunk, fail: (error: unknown) => void): Pouring {
  const poured = pourInto(onChunk, stream, fail);
  stream.on('data', poured.take);
  return poured;
}

/** As `pour`, for a caller that reads the stream itself and calls `take`. */
export function pourInto(onChunk: OnChunk, stream: Readable, fail: (error: unknown) => void): Pouring {
  let pending: Promise<void> = Promise.resolve();
  let stopped = false;
  return {
    take(chunk) {
      if (stopped) return true;
      try {
        const taken = onChunk(chunk);
        if (taken === undefined) return true;
        stream.pause();
        pending = taken.then(() => void stream.resume(), fail);
      } catch (error) {
        fail(error);
      }
      return false;
    },
    drained: () => pending,
    stop() {
      stopped = true;
      stream.resume();
    },
  };
}
