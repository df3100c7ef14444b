// Reads a saved answer that is one text, up to the limit that it had when it was asked for.

import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProtocolError } from '../../errors.ts';
import type { TextLimit } from '../../runtime-api/answer-limits.ts';
import { createTextAnswer } from '../../runtime-api/text-answer.ts';

/**
 * Rejects with a `ProtocolError` where the file cannot be read, is damaged, or holds more than the
 * limit: no more of it is inflated.
 */
export async function savedText(path: string, limit: TextLimit, isGzipped: boolean): Promise<string> {
  const answer = createTextAnswer(limit);
  const file = createReadStream(path);
  try {
    for await (const chunk of isGzipped ? pipeline(file, createGunzip(), () => {}) : file) answer.push(chunk);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw new ProtocolError(
      { code: 'truncated', message: 'the saved answers are damaged', remedy: 'take a new snapshot' },
      { cause },
    );
  }
  return answer.text();
}
