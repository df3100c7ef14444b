// What a run costs before there is anything to read: `--version`, and a whole look at a small mesh
// that disagrees.

import { shardId } from '../lab/haproxy/haproxy-config.ts';
import { startMesh } from '../lab/mesh/mesh.ts';
import { configure } from '../lab/mesh/mesh-config.ts';
import type { BenchContext } from './context.ts';
import { type Line, median, milliseconds, seconds } from './line.ts';
import { untilFull } from './live-mesh.ts';
import { alternate, run } from './measure.ts';
import { keyOf } from './mesh-dumps.ts';
import { proveReport, runReport, timeVersion } from './splitbrain.ts';

const RUNS = 9;
const LOOKS = 5;
const VERSION_MS = 150;
const LOOK_MS = 1_000;
const SETTLE_MS = 1_000;
const ENTRIES = 100;

export async function measureStartUp(context: BenchContext): Promise<Line[]> {
  return [await versionLine(context), await lookLine(context)];
}

async function versionLine(context: BenchContext): Promise<Line> {
  context.say('splitbrain --version');
  const wall = await alternate(context.runs(RUNS), {
    ours: timeVersion,
    node: async () => (await run(process.execPath, ['-e', '0'])).wallMs,
  });
  const [ours, node] = [median(wall.ours), median(wall.node)];
  return {
    id: 'start-up',
    what: 'splitbrain --version',
    measured: milliseconds(ours),
    comparedWith: `node -e 0 ${milliseconds(node)}`,
    ratio: ours / node,
    better: 'lower',
    target: milliseconds(VERSION_MS),
    met: ours <= VERSION_MS,
    absent: null,
  };
}

/**
 * A look finds the split, waits for it to settle, and looks again: of the whole, the settle time is
 * what was asked for.
 */
async function lookLine(context: BenchContext): Promise<Line> {
  context.say('a run on a mesh of three proxies with a split conference');
  const mesh = await startMesh();
  try {
    await mesh.fill(0, ENTRIES, (n) => ({ key: keyOf(n), serverId: shardId(n % mesh.shards.length) }));
    await Promise.all(mesh.proxies.map((_, proxy) => untilFull(mesh, proxy, ENTRIES)));
    await mesh.split(
      ['all-hands'],
      [
        { proxies: [0, 1], shard: 0 },
        { proxies: [2], shard: 1 },
      ],
    );
    const words = configure(context.scratch, mesh, { lines: [`confirm: { reads: 2, settle: ${SETTLE_MS}ms }`] });
    const found = { split: 1, missing: 0, mixed: 0 };
    const truth = { exitCode: 2, proxiesReporting: mesh.proxies.length, conferences: ENTRIES + 1, ...found };
    await proveReport(words, truth, context.scratch.folder);
    const wall: number[] = [];
    for (let n = context.runs(LOOKS); n > 0; n--) wall.push((await runReport(words, 2)).wallMs);
    const beyond = median(wall) - SETTLE_MS;
    return {
      id: 'start-up look',
      what: `report of ${mesh.proxies.length} live x ${ENTRIES} entries, one conference split, two looks`,
      measured: `${seconds(beyond)} and the settle time of ${seconds(SETTLE_MS)}`,
      comparedWith: '',
      ratio: null,
      better: 'lower',
      target: `${seconds(LOOK_MS)} and the settle time`,
      met: beyond <= LOOK_MS,
      absent: null,
    };
  } finally {
    await mesh.stop();
  }
}
