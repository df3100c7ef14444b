// A saved text is read up to its limit, compressed or not.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ProtocolError } from '../../../src/errors.ts';
import { savedText } from '../../../src/snapshot/archive/saved-text.ts';
import { scratch } from '../saved-mesh.ts';

const limit = { question: 'show stat', bytes: 100_000, lines: 10_000 };

/** The text, or the code of the trouble. */
async function read(bytes: string | Buffer | null, isGzipped: boolean): Promise<string> {
  const path = join(scratch(), 'saved');
  if (bytes === null) mkdirSync(path);
  else writeFileSync(path, bytes);
  return savedText(path, limit, isGzipped).catch((error: unknown) => {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  });
}

test.each([
  ['plain', Buffer.from('a\n\xe9', 'latin1'), false, 'a\n\u00e9'],
  ['compressed', gzipSync(Buffer.from('a\n\xe9', 'latin1')), true, 'a\n\u00e9'],
  ['nothing, plain', '', false, ''],
  ['a folder', null, false, 'truncated'],
  ['no gzip', 'a\n', true, 'truncated'],
  ['a gzip that was cut', gzipSync('a\n'.repeat(100)).subarray(0, 20), true, 'truncated'],
  ['too much, plain', 'x\n'.repeat(50_001), false, 'too-large'],
  ['too much, compressed', gzipSync('xxxxxxxxx\n'.repeat(1_000_000)), true, 'too-large'],
])('%s', async (_title, bytes, isGzipped, text) => expect(await read(bytes, isGzipped)).toBe(text));
