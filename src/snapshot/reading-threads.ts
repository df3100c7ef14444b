// Shares saved dumps out among threads: this one, and as many others as the machine has processors for and the dumps are worth.

import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Elsewhere, EntrySink } from '../domain/entry.ts';
import type { Dump } from '../runtime-api/table-reader.ts';
import { type DumpFile, readDumpFile } from './dump-file.ts';
import type { PackedTable } from './key-table.ts';
import type { ReadingResult, ReadingTask } from './reading-thread.ts';

export interface ReadingThreads {
  /** One dump a thread at a time; others wait. */
  read(file: DumpFile, sink: EntrySink, options: ReadOptions): Promise<Dump>;
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Below so many bytes of dumps a thread, starting it takes longer than it saves. */
const WORTH_A_THREAD_BYTES = 1 << 24;
/** Each has all keys of its own. */
const MAX_THREADS = 4;
/** A thread gets the keys anew when there are so many times as many as it began with. */
const GROWTH = 1.2;

type Lane = (file: DumpFile, sink: EntrySink, options: ReadOptions) => Promise<Dump>;

/** `files` are all that there are to read. Threads start with the first, and end with `close`. */
export function createReadingThreads(files: readonly DumpFile[]): ReadingThreads {
  const bytes = files.reduce((sum, { path }) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  const count = Math.min(MAX_THREADS, availableParallelism(), files.length, Math.floor(bytes / WORTH_A_THREAD_BYTES));
  let threads: readonly Thread[] | null = null;
  const free: Lane[] = [here];
  const waiting: ((lane: Lane) => void)[] = [];
  const give = (lane: Lane) => {
    const next = waiting.shift();
    if (next) next(lane);
    else free.push(lane);
  };
  return {
    async read(file, sink, options) {
      // The first dump is read here, while the threads start: nearly all keys are in it, so that the threads need not tell theirs.
      const starting = threads === null ? Array.from({ length: Math.max(0, count - 1) }, startThread) : [];
      threads ??= starting;
      const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
      try {
        options.signal.throwIfAborted();
        return await lane(file, sink, options);
      } finally {
        give(lane);
        for (const thread of starting) give(laneOf(thread));
      }
    },
    async close() {
      // Every reader of the mesh closes; the first one ends them.
      const ending = threads ?? [];
      threads = [];
      await Promise.all(ending.map(({ worker }) => worker.terminate()));
    },
  };
}

interface Thread {
  readonly worker: Worker;
  /** Why the thread is no more; `null` while it is there. */
  ended: Error | null;
}

function startThread(): Thread {
  const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const worker = new Worker(new URL(`./reading-thread${ending}`, import.meta.url));
  const thread: Thread = { worker, ended: null };
  worker.once('error', (error) => {
    thread.ended = error;
  });
  worker.once('exit', () => {
    thread.ended ??= new Error('a reading thread ended');
  });
  return thread;
}

const here: Lane = (file, sink, { signal, onBytes }) =>
  readDumpFile(file, sink, (bytes) => {
    signal.throwIfAborted();
    onBytes(bytes);
  });

function laneOf(thread: Thread): Lane {
  let known: Elsewhere['keys'] | null = null;
  let knownCount = 0;
  return async (file, sink, { signal, onBytes }) => {
    if (sink.elsewhere === undefined) return here(file, sink, { signal, onBytes });
    const { keys, admitsNewKeys, take } = sink.elsewhere;
    const stale = keys !== known || keys.count > knownCount * GROWTH;
    const task = { file, keys: stale ? (keys.packed() as PackedTable) : null, admitsNewKeys };
    if (stale) [known, knownCount] = [keys, keys.count];
    const { dump, block } = await ask(thread, task, signal);
    take(block);
    onBytes(dump.bytes);
    return dump;
  };
}

/** Rejects when the signal aborts and when the thread ends; what a thread still reads then, nobody takes. */
function ask(thread: Thread, task: ReadingTask, signal: AbortSignal): Promise<ReadingResult> {
  const { worker } = thread;
  return new Promise((resolve, reject) => {
    const onAbort = () => end(() => reject(signal.reason));
    const onExit = () => end(() => reject(thread.ended));
    const onResult = (result: ReadingResult) => end(() => resolve(result));
    const end = (settle: () => void) => {
      worker.off('message', onResult).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    worker.on('message', onResult).on('exit', onExit);
    signal.addEventListener('abort', onAbort);
    if (thread.ended !== null) onExit();
    else worker.postMessage(task);
  });
}
