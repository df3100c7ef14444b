// Reads one saved dump.

import { closeSync, createReadStream, existsSync, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import pLimit from 'p-limit';
import type { Trouble } from '../../domain/proxy.ts';
import { ProtocolError } from '../../errors.ts';
import type { EntrySink } from '../../runtime-api/entry-sink.ts';
import { createTableParser } from '../../runtime-api/parse-table.ts';
import type { Dump, Watcher } from '../../runtime-api/table-reader.ts';

export interface DumpFile {
  readonly path: string;
  readonly gzipped: boolean;
}

/**
 * A chunk of this size fits into the processor's cache: it is read once from memory and then twice
 * from the cache.
 */
const CHUNK_BYTES = 1 << 18;
/** Chunks that are read before other work of the thread may run. */
const CHUNKS_A_TURN = 8;

const NOT_SAVED: Trouble = {
  code: 'closed-early',
  message: 'no dump of this proxy was saved',
  remedy: 'it could not be read in that run',
};

/**
 * Plain files are read one after the other: two at once would push each other out of the
 * processor's cache. Unzipping has threads of its own.
 */
const oneByOne = pLimit(1);

type OnRead = NonNullable<Watcher['onRead']>;

/**
 * What can be read of a damaged file is true. Rejects for a file that crosses its limits: nothing
 * of it is true, and the reading ends there.
 */
export function readDumpFile(file: DumpFile, sink: EntrySink, onRead: OnRead): Promise<Dump> {
  return file.gzipped ? read(file, sink, onRead) : oneByOne(() => read(file, sink, onRead));
}

async function read({ path, gzipped }: DumpFile, sink: EntrySink, onRead: OnRead): Promise<Dump> {
  const parser = createTableParser(sink);
  if (!existsSync(path)) return { ...parser.end(), brokenBy: NOT_SAVED };
  try {
    for await (const piece of gzipped ? unzipped(path) : chunks(path)) {
      onRead(parser.bytes, parser.lines);
      parser.push(piece);
    }
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    // Files and gunzip fail with a code. Anything else is a defect of this program, or the caller
    // has ended the reading.
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
    return { ...parser.end(), brokenBy: damaged(error) };
  }
  onRead(parser.bytes, parser.lines);
  return { ...parser.end(), brokenBy: null };
}

/** For the plain file that is being read. */
let memory: Buffer | null = null;

/**
 * Reads without the thread pool: the file is mostly in memory, and the parser is slower than any
 * disk.
 */
async function* chunks(path: string): AsyncGenerator<Uint8Array> {
  const file = openSync(path, 'r');
  memory ??= Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    for (let n = 1; ; n++) {
      const length = readSync(file, memory);
      if (length === 0) return;
      yield memory.subarray(0, length);
      if (n % CHUNKS_A_TURN === 0) await new Promise(setImmediate);
    }
  } finally {
    closeSync(file);
  }
}

/** Errors of the file end the stream too, and the file is closed when the reading stops. */
function unzipped(path: string): AsyncIterable<Uint8Array> {
  return pipeline(createReadStream(path), createGunzip({ chunkSize: CHUNK_BYTES }), () => {});
}

function damaged(error: Error): Trouble {
  return {
    code: 'truncated',
    message: `the saved dump is damaged: ${error.message}`,
    remedy: 'take a new snapshot',
  };
}
