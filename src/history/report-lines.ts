// The lines of a file, one by one, before a limit: a report may be larger than memory.

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const CHUNK = 1_048_576;
/** Of one line. The refusals of a whole heal stand in one. */
const MOST_LINE = 16_000_000;

/** Why a file has no lines to read. */
export class UnreadableFile extends Error {}

/**
 * The lines without their line feed. A line is valid until the next one is asked for. Links are
 * not followed, and pipes and devices are not read. Throws UnreadableFile, or the system's error.
 */
export async function* linesOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new UnreadableFile('it is no file');
    // Most reports are small, and thousands of them are read in a row.
    const chunk = Buffer.alloc(Math.min(CHUNK, stat.size + 1));
    let rest: Buffer = Buffer.alloc(0);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) break;
      const bytes = chunk.subarray(0, bytesRead);
      let start = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
        const line = bytes.subarray(start, end);
        yield rest.length === 0 ? line : Buffer.concat([rest, line]);
        rest = Buffer.alloc(0);
        start = end + 1;
      }
      rest = Buffer.concat([rest, bytes.subarray(start)]);
      if (rest.length > MOST_LINE) throw new UnreadableFile('one of its lines is too long');
    }
    if (rest.length > 0) yield rest;
  } finally {
    await file.close();
  }
}
