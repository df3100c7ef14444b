// Runs the built `splitbrain report` as a reader would, and reads what it found.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));

/** `split` are the conferences that the report calls split, in alphabetical order. */
export interface Reported {
  readonly exitCode: number;
  readonly split: readonly string[];
}

interface ReportFile {
  readonly findings: readonly { readonly kind: string; readonly conference: string }[];
}

/** The report goes to this terminal; the signal ends it. Rejects where the program is not built or wrote no report. */
export async function runReport(configPath: string, jsonPath: string, signal: AbortSignal): Promise<Reported> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
  rmSync(jsonPath, { force: true });
  const words = [program, 'report', '-c', configPath, '--json', jsonPath];
  const child = spawn(process.execPath, words, { stdio: 'inherit', signal });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  if (!existsSync(jsonPath)) throw new Error(`the report ended with exit code ${exitCode} and wrote no ${jsonPath}`);
  const { findings } = JSON.parse(readFileSync(jsonPath, 'utf8')) as ReportFile;
  return {
    exitCode,
    split: findings
      .filter(({ kind }) => kind === 'split')
      .map(({ conference }) => conference)
      .sort(),
  };
}
