// Runs a program to its end and says what it took: wall time, and for Node what the kernel counted of the whole process.

import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

export interface Run {
  readonly exitCode: number | null;
  readonly wallMs: number;
  readonly output: string;
}

export interface NodeRun extends Run {
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** Loaded before the program: tells on descriptor 3, at the very end, what `getrusage` says of the process and its threads. */
const tellUsage = `import { writeSync } from 'node:fs';
process.on('exit', () => { writeSync(3, JSON.stringify(process.resourceUsage())); });`;

export async function runNode(words: readonly string[]): Promise<NodeRun> {
  const preload = `data:text/javascript,${encodeURIComponent(tellUsage)}`;
  const { told, ...run } = await start(process.execPath, ['--import', preload, ...words]);
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(told) as NodeJS.ResourceUsage;
  return { ...run, cpuMs: (userCPUTime + systemCPUTime) / 1000, peakBytes: maxRSS * 1024 };
}

/** `null` where there is no such program. */
export async function runProgram(program: string, words: readonly string[]): Promise<Run | null> {
  try {
    return await start(program, words);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function start(program: string, words: readonly string[]): Promise<Run & { readonly told: string }> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] });
    const [output, told]: [Buffer[], Buffer[]] = [[], []];
    child.stdout!.on('data', (chunk: Buffer) => output.push(chunk));
    child.stdio[3]!.on('data', (chunk: Buffer) => told.push(chunk));
    child.once('error', reject);
    child.once('close', (exitCode) =>
      resolve({
        exitCode,
        wallMs: performance.now() - startedAt,
        output: Buffer.concat(output).toString('utf8'),
        told: Buffer.concat(told).toString('utf8'),
      }),
    );
  });
}

/** The middle run by wall time; of an even number the slower of the two. */
export function medianRun<R extends Run>(runs: readonly R[]): R {
  return [...runs].sort((a, b) => a.wallMs - b.wallMs)[Math.floor(runs.length / 2)]!;
}
