// `report --from` over the saved dumps of a large mesh, as a whole process, beside mawk merely
// grouping the same lines.

import type { BenchContext } from './context.ts';
import { type Dumps, generate } from './generate.ts';
import { absentLine, grouped, type Line, median, megabytes, seconds, type Target } from './line.ts';
import { alternate, type CountedRun, run } from './measure.ts';
import type { MeshSize } from './mesh-dumps.ts';
import { proveReport, runReportCounted } from './splitbrain.ts';

const groupLines = '/^0x/{n++; s[$2]=s[$2]" "$6} END{for(k in s)c++; print n,c}';
const RUNS = 5;
const FASTER = 7;
const PEAK_BYTES = 250e6;

/** As large as a table of findings gets on a bad day: 300 conferences split, 300 missing. */
export function sizeOf(proxies: number, entries: number, orders: MeshSize['orders'] = 'one'): MeshSize {
  return { proxies, entries, differences: Math.max(1, Math.min(300, Math.floor(entries / 20))), orders };
}

export const spellSize = ({ proxies, entries }: MeshSize): string => `${proxies} x ${grouped(entries)} entries`;

export async function measureReportFrom(context: BenchContext): Promise<Line[]> {
  if (context.small) return measureOne(context, sizeOf(10, 50_000));
  const lines: Line[] = [];
  for (const orders of ['one', 'two', 'own'] as const)
    lines.push(...(await measureOne(context, sizeOf(20, 200_000, orders))));
  return lines;
}

async function measureOne(context: BenchContext, size: MeshSize): Promise<Line[]> {
  const dumps = await provenDumps(context, size);
  const [speed, memory] = targets(size, dumps);
  context.say(`report --from beside mawk, ${spellSize(size)}`);
  const ours = () => runReportCounted(['--from', dumps.folder]);
  const mawk = await alternate(context.runs(RUNS), {
    ours,
    mawk: () => run('mawk', [groupLines, ...dumps.tables]),
  }).catch(withoutMawk);
  if (mawk === null) {
    const alone = await alternate(context.runs(RUNS), { ours });
    return [absentLine(speed, 'mawk is not installed'), memoryLine(memory, alone.ours, context)];
  }
  const [oursMs, mawkMs] = [mawk.ours, mawk.mawk].map((runs) => median(runs.map(({ wallMs }) => wallMs))) as [
    number,
    number,
  ];
  const cpuMs = median(mawk.ours.map((each) => each.cpuMs));
  const ratio = mawkMs / oursMs;
  return [
    {
      ...speed,
      measured: `${seconds(oursMs)}, ${Math.round(dumps.bytes / 1e3 / oursMs)} MB/s, ${seconds(cpuMs)} of CPU`,
      comparedWith: `mawk ${seconds(mawkMs)}`,
      ratio,
      met: context.small ? null : ratio >= FASTER,
      absent: null,
    },
    memoryLine(memory, mawk.ours, context),
  ];
}

function targets(size: MeshSize, dumps: Dumps): [Target, Target] {
  const suffix = { one: '', two: ' in two orders', own: ' in orders of their own' }[size.orders];
  const what = `report --from, ${spellSize(size)}, ${megabytes(dumps.bytes)}${suffix}`;
  return [
    { id: `report-from${suffix}`, what, better: 'higher', target: `mawk takes ${FASTER} times as long` },
    {
      id: `report-from memory${suffix}`,
      what: `its peak memory, ${spellSize(size)}${suffix}`,
      better: 'lower',
      target: `${megabytes(PEAK_BYTES)}`,
    },
  ];
}

function memoryLine(target: Target, runs: readonly CountedRun[], { small }: BenchContext): Line {
  const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes));
  const met = small ? null : peak <= PEAK_BYTES;
  return { ...target, measured: megabytes(peak), comparedWith: '', ratio: null, met, absent: null };
}

/** Dumps of which the report finds what was planted, and nothing else. */
export async function provenDumps(context: BenchContext, size: MeshSize): Promise<Dumps> {
  const dumps = await generate(context.cache, size, context.say);
  const { proxies, entries, differences } = size;
  const planted = { split: differences, missing: differences, mixed: 0 };
  const truth = { exitCode: 2, proxiesReporting: proxies, conferences: entries, ...planted };
  await proveReport(['--from', dumps.folder], truth, context.scratch.folder);
  return dumps;
}

function withoutMawk(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
