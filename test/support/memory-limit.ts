// A limit to the memory of this test process, for tests in which something hostile asks for more.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** More than any of these tests needs, and less than an answer without end would take. */
const SPARE_BYTES = 2_000_000_000;

/**
 * From now on this process gets at most `SPARE_BYTES` more of memory that it may write to. Not
 * addresses (`ulimit -v`): each WebAssembly memory reserves gigabytes of those without using them.
 */
export function limitMemory(): void {
  const writableKb = Number(/^VmData:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
  const limit = `--data=${writableKb * 1024 + SPARE_BYTES}`;
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(process.pid), limit], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
