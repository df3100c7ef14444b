// Runs the built `splitbrain` as a user would: a child process with an environment of its own,
// whose words are judged each time.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { atExit } from '../../lab/at-exit.ts';
import { program } from '../../lab/program.ts';
import { until } from '../../lab/until.ts';
import type { ReportFile } from './report-file.ts';

const schema = new URL('../../schema/report.schema.json', import.meta.url);

export interface SplitbrainOptions {
  /** Beside a plain environment: UTF-8, an empty home, no colours asked for, no SSH agent. */
  readonly env?: Readonly<Record<string, string>>;
  /** Colours and cursor movements are wanted: they are no fault. */
  readonly colours?: boolean;
  /** `report` is not given `--json` by itself. */
  readonly addsJson?: false;
  /** `closed`: nobody reads standard output any more. A path: it goes there. */
  readonly stdout?: 'closed' | `/${string}`;
  readonly stderr?: 'closed' | `/${string}`;
  /** A program and its words that run what follows them, such as `unshare --pid --fork`. */
  readonly within?: readonly string[];
  /** Address space in KB: `ulimit -v` of the shell that becomes the program. */
  readonly addressSpaceKb?: number;
  /** What comes on standard input; default nothing. */
  readonly stdin?: string;
}

/**
 * `exitCode` is `null` where a signal ended the process. `report` is what `--json` wrote, checked
 * against the schema; `null` where it wrote none.
 */
export interface SplitbrainRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: ReportFile | null;
}

export interface RunningSplitbrain {
  readonly ended: Promise<SplitbrainRun>;
  /** Resolves when standard error holds the text. */
  untilStderr(text: string): Promise<void>;
  kill(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): void;
}

/**
 * `report` takes `--json` by itself; the text is in `stdout`. Rejects where the program shows a
 * stack trace or control bytes, or breaks its schema.
 */
export function startSplitbrain(args: readonly string[], options: SplitbrainOptions = {}): RunningSplitbrain {
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
  const home = mkdtempSync(join(tmpdir(), 'splitbrain-run-'));
  const clear = () => rmSync(home, { recursive: true, force: true });
  const forget = atExit(clear);
  const addsJson = options.addsJson !== false && args[0] === 'report' && !args.includes('--json');
  const jsonPath = join(home, 'report.json');
  const words = [program, ...(addsJson ? ['report', '--json', jsonPath, ...args.slice(1)] : args)];
  const env = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', ...options.env };
  const opened: number[] = [];
  const goesTo = (place: SplitbrainOptions['stdout']) => {
    if (place === undefined || place === 'closed') return 'pipe';
    opened.push(openSync(place, 'w'));
    return opened.at(-1)!;
  };
  const limit = options.addressSpaceKb === undefined ? [] : limitedTo(options.addressSpaceKb);
  const command = [...(options.within ?? []), ...limit, process.execPath, ...words];
  const child = spawn(command[0]!, command.slice(1), {
    env,
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', goesTo(options.stdout), goesTo(options.stderr)],
  });
  child.stdin?.on('error', () => {}).end(options.stdin);
  for (const file of opened) closeSync(file);
  const forgetChild = atExit(() => child.kill('SIGKILL'));
  const said = { out: '', err: '' };
  if (options.stdout === 'closed') child.stdout?.destroy();
  if (options.stderr === 'closed') child.stderr?.destroy();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said.err += text;
  });

  async function end(): Promise<SplitbrainRun> {
    try {
      const exitCode = await closed(child);
      const written = addsJson && existsSync(jsonPath) ? readFileSync(jsonPath, 'utf8') : '';
      const report = written === '' ? null : readReport(written);
      const run = { exitCode, stdout: said.out, stderr: said.err, report };
      requireGoodManners(run, options.colours === true);
      const left = readdirSync(home).filter((name) => report === null || name !== 'report.json');
      if (left.length > 0) throw new Error(`splitbrain left ${left.join(', ')} behind`);
      return run;
    } finally {
      forgetChild();
      clear();
      forget();
    }
  }

  return {
    ended: end(),
    untilStderr: async (text) => {
      await until(
        () => `standard error holds ${text}; it holds ${said.err}`,
        async () => said.err.includes(text) || null,
      );
    },
    kill: (signal) => void child.kill(signal),
  };
}

function limitedTo(addressSpaceKb: number): readonly string[] {
  return ['sh', '-c', `ulimit -v ${addressSpaceKb} && exec "$@"`, 'sh'];
}

export function runSplitbrain(args: readonly string[], options?: SplitbrainOptions): Promise<SplitbrainRun> {
  return startSplitbrain(args, options).ended;
}

/** A run of `report` that must have written its report. */
export async function runReport(
  args: readonly string[],
  options?: SplitbrainOptions,
): Promise<SplitbrainRun & { readonly report: ReportFile }> {
  const run = await runSplitbrain(['report', ...args], options);
  if (run.report === null) throw new Error(`no report, exit code ${run.exitCode}: ${run.stderr}`);
  return { ...run, report: run.report };
}

let validate: ValidateFunction<ReportFile> | undefined;

/** Rejects what is not a report by the published schema. */
export function readReport(text: string): ReportFile {
  validate ??= new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    validateFormats: false,
  }).compile<ReportFile>(JSON.parse(readFileSync(schema, 'utf8')));
  const value: unknown = JSON.parse(text);
  if (validate(value)) return value;
  throw new Error(`the report breaks its schema: ${JSON.stringify(validate.errors, null, 1)}`);
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** What holds for every run of every test. Log lines are JSON and may carry a stack. */
function requireGoodManners({ exitCode, stdout, stderr, report }: SplitbrainRun, colours: boolean): void {
  const words = stderr.split('\n').filter((line) => !line.startsWith('{'));
  const faults = [
    ...(words.some((line) => /^\s+at .*:\d+:\d+/.test(line)) ? ['a stack trace'] : []),
    ...(!colours && /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout + stderr) ? ['control bytes'] : []),
    ...(report !== null && report.exitCode !== exitCode
      ? [`exit code ${exitCode}, but ${report.exitCode} in the report`]
      : []),
  ];
  if (faults.length > 0) throw new Error(`splitbrain showed ${faults.join(' and ')}:\n${stdout}\n${stderr}`);
}
