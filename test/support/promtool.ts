// promtool, the judge of Prometheus text and rules that scripts/fetch-promtool.sh unpacks.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../.cache/promtool/promtool', import.meta.url));

/** Why it cannot be used, or `null`; said aloud once. */
export function promtoolLacking(): string | null {
  if (existsSync(program)) return null;
  const reason = 'no promtool: run scripts/fetch-promtool.sh';
  console.warn(`not tested: ${reason}`);
  return reason;
}

/** What it says, and its exit code. */
export function promtool(
  words: readonly string[],
  input = '',
): { readonly exitCode: number | null; readonly said: string } {
  const run = spawnSync(program, words, { encoding: 'utf8', input, timeout: 60_000 });
  return { exitCode: run.status, said: run.stdout + run.stderr };
}
