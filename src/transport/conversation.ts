// What every conversation shares, whatever carries it: the bytes of a request, and chunks handed on
// at the reader's pace.

import type { Readable } from 'node:stream';
import type { Transport } from './transport.ts';

export type OnChunk = Parameters<Transport['ask']>[1];

/**
 * One byte per character. A character beyond U+00FF would be cut to its low byte, which may be a
 * line feed, that is another command: it is a mistake of the caller and never sent.
 */
export function requestBytes(request: string): Buffer {
  if (/[^\x00-\xff]/.test(request)) throw new RangeError('a request is bytes: its characters end at U+00FF');
  return Buffer.from(request, 'latin1');
}

/**
 * `drained` resolves when the reader has taken the last chunk; `stop` throws away what still comes,
 * so that the stream can end.
 */
export interface Pouring {
  /** Whether more may follow at once. */
  take(chunk: Uint8Array): boolean;
  drained(): Promise<void>;
  stop(): void;
}

/**
 * Hands chunks on, one at a time: while `onChunk`'s promise is pending the stream is paused. A
 * paused socket may still say `end`.
 */
export function pour(stream: Readable, onChunk: OnChunk, fail: (error: unknown) => void): Pouring {
  const poured = pourInto(onChunk, stream, fail);
  stream.on('data', poured.take);
  return poured;
}

/** As `pour`, for whoever reads the stream by itself and calls `take`. */
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
