// Debian's groovy and Jenkins Job Builder, where they are: tests that need one say loudly when it
// is not there.

import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

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
  const path = first === undefined ? process.env.PATH : `${first}${delimiter}${process.env.PATH}`;
  const run = spawnSync(programPath(program) ?? program, rest, {
    encoding: 'utf8',
    timeout: 200_000,
    env: { ...process.env, JAVA_HOME: javaHome() ?? '', ...env, PATH: path },
  });
  return { exitCode: run.status, stdout: run.stdout, stderr: run.stderr };
}
