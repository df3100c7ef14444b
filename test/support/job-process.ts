// Runs a built job of jobs/ as a scheduler would.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface JobRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `env` is all that the job finds in its environment beside PATH. */
export function runJob(
  name: 'monitor' | 'report' | 'remediate',
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<JobRun> {
  const path = fileURLToPath(new URL(`../../dist/jobs/${name}.js`, import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [path, ...words],
      { env: { PATH: process.env.PATH, ...env }, timeout: 200_000 },
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
  });
}
