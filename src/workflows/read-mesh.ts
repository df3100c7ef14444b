// The first reading of a mesh: every proxy into one grid, and which backends and proxies of it
// count.

import { markServing } from '../analysis/backends.ts';
import { heardLinks } from '../analysis/heard-links.ts';
import { withoutIgnored } from '../analysis/members.ts';
import { createMeshContext, type MeshContext } from '../analysis/routed-grid.ts';
import { namesNoServer } from '../analysis/sticky.ts';
import type { EntryGrid } from '../domain/entry.ts';
import type { Settings } from '../domain/settings.ts';
import type { ProxyView } from '../domain/view.ts';
import type { MeshRun } from '../session/mesh.ts';
import type { ArchiveWriter } from '../snapshot/archive/writer.ts';
import { type CollectOptions, collect } from '../snapshot/collect.ts';
import type { GridWriter } from '../snapshot/grid/entry-grid.ts';
import { countOnce } from '../snapshot/one-process.ts';

export interface ReadOptions {
  /** Keeps the dumps. */
  readonly archive: ArchiveWriter | null;
  readonly maps: CollectOptions['maps'];
}

export async function readMesh(
  { mesh, settings, context }: MeshRun,
  grid: GridWriter,
  { archive, maps }: ReadOptions,
): Promise<readonly ProxyView[]> {
  const views = await collect(mesh.members, grid, {
    table: settings.table,
    concurrency: settings.collect.concurrency,
    // Reading saved dumps slows no proxy down.
    perRegion: mesh.kind === 'live' ? settings.collect.perRegion : Number.POSITIVE_INFINITY,
    keyLength: settings.keyLength,
    maps,
    clock: context.clock,
    signal: context.signal,
    keeper: archive,
    onProgress: (progress) => context.progress.update({ stage: 'collect', ...progress }),
  });
  for (const { name, status, trouble, table, collect: cost } of views) {
    context.log.info('proxy-read', { proxy: name, status, code: trouble?.code, entries: table?.entries ?? 0, ...cost });
  }
  return withoutIgnored(heardLinks(countOnce(views)), settings.proxies.ignorePeers);
}

/** Which backends serve the table, and which proxies' entries name servers. */
export function contextOf(
  views: readonly ProxyView[],
  grid: EntryGrid,
  { backends }: Pick<Settings, 'backends'>,
): MeshContext {
  const marked = markServing(views, (proxy) => grid.labelsOf(proxy), backends);
  return createMeshContext(marked, namesNoServer(views, grid));
}
