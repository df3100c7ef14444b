// A heal over a long distance: one of three proxies lost thousands of entries, and they are filled
// in and verified. The round trip to every proxy is 200 ms.

import { haproxyBinaries } from '../lab/haproxy/haproxy-binary.ts';
import { startPacedForwarder } from '../lab/links/paced-forwarder.ts';
import { startMesh } from '../lab/mesh/mesh.ts';
import { configure } from '../lab/mesh/mesh-config.ts';
import type { BenchContext } from './context.ts';
import { grouped, type Line, seconds } from './line.ts';
import { runProgram } from './splitbrain.ts';

const ENTRIES = 20_000;
const AT_MOST_MS = 60_000;
const LINK = { host: '127.0.0.1', bitsPerSecond: 1_000_000_000, roundTripMs: 200 } as const;

const nameOf = (n: number) => `room-${n}@conference.example.com`;

export async function measureHealFar(context: BenchContext): Promise<Line[]> {
  const newest = haproxyBinaries().at(-1)!;
  context.say(`a heal of ${grouped(ENTRIES)} entries over a round trip of ${LINK.roundTripMs} ms`);
  const mesh = await startMesh({ level: 'admin', binary: newest.command });
  const links = await Promise.all(
    mesh.proxies.map(({ statsPort }) => startPacedForwarder({ ...LINK, port: statsPort })),
  );
  try {
    await mesh.fill(0, ENTRIES, (n) => ({ key: nameOf(n), serverId: 11 + (n % 3) }));
    for (const i of [1, 2]) await mesh.untilEntry(i, nameOf(ENTRIES - 1), (entry) => entry !== undefined);
    await mesh.command(2, 'clear table nodes');
    const endpoints = Object.fromEntries(
      mesh.proxies.map(({ name }, i) => [name, `tcp://127.0.0.1:${links[i]!.port}`]),
    );
    const lines = [`heal: { journal: ${context.scratch.folder}/journal, settle: 2s }`];
    const words = ['heal', '--yes', ...configure(context.scratch, mesh, { endpoints, lines })];
    const { wallMs } = await runProgram(words, 0);
    return [
      {
        id: 'heal-far',
        what: `heal of ${grouped(ENTRIES)} missing entries, 200 ms round trip, 3 live`,
        measured: `${seconds(wallMs)}, all verified`,
        comparedWith: '',
        ratio: null,
        better: 'lower',
        target: seconds(AT_MOST_MS),
        met: wallMs <= AT_MOST_MS,
        absent: null,
      },
    ];
  } finally {
    await Promise.all(links.map((link) => link.close()));
    await mesh.stop();
  }
}
