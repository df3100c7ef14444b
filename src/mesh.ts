// What a run works on: the proxies of a mesh, each with the way to read it, and the process that
// the run is in.

import type { Clock } from './clock.ts';
import type { Inventory } from './domain/proxy.ts';
import type { Settings } from './domain/settings.ts';
import type { Log } from './log.ts';
import type { Progress } from './progress.ts';
import { createTableReader } from './runtime-api/table-reader.ts';
import type { Member } from './snapshot/collect.ts';
import { type OpenTransport, transportsOf } from './transport/open.ts';

/** What a run takes from the process it runs in. */
export interface Edge {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly progress: Progress;
  readonly run: Run & { readonly meshWords: readonly string[] };
}

/** What tells a run from every other. */
export interface Run {
  readonly id: string;
  readonly command: string;
  readonly version: string;
}

/** The mesh of a run. `source` is the folder of saved dumps, `null` for live proxies. */
export interface Mesh {
  readonly members: readonly Member[];
  readonly expected: Inventory['expected'];
  readonly source: string | null;
}

/** Live proxies as members of a mesh; nothing is opened before it is asked. */
export function openMesh(inventory: Inventory, settings: Settings): Mesh {
  const { timeoutMs } = settings.collect;
  const open = openTransports(settings, settings.collect.compress);
  const members = inventory.proxies.map((target) => ({
    target,
    reader: createTableReader(open(target), settings.table, timeoutMs),
  }));
  return { members, expected: inventory.expected, source: null };
}

/** Ways to the proxies of a run; only dumps are worth compressing. */
export function openTransports(
  { ssh, collect: { timeoutMs, firstByteMs } }: Settings,
  compress: Settings['collect']['compress'] = 'never',
): OpenTransport {
  return transportsOf({ ssh, compress, patience: { timeoutMs, firstByteMs } });
}

export async function closeMesh(mesh: Mesh): Promise<void> {
  await Promise.all(mesh.members.map(({ reader }) => reader.close()));
}
