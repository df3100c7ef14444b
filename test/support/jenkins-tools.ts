// Debian's groovy and Jenkins Job Builder, where they are: tests that need one say loudly when it
// is not there.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { atExit } from '../../lab/at-exit.ts';

function programPath(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}

/** Debian's groovy looks for Java in one place only unless told. */
function javaHome(): string | null {
  const java = programPath('java');
  return process.env.JAVA_HOME ?? (java === null ? null : dirname(dirname(realpathSync(java))));
}

/** Why the program cannot be used, or `null`; said aloud once. */
export function lacking(program: 'groovy' | 'jenkins-jobs', debianPackages: string): string | null {
  const absent = [...(program === 'groovy' ? ['java'] : []), program].filter((name) => programPath(name) === null);
  if (absent.length === 0) return null;
  const reason = `no ${absent.join(' and no ')}: run scripts/install-debian-packages.sh ${debianPackages}`;
  console.warn(`not tested: ${reason}`);
  return reason;
}

/** The search path with `first` before everything else. */
export function pathWith(first?: string): string {
  const path = process.env.PATH ?? '';
  return first === undefined ? path : `${first}${delimiter}${path}`;
}

export interface ToolRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `first` stands before everything else on the search path. */
export function runTool(
  words: readonly [program: string, ...words: string[]],
  env: Readonly<Record<string, string>> = {},
  first?: string,
): ToolRun {
  const [program, ...rest] = words;
  const run = spawnSync(programPath(program) ?? program, rest, {
    encoding: 'utf8',
    timeout: 200_000,
    env: { ...process.env, ...env, PATH: pathWith(first) },
  });
  return { exitCode: run.status, stdout: run.stdout, stderr: run.stderr };
}

export interface Interpreter {
  /** Sends one value, and resolves to the answer, which is the next line. */
  ask(value: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

/**
 * A groovy script that answers each line of JSON with one: Java and groovy take seconds to start,
 * and a build then takes milliseconds.
 */
export function startGroovy(script: string): Interpreter {
  const child = spawn(programPath('groovy')!, [script], {
    // Java takes the encoding of words and file names from there.
    env: { ...process.env, JAVA_HOME: javaHome() ?? '', LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  // One that has ended takes nothing more; `ended` says why.
  child.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      words += error.message;
      resolve();
    });
    child.once('close', () => resolve());
  }).finally(forget);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(value) {
      child.stdin.write(`${JSON.stringify(value)}\n`);
      const line = await lines.next();
      if (!line.done) return JSON.parse(line.value) as unknown;
      await ended;
      throw new Error(`groovy ${script} ended: ${words}`);
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
