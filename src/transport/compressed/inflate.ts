// Decompresses a gzip stream; hands it on in pieces of bounded size, at the reader's pace.

import { constants, createGunzip } from 'node:zlib';
import { TransportError } from '../../errors.ts';
import { type OnChunk, pour } from '../conversation.ts';
import { unlessAborted } from '../deadline.ts';
import { damagedTrouble } from '../ssh/channel-trouble.ts';

/** One gzip stream. */
export interface Inflater {
  /**
   * Resolves when the next chunk may come. Rejects with the reader's error, or with a
   * `TransportError` where the stream is damaged.
   */
  take(chunk: Uint8Array): Promise<void>;
  /**
   * To be called after the last chunk. Resolves to whether the stream was complete. Of an
   * incomplete stream, everything but a final line feed was handed on.
   */
  finish(): Promise<boolean>;
  /** From now on nothing is handed on. */
  stop(): void;
}

/** The largest piece that a reader gets, however well the stream was compressed. */
const PIECE_BYTES = 65_536;

const LINE_FEED = 0x0a;

/**
 * Bytes of gzip's header and trailer. The trailer's last four bytes are the uncompressed length
 * modulo 2^32 (RFC 1952).
 */
const LEAST_BYTES = 18;

/**
 * `place` names the far end in messages. A line feed at the end of a piece is held back until the
 * next piece, the last one until gzip's checksum was checked. HAProxy ends a complete answer with
 * an empty line: a stream that was cut or damaged must never seem complete.
 */
export function inflate(onChunk: OnChunk, place: string): Inflater {
  const broken = new AbortController();
  // What was decompressed of a cut stream is correct: it is handed on, and the length shows that
  // something is missing.
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

/** Hands on one piece after the other; without a promise where the reader returns none. */
function inTurn(onChunk: OnChunk, [piece, ...more]: readonly Uint8Array[]): void | Promise<void> {
  if (!piece) return;
  const taken = onChunk(piece);
  return taken === undefined ? inTurn(onChunk, more) : taken.then(() => inTurn(onChunk, more));
}
