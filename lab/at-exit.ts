// Undoes what must not outlive this process (child processes, temporary folders), also on Ctrl-C
// and on a crash.

import { constants } from 'node:os';

const cleanups = new Set<() => void>();
let listening = false;

function runAll(): void {
  for (const cleanup of cleanups) cleanup();
  cleanups.clear();
}

function listen(): void {
  listening = true;
  process.on('exit', runAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // A program that listens to the signal itself also ends itself, in its own time.
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
    });
  }
}

/**
 * Registers a synchronous cleanup for the end of the process, whatever ends it. The function
 * returned takes it back.
 */
export function atExit(cleanup: () => void): () => void {
  if (!listening) listen();
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}
