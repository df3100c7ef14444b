// Looking at live proxies over unix sockets, beside a Node process that reads the same dumps at the
// same time and throws them away.

import { fileURLToPath } from 'node:url';
import { configure } from '../lab/mesh/mesh-config.ts';
import type { BenchContext } from './context.ts';
import { grouped, type Line, median, seconds } from './line.ts';
import type { LiveMesh } from './live-mesh.ts';
import { alternate, type Run, run } from './measure.ts';
import { proveReport, runReport, timeVersion } from './splitbrain.ts';

const RUNS = 15;
const AT_MOST = 1.25;
/** Shorter than any entry that a proxy prints. */
const LINE_BYTES = 60;

const nullReader = fileURLToPath(new URL('null-reader.mjs', import.meta.url));

/** What reading costs anybody. Rejects where the dumps are not there in full. */
export async function readIntoNothing({ proxies, entries }: LiveMesh): Promise<Run> {
  const result = await run(process.execPath, [nullReader, ...proxies.map(({ socketPath }) => socketPath)]);
  if (Number(result.stdout) < proxies.length * entries * LINE_BYTES)
    throw new Error(`only ${result.stdout} bytes came`);
  return result;
}

/** Proves that the report says of the live mesh what is true of it: it agrees. */
export function proveLive(context: BenchContext, mesh: LiveMesh, words: readonly string[]): Promise<void> {
  const truth = { exitCode: 0, proxiesReporting: mesh.proxies.length, conferences: mesh.entries };
  return proveReport(words, { ...truth, split: 0, missing: 0, mixed: 0 }, context.scratch.folder);
}

export const spellMesh = ({ proxies, entries }: LiveMesh): string =>
  `${proxies.length} live x ${grouped(entries)} entries`;

export async function measureLive(context: BenchContext): Promise<Line[]> {
  const mesh = await context.liveMesh();
  const words = configure(context.scratch, mesh);
  await proveLive(context, mesh, words);
  context.say('report over unix sockets beside a reader of the same dumps');
  const wall = await alternate(context.runs(RUNS), {
    ours: async () => (await runReport(words, 0)).wallMs,
    reader: async () => (await readIntoNothing(mesh)).wallMs,
    ourStart: timeVersion,
    nodeStart: async () => (await run(process.execPath, ['-e', '0'])).wallMs,
  });
  const [ours, reader, ourStart, nodeStart] = [wall.ours, wall.reader, wall.ourStart, wall.nodeStart].map(median) as [
    number,
    number,
    number,
    number,
  ];
  const ratio = ours / reader;
  return [
    {
      id: 'live',
      what: `report over unix sockets, ${spellMesh(mesh)}`,
      measured: `${seconds(ours)}, of it start-up ${seconds(ourStart)}`,
      comparedWith: `reading into nothing ${seconds(reader)}, of it start-up ${seconds(nodeStart)}`,
      ratio,
      better: 'lower',
      target: `${AT_MOST} times`,
      met: context.small ? null : ratio <= AT_MOST,
      absent: null,
    },
  ];
}
