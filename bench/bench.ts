// `npm run bench`: measures what the program promises of speed and memory, and prints one line a
// target.

import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { haproxyBinaries } from '../lab/haproxy/haproxy-binary.ts';
import { grossLosses, readBaseline, whatToDo } from './check.ts';
import { type BenchContext, prepareContext } from './context.ts';
import { type Flags, helpText, type MeasurementName, measurementNames, readFlags } from './flags.ts';
import { absentLine, type Line } from './line.ts';
import { lookAtMachine } from './machine.ts';
import { type Results, renderMarkdown, renderText } from './table.ts';

/** Runnable processes over the last minute. A bench of a minute ago leaves less behind. */
const QUIET_LOAD = 1;

interface Measurement {
  /** Whether it says anything at the size of CI. */
  readonly small: boolean;
  readonly needsHaproxy: boolean;
  /** Loaded when it runs: each has its own. */
  readonly load: () => Promise<(context: BenchContext) => Promise<Line[]>>;
}

const measurements: Readonly<Record<MeasurementName, Measurement>> = {
  'start-up': {
    small: true,
    needsHaproxy: true,
    load: async () => (await import('./start-up.ts')).measureStartUp,
  },
  'report-from': {
    small: true,
    needsHaproxy: false,
    load: async () => (await import('./report-from.ts')).measureReportFrom,
  },
  memory: { small: false, needsHaproxy: false, load: async () => (await import('./memory.ts')).measureMemory },
  live: { small: true, needsHaproxy: true, load: async () => (await import('./live.ts')).measureLive },
  ssh: { small: true, needsHaproxy: true, load: async () => (await import('./ssh.ts')).measureSsh },
  'slow-link': { small: false, needsHaproxy: true, load: async () => (await import('./slow-link.ts')).measureSlowLink },
  'heal-far': { small: false, needsHaproxy: true, load: async () => (await import('./heal-far.ts')).measureHealFar },
  busy: { small: false, needsHaproxy: true, load: async () => (await import('./busy.ts')).measureBusy },
  census: { small: true, needsHaproxy: false, load: async () => (await import('./census.ts')).measureCensus },
};

/** One that fails costs only its own lines. */
async function measure(name: MeasurementName, context: BenchContext): Promise<readonly Line[]> {
  const { needsHaproxy, load } = measurements[name];
  const target = { id: name, what: name, better: 'lower', target: '' } as const;
  if (needsHaproxy && haproxyBinaries().length === 0) return [absentLine(target, 'HAProxy is not installed')];
  try {
    return await (await load())(context);
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    return [absentLine(target, `it failed: ${(error as Error).message.split('\n')[0]}`)];
  }
}

async function bench(flags: Flags): Promise<void> {
  const names = flags.only ?? measurementNames.filter((name) => !flags.small || measurements[name].small);
  const context = prepareContext(flags);
  const [load = 0] = loadavg();
  if (load > QUIET_LOAD)
    context.say(`this machine is busy (load ${load.toFixed(1)}): what follows is slower than it could be`);
  const lines: Line[] = [];
  try {
    for (const name of names) lines.push(...(await measure(name, context)));
  } finally {
    await context.close();
  }
  const results: Results = { machine: lookAtMachine(), measurements: names, lines };
  process.stdout.write(flags.markdown ? renderMarkdown(results) : renderText(results));
  if (flags.json !== null) writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
  if (!flags.check) return;
  const losses = grossLosses(lines, readBaseline());
  if (losses.length === 0) return;
  process.exitCode = 1;
  console.error(['', 'bench --check:', ...losses.map((loss) => `  ${loss}`), whatToDo].join('\n'));
}

function flagsOrUsage(): Flags | null {
  try {
    return readFlags(process.argv.slice(2));
  } catch (error) {
    console.error(`bench: ${(error as Error).message}\n\n${helpText}`);
    process.exitCode = 64;
    return null;
  }
}

const flags = flagsOrUsage();
if (flags?.help) console.log(helpText);
else if (flags) await bench(flags);
