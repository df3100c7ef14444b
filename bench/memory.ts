// What the peak memory of `report --from` grows with: conferences, not proxies times conferences.

import { rmSync } from 'node:fs';
import { atExit } from '../lab/at-exit.ts';
import type { BenchContext } from './context.ts';
import { type Line, megabytes, seconds } from './line.ts';
import type { MeshSize } from './mesh-dumps.ts';
import { provenDumps, sizeOf, spellSize } from './report-from.ts';
import { runReportCounted } from './splitbrain.ts';

const RUNS = 2;
const GROWTH = 1.3;
const PEAK_BYTES = 700e6;

interface Peak {
  readonly bytes: number;
  readonly wallMs: number;
}

/**
 * Every proxy's dump is a file of its own, with its own pointers and times; those of 2.5 GB are
 * deleted at once unless they are to be kept.
 */
export async function measureMemory(context: BenchContext): Promise<Line[]> {
  const base = await peakOf(context, sizeOf(20, 200_000), true);
  const wide = await peakOf(context, sizeOf(100, 200_000), context.keep);
  const long = await peakOf(context, sizeOf(20, 1_000_000), context.keep);
  const ratio = wide.bytes / base.bytes;
  return [
    {
      id: 'memory by proxies',
      what: `peak memory of report --from, ${spellSize(sizeOf(100, 200_000))}`,
      measured: spell(wide),
      comparedWith: `${spellSize(sizeOf(20, 200_000))}: ${megabytes(base.bytes)}`,
      ratio,
      better: 'lower',
      target: `${GROWTH} times`,
      met: ratio <= GROWTH,
      absent: null,
    },
    {
      id: 'memory by conferences',
      what: `peak memory of report --from, ${spellSize(sizeOf(20, 1_000_000))}`,
      measured: spell(long),
      comparedWith: '',
      ratio: null,
      better: 'lower',
      target: megabytes(PEAK_BYTES),
      met: long.bytes <= PEAK_BYTES,
      absent: null,
    },
  ];
}

const spell = ({ bytes, wallMs }: Peak): string => `${megabytes(bytes)} (in ${seconds(wallMs)})`;

/** The largest of all runs, and the shortest time. */
async function peakOf(context: BenchContext, size: MeshSize, keep: boolean): Promise<Peak> {
  const remove = () =>
    rmSync(`${context.cache}/${size.proxies}x${size.entries}-${size.orders}`, { recursive: true, force: true });
  const forget = keep ? () => {} : atExit(remove);
  try {
    const { folder } = await provenDumps(context, size);
    context.say(`peak memory of ${spellSize(size)}`);
    const peak = { bytes: 0, wallMs: Number.POSITIVE_INFINITY };
    for (let n = context.runs(RUNS); n > 0; n--) {
      const { peakBytes, wallMs } = await runReportCounted(['--from', folder]);
      peak.bytes = Math.max(peak.bytes, peakBytes);
      peak.wallMs = Math.min(peak.wallMs, wallMs);
    }
    return peak;
  } finally {
    if (!keep) remove();
    forget();
  }
}
