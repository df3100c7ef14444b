// Shares saved dumps out among threads: this one, and as many others as the machine has processors for and the dumps are worth.

import { randomInt } from 'node:crypto';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Elsewhere, EntrySink } from '../domain/entry.ts';
import type { Dump } from '../runtime-api/table-reader.ts';
import { type DumpFile, readDumpFile } from './dump-file.ts';
import type { Look, ReadingResult, ReadingTask } from './reading-thread.ts';

export interface ReadingThreads {
  /** One dump a thread at a time; others wait. */
  read(file: DumpFile, sink: EntrySink, options: ReadOptions): Promise<Dump>;
  close(): Promise<void>;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** A thread takes a tenth of a second of a processor to start and to get as quick as this one: with less than this left to read, it is not worth it. */
const WORTH_THREADS_MS = 600;
/** Each has all keys of its own. */
const MAX_THREADS = 4;

type Lane = (file: DumpFile, sink: EntrySink, options: ReadOptions) => Promise<Dump>;

/** `files` are all that there are to read. Threads start when a dump that was read here shows that they pay, and end with `close`. */
export function createReadingThreads(files: readonly DumpFile[]): ReadingThreads {
  const sizes = new Map(files.map(({ path }) => [path, statSync(path, { throwIfNoEntry: false })?.size ?? 0]));
  const total = sum(sizes.values());
  const most = Math.min(MAX_THREADS, availableParallelism(), files.length);
  let left = total;
  let readHere = 0;
  let threads: readonly Thread[] | null = null;
  const free: Lane[] = [here];
  const waiting: ((lane: Lane) => void)[] = [];
  const give = (lane: Lane) => {
    const next = waiting.shift();
    if (next) next(lane);
    else free.push(lane);
  };
  const startThreads = () => {
    threads = Array.from({ length: most - 1 }, startThread);
    for (const thread of threads) give(laneOf(thread));
  };
  return {
    async read(file, sink, options) {
      const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
      const size = sizes.get(file.path) ?? 0;
      // All are read once, and then perhaps once more.
      left = left > 0 ? left - size : total - size;
      const startedAt = performance.now();
      try {
        options.signal.throwIfAborted();
        return await lane(file, sink, options);
      } finally {
        const spentMs = performance.now() - startedAt;
        give(lane);
        // The first one says nothing: it had all keys to add, with code that was not yet compiled.
        if (threads === null && size > 0 && readHere++ > 0 && (left / size) * spentMs > WORTH_THREADS_MS)
          startThreads();
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

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
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

/** A thread numbers the keys of a look by itself; where each of its rows is in the look of this thread is remembered here. */
function laneOf(thread: Thread): Lane {
  let known: Elsewhere['keys'] | null = null;
  let rows = new Int32Array(0);
  return async (file, sink, { signal, onBytes }) => {
    if (sink.elsewhere === undefined) return here(file, sink, { signal, onBytes });
    const { keys, admitsNewKeys, rowsOf, take } = sink.elsewhere;
    let look: Look | null = null;
    if (keys !== known) {
      look = { keys: keys.keysFrom(0), admitsNewKeys, seed: randomInt(2 ** 31) };
      known = keys;
      rows = Int32Array.from({ length: keys.count }, (_, row) => row);
    }
    const { dump, block, newKeys } = await ask(thread, { file, look }, signal);
    rows = joined(rows, rowsOf(newKeys));
    take(block, rows);
    onBytes(dump.bytes);
    return dump;
  };
}

function joined(one: Int32Array, other: Int32Array): Int32Array<ArrayBuffer> {
  const both = new Int32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
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
