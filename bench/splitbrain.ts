// The built program as the bench runs it, and what its report must say before its speed is worth
// anything.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../lab/program.ts';
import { type CountedRun, type Run, run, runCounted } from './measure.ts';

const reportWords = [program, 'report', '--log-level', 'silent'];

/** Milliseconds until `splitbrain --version` has ended. */
export async function timeVersion(): Promise<number> {
  return (await run(process.execPath, [program, '--version'])).wallMs;
}

/** Rejects where it ends with another exit code than `expected`. */
export function runProgram(words: readonly string[], expected: number): Promise<Run> {
  return run(process.execPath, [program, ...words], { expected });
}

/** `report`, without a log; rejects as `runProgram` does. */
export function runReport(words: readonly string[], expected: number): Promise<Run> {
  return run(process.execPath, [...reportWords, ...words], { expected });
}

export function runReportCounted(words: readonly string[]): Promise<CountedRun> {
  return runCounted([...reportWords, ...words]);
}

/** What a report must count: exit code, conferences, and proxies that were read in full. */
export interface Truth {
  readonly exitCode: number;
  readonly proxiesReporting: number;
  readonly conferences: number;
  readonly split: number;
  readonly missing: number;
  readonly mixed: number;
}

/**
 * Also warms the page cache. Speed is worth nothing where the answer is wrong: what is there must
 * be found, and nothing else.
 */
export async function proveReport(words: readonly string[], truth: Truth, scratch: string): Promise<void> {
  const path = join(scratch, 'proof.json');
  const { exitCode, stderr } = await runReportCounted([...words, '--json', path]);
  const { counts } = JSON.parse(readFileSync(path, 'utf8')) as { counts: Readonly<Record<string, number>> };
  rmSync(path);
  const found = { ...counts, exitCode } as Readonly<Record<string, number | null>>;
  const names = Object.keys(truth) as (keyof Truth)[];
  const wrong = names.filter((name) => found[name] !== truth[name]);
  if (wrong.length === 0) return;
  const complaints = wrong.map((name) => `${name} ${found[name]} instead of ${truth[name]}`);
  throw new Error(`the report is wrong: ${complaints.join(', ')} ${stderr}`);
}
