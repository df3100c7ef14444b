// Runs programs to their end and says what they took: wall time, and for Node what the kernel
// counted of the whole process.

import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { atExit } from '../lab/at-exit.ts';

/** Many times what the longest run takes: whatever is still there by then hangs. */
const DEADLINE_MS = 180_000;

export interface Run {
  readonly exitCode: number | null;
  /** From just before it was started until it had ended and said everything. */
  readonly wallMs: number;
  readonly stdout: string;
  /** The last 2,000 characters. */
  readonly stderr: string;
}

export interface CountedRun extends Run {
  readonly cpuMs: number;
  readonly peakBytes: number;
}

export interface RunOptions {
  readonly input?: string;
  /** Straight into nothing: not even this process reads it. */
  readonly discardsOutput?: boolean;
}

/**
 * Loaded before the program: tells on descriptor 3, at the very end, what `getrusage` says of the
 * process and its threads.
 */
const tellUsage = `import { writeSync } from 'node:fs';
process.on('exit', () => { writeSync(3, JSON.stringify(process.resourceUsage())); });`;

/**
 * A Node program whose memory and CPU are counted; that costs it a few milliseconds of start-up.
 */
export async function runCounted(words: readonly string[]): Promise<CountedRun> {
  const preload = `data:text/javascript,${encodeURIComponent(tellUsage)}`;
  const { told, ...run } = await start(process.execPath, ['--import', preload, ...words], {});
  if (told === '')
    throw new Error(`${words.join(' ')} ended with ${run.exitCode} and did not say what it took: ${run.stderr}`);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(told) as NodeJS.ResourceUsage;
  return { ...run, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 };
}

/**
 * Rejects where there is no such program, where it does not end within three minutes, and where it
 * ends with another exit code than `expected`.
 */
export async function run(
  program: string,
  words: readonly string[],
  options: RunOptions & { readonly expected?: number } = {},
): Promise<Run> {
  const { told: _, ...result } = await start(program, words, options);
  const { expected = 0 } = options;
  if (result.exitCode === expected) return result;
  throw new Error(`${program} ended with ${result.exitCode}, not ${expected}: ${result.stderr || result.stdout}`);
}

/** Milliseconds until the last of several has ended, all started at once. */
export async function timeTogether(starts: readonly (() => Promise<Run>)[]): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(starts.map((each) => each()));
  return performance.now() - startedAt;
}

/**
 * Runs each contender in turn, `runs` times around, so that what else the machine does meets all of
 * them alike. Results by contender.
 */
export async function alternate<Results extends Readonly<Record<string, unknown>>>(
  runs: number,
  contenders: { readonly [Name in keyof Results]: () => Promise<Results[Name]> },
): Promise<{ [Name in keyof Results]: Results[Name][] }> {
  const names = Object.keys(contenders) as (keyof Results)[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as {
    [Name in keyof Results]: Results[Name][];
  };
  for (let n = 0; n < runs; n++) for (const name of names) results[name].push(await contenders[name]());
  return results;
}

function start(
  program: string,
  words: readonly string[],
  { input, discardsOutput }: RunOptions,
): Promise<Run & { readonly told: string }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(program, words, {
      stdio: [input === undefined ? 'ignore' : 'pipe', discardsOutput ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    const takeBack = atExit(() => child.kill('SIGKILL'));
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    const forget = () => {
      clearTimeout(timer);
      takeBack();
    };
    const [stdout, told]: [Buffer[], Buffer[]] = [[], []];
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stdio[3]!.on('data', (chunk: Buffer) => told.push(chunk));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-2000);
    });
    // A program that does not want its input shall be judged by its exit code.
    child.stdin?.on('error', () => {}).end(input);
    child.once('error', (error) => {
      forget();
      reject(error);
    });
    child.once('close', (exitCode) => {
      const wallMs = performance.now() - startedAt;
      forget();
      if (wallMs >= DEADLINE_MS)
        return reject(new Error(`${program} ${words.join(' ')} did not end in ${DEADLINE_MS} ms`));
      resolve({
        exitCode,
        wallMs,
        stderr,
        stdout: Buffer.concat(stdout).toString('latin1'),
        told: Buffer.concat(told).toString('latin1'),
      });
    });
  });
}
