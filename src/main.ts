#!/usr/bin/env node
// The process: signals, exit code, and what nobody caught.

import { setMaxListeners } from 'node:events';
import { runCli } from './cli/program.ts';
import { signalExitCodes } from './domain/exit-codes.ts';
import { outliveReaders } from './process/output.ts';

/** What is closing properly takes less. */
const LEFTOVERS_MS = 3_000;

const interrupted = new AbortController();
// Every conversation listens to it; Node warns on standard error beyond ten.
setMaxListeners(0, interrupted.signal);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    interrupted.abort(new Error(`interrupted by ${signal}`));
    // A second signal ends the process at once, as everybody expects of Ctrl-C.
    process.once(signal, () => process.exit(signalExitCodes[signal]));
    process.exitCode = signalExitCodes[signal];
  });
}

outliveReaders();

void runCli(process.argv.slice(2), interrupted.signal).then((exitCode) => {
  process.exitCode ??= exitCode;
  // What was written has left by then. A timer that keeps nothing alive runs only where something
  // else does: a connection without an owner, which shall not keep a scheduler waiting.
  process.stdout.write('', () => setTimeout(() => process.exit(), LEFTOVERS_MS).unref());
});
