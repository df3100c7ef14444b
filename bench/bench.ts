// Measures `splitbrain report` over saved dumps, as a whole process, beside mawk merely grouping the same lines.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Dumps, generate } from './generate.ts';
import { medianRun, type Run, runNode, runProgram } from './measure.ts';
import type { MeshSize } from './mesh-dumps.ts';

const project = fileURLToPath(new URL('../', import.meta.url));
const program = join(project, 'dist/src/main.js');
const groupLines = '/^0x/{n++; s[$2]=s[$2]" "$6} END{for(k in s)c++; print n,c}';

const options = {
  proxies: { type: 'string' },
  entries: { type: 'string' },
  small: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  runs: { type: 'string', default: '5' },
} as const;

type Flags = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

function wholeNumber(text: string, name: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`--${name} takes a number of at least 1, not ${text}`);
}

function sizeFromFlags(flags: Flags): MeshSize {
  const [proxies, entries] = flags.small ? ['10', '50000'] : ['20', '200000'];
  const size = {
    proxies: wholeNumber(flags.proxies ?? proxies, 'proxies'),
    entries: wholeNumber(flags.entries ?? entries, 'entries'),
  };
  return { ...size, differences: Math.max(1, Math.min(300, Math.floor(size.entries / 20))) };
}

/** Also warms the page cache. Speed is worth nothing where the answer is wrong: what was planted must be found, and nothing else. */
async function proveAnswer({ folder }: Dumps, { differences }: MeshSize): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'splitbrain-bench-'));
  try {
    const path = join(scratch, 'report.json');
    const { exitCode } = await runNode([program, 'report', '--log-level', 'silent', '--from', folder, '--json', path]);
    const { counts } = JSON.parse(readFileSync(path, 'utf8')) as { counts: Readonly<Record<string, number>> };
    const found = { exitCode, split: counts.split, missing: counts.missing, mixed: counts.mixed };
    const planted = { exitCode: 2, split: differences, missing: differences, mixed: 0 };
    if (JSON.stringify(found) !== JSON.stringify(planted))
      throw new Error(`the report is wrong: it says ${JSON.stringify(found)}, planted was ${JSON.stringify(planted)}`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

async function repeat<R>(runs: number, run: () => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let n = 0; n < runs; n++) results.push(await run());
  return results;
}

const fastest = (runs: readonly Run[]): number => Math.min(...runs.map(({ wallMs }) => wallMs));

/** A line a figure; the ratio to mawk, `null` where there is no mawk. */
async function measure(dumps: Dumps, runs: number): Promise<number | null> {
  const words = [program, 'report', '--log-level', 'silent', '--from', dumps.folder];
  const ours = await repeat(runs, () => runNode(words));
  const { wallMs, cpuMs } = medianRun(ours);
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  console.log(`dumps        ${megabytes(dumps.bytes)} in ${dumps.tables.length} files`);
  console.log(
    `wall         ${seconds(wallMs)} (median of ${runs}: ${ours.map((run) => seconds(run.wallMs)).join(', ')})`,
  );
  console.log(`throughput   ${Math.round(dumps.bytes / 1e6 / (wallMs / 1000))} MB/s`);
  console.log(`CPU          ${seconds(cpuMs)} user and system`);
  console.log(`peak memory  ${megabytes(Math.max(...ours.map((run) => run.peakBytes)))}`);
  const grouped = (await repeat(3, () => runProgram('mawk', [groupLines, ...dumps.tables]))).filter(
    (run) => run !== null,
  );
  if (grouped.length === 0) {
    console.log('mawk         is not here to compare with');
    return null;
  }
  // By the fastest run of each: what else the machine does only ever adds time.
  const ratio = fastest(grouped) / fastest(ours);
  console.log(
    `mawk         ${seconds(medianRun(grouped).wallMs)} merely to group the lines; ours runs ${ratio.toFixed(2)} times as fast`,
  );
  return ratio;
}

/** Gross loss only: machines differ, and so does the load on them. */
function check(ratio: number | null): boolean {
  const { small } = JSON.parse(readFileSync(new URL('baseline.json', import.meta.url), 'utf8')) as { small: number };
  if (ratio !== null && ratio >= small / 2) return true;
  const found = ratio === null ? 'there is no mawk' : `ours runs ${ratio.toFixed(2)} times as fast as mawk`;
  console.error(`${found}; at least half of ${small} (bench/baseline.json) is wanted`);
  return false;
}

async function bench(): Promise<void> {
  const flags = parseArgs({ options }).values;
  if (flags.check && !flags.small) throw new Error('--check compares with a baseline that holds for --small');
  const [size, runs] = [sizeFromFlags(flags), wholeNumber(flags.runs, 'runs')];
  const dumps = await generate(join(project, '.cache/bench'), size);
  await proveAnswer(dumps, size);
  const ratio = await measure(dumps, runs);
  if (flags.check && !check(ratio)) process.exitCode = 1;
}

try {
  await bench();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
