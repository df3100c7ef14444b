// Runs the built `splitbrain` as a reader would, and reads the report that it wrote.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { program } from '../lab/program.ts';

/**
 * `split` are the conferences that the report calls split, in alphabetical order; `healed` counts
 * those that a heal verified.
 */
export interface Reported {
  readonly exitCode: number;
  readonly split: readonly string[];
  readonly healed: number;
}

interface ReportFile {
  readonly findings: readonly { readonly kind: string; readonly conference: string }[];
  readonly heal: { readonly verified: number } | null;
}

interface Files {
  readonly configPath: string;
  readonly jsonPath: string;
}

/**
 * `words` are the command and its flags; it finds `splitbrain.yaml` in its folder. It talks to this
 * terminal; the signal ends it. Rejects where the program is not built or wrote no report.
 */
export async function runSplitbrain(
  words: readonly string[],
  { configPath, jsonPath }: Files,
  signal: AbortSignal,
): Promise<Reported> {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
  rmSync(jsonPath, { force: true });
  const all = [program, ...words, '--json', jsonPath, '--log-level', 'silent'];
  const child = spawn(process.execPath, all, { cwd: dirname(configPath), stdio: 'inherit', signal });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  if (!existsSync(jsonPath)) throw new Error(`${words[0]} ended with exit code ${exitCode} and wrote no ${jsonPath}`);
  const { findings, heal } = JSON.parse(readFileSync(jsonPath, 'utf8')) as ReportFile;
  return {
    exitCode,
    split: findings
      .filter(({ kind }) => kind === 'split')
      .map(({ conference }) => conference)
      .sort(),
    healed: heal?.verified ?? 0,
  };
}
