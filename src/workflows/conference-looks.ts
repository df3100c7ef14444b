// Looks at some conferences alone, and at the names of all: what `explain` stands on.

import type { KeyList } from '../domain/entry.ts';
import type { ProxyView } from '../domain/view.ts';
import type { MeshRun } from '../session/mesh.ts';
import { membersAsking, sampleKeys } from '../snapshot/asking-members.ts';
import { collect, type Member } from '../snapshot/collect.ts';
import { createEntryGrid } from '../snapshot/grid/entry-grid.ts';
import { createKeyTable } from '../snapshot/grid/key-table.ts';
import { seed } from './confirm-suspects.ts';
import { type Looked, lookAtKeys } from './look.ts';

/** How a look at some conferences reads the proxies. */
export interface KeysLook {
  /** Whether whole dumps are read, which show an entry that a table holds twice. */
  readonly byDump: boolean;
  readonly waits: boolean;
}

/**
 * The look of every command, at these keys alone. Each proxy is asked for them, and for a few other
 * entries, which show what its ids mean and how long entries live there.
 */
export async function lookAtConferences(
  run: MeshRun,
  wanted: readonly string[],
  { byDump, waits }: KeysLook,
): Promise<Looked> {
  const { mesh, settings, context } = run;
  const { concurrency } = settings.collect;
  const sample = await sampleKeys(mesh.members, { concurrency, signal: context.signal });
  const keys = [...new Set([...wanted, ...sample.keys])];
  const asking = { table: settings.table, keys, isSpread: sample.isSpread };
  // A saved dump is read to its end for one key as for all.
  const isWhole = byDump || mesh.kind === 'saved';
  const members: readonly Member[] = isWhole ? mesh.members : membersAsking(mesh.members, asking);
  return lookAtKeys({ ...run, mesh: { ...mesh, members } }, { waits, only: { keys, judged: wanted.length } });
}

/** Every name that the tables hold now. */
export interface AllNames {
  readonly keys: KeyList;
  readonly views: readonly ProxyView[];
}

export async function readAllNames({ mesh, settings, context }: MeshRun): Promise<AllNames> {
  const keys = createKeyTable(seed());
  const proxyCount = mesh.members.length;
  const grid = createEntryGrid({ keys, proxyCount, admitsNewKeys: true, keepsExpiries: false });
  const views = await collect(mesh.members, grid, {
    table: settings.table,
    concurrency: settings.collect.concurrency,
    perRegion: mesh.kind === 'live' ? settings.collect.perRegion : Number.POSITIVE_INFINITY,
    keyLength: settings.keyLength,
    maps: null,
    clock: context.clock,
    signal: context.signal,
    keeper: null,
    onProgress: (progress) => context.progress.update({ stage: 'search', ...progress }),
  });
  return { keys, views };
}
