// Runs a program that prints an inventory: without a shell, and with a deadline after which it is
// killed.

import { execFile } from 'node:child_process';
import { startTimeLimit } from '../process/time-limit.ts';
import type { InventoryContext } from './inventory-context.ts';

/** Bytes: far more than any inventory. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The output, or why there is none; `isAbsent` where there is no such program. */
export type ProgramEnd =
  | { readonly output: string; readonly remarks: string }
  | { readonly failure: string; readonly remarks: string; readonly isAbsent: boolean };

/**
 * Runs the program. `variables` are added to the environment. Rejects only with the signal's
 * reason.
 */
export function runProgram(
  run: readonly string[],
  context: InventoryContext,
  variables: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  const [program = '', ...args] = run;
  const { signal, release } = startTimeLimit(context);
  const env = { ...context.env, ...variables };
  const options = { maxBuffer: MOST_BYTES, killSignal: 'SIGKILL', env, encoding: 'utf8' } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      release();
      signal.removeEventListener('abort', kill);
      const remarks = stderr.trim();
      if (!error) resolve({ output: stdout, remarks });
      else if (context.signal.aborted) reject(context.signal.reason);
      else {
        const isAbsent = error.code === 'ENOENT' && !signal.aborted;
        resolve({ failure: failureOf(error, signal.aborted, context), remarks, isAbsent });
      }
    });
    // execFile's own `signal` sends SIGTERM whatever its `killSignal` is (Node 20), and a program
    // may ignore that. The pipes are closed too, because a grandchild may hold their other ends
    // open.
    const kill = () => {
      child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    signal.addEventListener('abort', kill, { once: true });
    child.stdin?.on('error', () => {});
    child.stdin?.end();
  });
}

function failureOf(error: Error & { code?: unknown }, isLate: boolean, context: InventoryContext): string {
  if (isLate) return `did not end within ${context.timeoutMs} ms`;
  if (error.code === 'ENOENT') return 'there is no such program';
  if (error.code === 'EACCES') return 'this file may not be executed: chmod +x';
  if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `printed more than ${MOST_BYTES} bytes`;
  return typeof error.code === 'number' ? `ended with exit status ${error.code}` : 'was ended by a signal';
}
