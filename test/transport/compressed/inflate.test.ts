// What gzip wrote comes out as it was, in bounded pieces; what was cut or damaged never looks
// complete.

import { EventEmitter, once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { TransportError } from '../../../src/errors.ts';
import { type Inflater, inflate } from '../../../src/transport/compressed/inflate.ts';
import type { OnChunk } from '../../../src/transport/conversation.ts';
import { limitMemory } from '../../support/memory-limit.ts';

beforeAll(limitMemory);

const text = Buffer.from(
  `# table: nodes\n${Array.from({ length: 5_000 }, (_, n) => `0x55${n * 7_919}: key=room-${n} use=0\n`).join('')}\n`,
);
const packed = gzipSync(text, { level: 1 });

/** Pieces of memory that is overwritten once they are taken: they are only valid that long. */
async function feed(inflater: Inflater, bytes: Buffer, size: number): Promise<void> {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    await inflater.take(chunk);
    chunk.fill(0x3f);
  }
}

function collecting(): { readonly onChunk: OnChunk; readonly pieces: Buffer[] } {
  const pieces: Buffer[] = [];
  return { pieces, onChunk: (piece) => void pieces.push(Buffer.from(piece)) };
}

async function inflated(bytes: Buffer, size = 32_768) {
  const { onChunk, pieces } = collecting();
  const inflater = inflate(onChunk, 'hap-a');
  await feed(inflater, bytes, size);
  const isWhole = await inflater.finish();
  return { isWhole, bytes: Buffer.concat(pieces), pieces };
}

describe('a whole stream', () => {
  test.each([1, 2, 17, 4_096, 32_768, 1_000_000])('in chunks of %i bytes: the same bytes come out', async (size) => {
    const got = await inflated(packed, size);
    expect([got.isWhole, got.bytes.equals(text)]).toEqual([true, true]);
  });

  test.each(['', '\n', '\n\n', 'a', 'a\n'])('of %j', async (small) => {
    const got = await inflated(gzipSync(Buffer.from(small)));
    expect([got.isWhole, got.bytes.toString()]).toEqual([true, small]);
  });

  test('a reader that takes its time gets it all, and no second piece meanwhile', async () => {
    let reading = 0;
    let most = 0;
    const pieces: Buffer[] = [];
    const inflater = inflate(async (piece) => {
      most = Math.max(most, ++reading);
      pieces.push(Buffer.from(piece));
      await turn();
      reading--;
    }, 'hap-a');
    await feed(inflater, packed, 1_000);
    expect(await inflater.finish()).toBe(true);
    expect([most, reading, Buffer.concat(pieces).equals(text)]).toEqual([1, 0, true]);
  });
});

describe('a stream that was cut', () => {
  test('anywhere: all that can be inflated is handed on, and it has no empty line at its end', async () => {
    const small = gzipSync(text.subarray(-300), { level: 1 });
    const full = text.subarray(-300);
    for (let length = 0; length < small.length; length++) {
      const { isWhole, bytes } = await inflated(small.subarray(0, length));
      expect(isWhole).toBe(false);
      expect(full.subarray(0, bytes.length).equals(bytes)).toBe(true);
      expect(bytes.length).toBeLessThan(full.length);
    }
    // The trailer alone is missing: everything is there but the last line feed.
    expect((await inflated(small.subarray(0, -8))).bytes.length).toBe(full.length - 1);
  });

  test('in the middle of a dump: about as much comes out as went in', async () => {
    const { isWhole, bytes } = await inflated(packed.subarray(0, packed.length / 2));
    expect(isWhole).toBe(false);
    expect(text.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(bytes.length).toBeGreaterThan(text.length / 3);
  });
});

describe('a damaged stream', () => {
  const damage = (at: number) => {
    const bytes = Buffer.from(packed);
    bytes[at]! ^= 0xff;
    return bytes;
  };
  test.each([
    ['the first block', 12],
    ['the checksum', packed.length - 8],
    ['the length', packed.length - 4],
  ])('in %s: truncated, and no empty line at its end', async (_, at) => {
    const { onChunk, pieces } = collecting();
    const inflater = inflate(onChunk, 'hap-a');
    const error = await feed(inflater, damage(at), 1_000)
      .then(() => inflater.finish())
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ code: 'truncated', message: expect.stringContaining('hap-a') });
    expect(Buffer.concat(pieces).subarray(-2).toString()).not.toBe('\n\n');
  });
});

describe('a bomb', () => {
  // 200 MB in 200 kB.
  const bomb = gzipSync(Buffer.alloc(200_000_000), { level: 9 });

  test('comes in pieces of 64 KiB, and waits for its reader', async () => {
    let pieces = 0;
    let largest = 0;
    const held = new EventEmitter();
    const inflater = inflate(async (piece) => {
      largest = Math.max(largest, piece.length);
      if (++pieces === 1) await Promise.all([once(held, 'release'), held.emit('first')]);
    }, 'hap-a');
    const first = once(held, 'first');
    const taken = inflater.take(bomb);
    await first;
    for (let n = 0; n < 200; n++) await turn();
    expect(pieces).toBe(1);
    held.emit('release');
    await taken;
    expect(await inflater.finish()).toBe(true);
    expect(largest).toBe(65_536);
    expect(pieces).toBeGreaterThan(3_000);
  });

  test('ends where the reader has enough: its error comes back as it is, and nothing after it', async () => {
    const enough = new Error('a line too long');
    let pieces = 0;
    const inflater = inflate(() => {
      if (++pieces === 3) throw enough;
    }, 'hap-a');
    await expect(inflater.take(bomb)).rejects.toBe(enough);
    for (let n = 0; n < 20; n++) await turn();
    expect(pieces).toBe(3);
    await expect(inflater.take(bomb)).rejects.toBe(enough);
    await expect(inflater.finish()).rejects.toBe(enough);
  });

  test('ends when it is stopped', async () => {
    let pieces = 0;
    await new Promise<void>((stopped) => {
      const inflater = inflate(() => {
        if (++pieces < 3) return;
        inflater.stop();
        stopped();
      }, 'hap-a');
      void inflater.take(bomb);
    });
    for (let n = 0; n < 200; n++) await turn();
    expect(pieces).toBe(3);
  });
});
