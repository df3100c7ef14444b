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

/** What fits into the processor's cache is read once from memory and then twice from there. */
const CHUNK_BYTES = 1 << 18;
/** After so many chunks, other work of the thread has its turn. */
const CHUNKS_A_TURN = 8;

const NOT_SAVED: Trouble = {
  code: 'closed-early',
  message: 'no dump of this proxy was saved',
  remedy: 'it could not be read in that run',
};

/**
 * Plain files are read one after the other: two in turns would drive each other out of the
 * processor's cache. Unzipping has threads of its own.
 */
const oneByOne = pLimit(1);

type OnRead = NonNullable<Watcher['onRead']>;

/**
 * Of a damaged file, what can be read is true; of one that crosses its limits nothing is, and the
 * reading ends there: rejects.
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
    // Files and gunzip fail with a code; anything else is a defect of ours, or the caller's end.
    if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
    return { ...parser.end(), brokenBy: damaged(error) };
  }
  onRead(parser.bytes, parser.lines);
  return { ...parser.end(), brokenBy: null };
}

/** For whichever plain file is read. */
let memory: Buffer | null = null;

/**
 * Reading without a detour by the thread pool: the file is mostly in memory, and the parser keeps
 * up with no disk.
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

/** Errors of the file end the stream too, and whoever stops reading closes the file. */
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
