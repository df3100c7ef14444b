// Takes what gzip wrote, and hands on what it was, in pieces of bounded size and at the reader's
// pace.

import { constants, createGunzip } from 'node:zlib';
import { TransportError } from '../../errors.ts';
import { type OnChunk, pour } from '../conversation.ts';
import { unlessAborted } from '../deadline.ts';
import { damagedTrouble } from '../ssh/channel-trouble.ts';

export interface Inflater {
  /**
   * Resolves when more may come. Rejects with what the reader threw, or with a `TransportError`
   * where the stream is damaged.
   */
  take(chunk: Uint8Array): Promise<void>;
  /**
   * After the last chunk: whether the stream came to its end. Of one that did not, everything was
   * handed on but a last line feed.
   */
  finish(): Promise<boolean>;
  /** Hands nothing on any more. */
  stop(): void;
}

/** However little of it crossed the network, a reader gets no more than this at a time. */
const PIECE_BYTES = 65_536;

const LINE_FEED = 0x0a;

/**
 * Header and trailer; the trailer's last four bytes are the length of what was compressed, modulo
 * 2^32 (RFC 1952).
 */
const LEAST_BYTES = 18;

/**
 * `place` names the far end in messages. A line feed at the end of a piece waits for what comes
 * after it, and the last one for gzip's checksum: an answer says by an empty line that it is
 * complete, and one that was cut or damaged shall never say so.
 */
export function inflate(onChunk: OnChunk, place: string): Inflater {
  const broken = new AbortController();
  // What could be inflated of a stream that was cut is true: it comes out, and the length tells
  // that something is missing.
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
  let bytesIn = 0;
  let bytesOut = 0;
  let trailer = Buffer.alloc(0);
  let owesLineFeed = false;

  const handOn = (piece: Uint8Array): void | Promise<void> => {
    bytesOut += piece.length;
    const pieces: Uint8Array[] = owesLineFeed ? [Uint8Array.of(LINE_FEED)] : [];
    owesLineFeed = piece.at(-1) === LINE_FEED;
    const rest = owesLineFeed ? piece.subarray(0, -1) : piece;
    if (rest.length > 0) pieces.push(rest);
    return inTurn(onChunk, pieces);
  };
  const stop = () => {
    poured.stop();
    gunzip.destroy();
  };
  const fail = (reason: unknown) => {
    broken.abort(reason);
    stop();
  };
  const poured = pour(gunzip, handOn, fail);
  gunzip.on('error', (error) => fail(new TransportError(damagedTrouble(place), { cause: error })));

  return {
    take(chunk) {
      bytesIn += chunk.length;
      trailer = Buffer.concat([trailer, chunk.subarray(-4)]).subarray(-4);
      return unlessAborted(new Promise((taken) => gunzip.write(chunk, () => taken())), broken.signal);
    },
    async finish() {
      const ended = new Promise<void>((resolve) => gunzip.once('end', resolve));
      gunzip.end();
      await unlessAborted(ended, broken.signal);
      await unlessAborted(poured.drained(), broken.signal);
      const isWhole = bytesIn >= LEAST_BYTES && trailer.readUInt32LE(0) === bytesOut % 2 ** 32;
      if (isWhole && owesLineFeed) await onChunk(Uint8Array.of(LINE_FEED));
      return isWhole;
    },
    stop,
  };
}

/** One piece after the other, without a promise where the reader needs none. */
function inTurn(onChunk: OnChunk, [piece, ...more]: readonly Uint8Array[]): void | Promise<void> {
  if (!piece) return;
  const taken = onChunk(piece);
  return taken === undefined ? inTurn(onChunk, more) : taken.then(() => inTurn(onChunk, more));
}
