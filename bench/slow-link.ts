// One dump over a slow link, compressed on the way and not: 20 Mbit/s and 150 ms for a round trip,
// made by a forwarder that paces what it passes on.

import { startPacedForwarder } from '../lab/links/paced-forwarder.ts';
import type { BenchContext } from './context.ts';
import { absentLine, type Line, median, megabytes, seconds } from './line.ts';
import { proveLive } from './live.ts';
import { alternate } from './measure.ts';
import { runReport } from './splitbrain.ts';
import { sshMissing, startSshMesh } from './ssh-mesh.ts';

const RUNS = 3;
const AT_MOST = 1 / 3;
const LINK = { bitsPerSecond: 20_000_000, roundTripMs: 150 } as const;

export async function measureSlowLink(context: BenchContext): Promise<Line[]> {
  const target = {
    id: 'slow-link',
    what: 'report of one proxy over SSH at 20 Mbit/s, 150 ms round trip, compress: auto',
    better: 'lower',
    target: 'a third of the time',
  } as const;
  const missing = sshMissing();
  if (missing !== null) return [absentLine(target, missing)];
  const mesh = await context.liveMesh();
  const one = { ...mesh, proxies: mesh.proxies.slice(0, 1) };
  // The others share the table, and are not looked at.
  const outside = mesh.proxies.slice(1).map(({ name }) => name);
  const ssh = await startSshMesh(context.scratch);
  const link = await startPacedForwarder({ host: '127.0.0.1', port: ssh.port, ...LINK });
  try {
    const [auto, never] = (['auto', 'never'] as const).map((compress) =>
      ssh.configure(one.proxies, compress, { port: link.port, outside }),
    ) as [readonly string[], readonly string[]];
    const bytesOf = async (words: readonly string[]): Promise<number> => {
      const before = link.bytesToClient();
      await proveLive(context, one, words);
      return link.bytesToClient() - before;
    };
    context.say('report over a slow link, compressed and not');
    const bytes = { auto: await bytesOf(auto), never: await bytesOf(never) };
    const wall = await alternate(context.runs(RUNS), {
      auto: async () => (await runReport(auto, 0)).wallMs,
      never: async () => (await runReport(never, 0)).wallMs,
    });
    const [autoMs, neverMs] = [median(wall.auto), median(wall.never)];
    const ratio = autoMs / neverMs;
    return [
      {
        ...target,
        measured: `${seconds(autoMs)}, ${megabytes(bytes.auto)} on the link`,
        comparedWith: `compress: never ${seconds(neverMs)}, ${megabytes(bytes.never)}`,
        ratio,
        met: context.small ? null : ratio <= AT_MOST,
        absent: null,
      },
    ];
  } finally {
    await link.close();
    await ssh.stop();
  }
}
