// Two looks against each other: snapshots, or a snapshot and the live mesh.

import { realpathSync } from 'node:fs';
import { lockNotes } from '../analysis/lock-notes.ts';
import { routeGrid, withNewViews } from '../analysis/routed-grid.ts';
import type { LaterLook } from '../checklist/change-list.ts';
import { type Compared, type ComparedLooks, compareLooks } from '../checklist/compare.ts';
import { pairProxies } from '../checklist/proxy-changes.ts';
import type { Side } from '../checklist/side.ts';
import { unfitToCompare } from '../checklist/unfit.ts';
import { NAMELESS } from '../config/flags.ts';
import { lookAgain } from '../confirm/look-again.ts';
import { usualMaps } from '../domain/discovery.ts';
import { environmentLock, type SeenLock } from '../domain/lock.ts';
import { ConfigError } from '../errors.ts';
import { writeOut } from '../process/output.ts';
import { comparisonJson } from '../report/compare-json.ts';
import { renderComparison } from '../report/compare-text.ts';
import { nextLockCommand } from '../report/next-command.ts';
import { describeTerminal } from '../report/terminal.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import { type CompareFlags, type NamedSides, namedSides } from '../session/compare-flags.ts';
import type { Call, Mesh, MeshRun } from '../session/mesh.ts';
import { configOf } from '../session/mesh-flags.ts';
import { savedTable } from '../snapshot/archive/reader.ts';
import { createEntryGrid } from '../snapshot/grid/entry-grid.ts';
import { createKeyTable, type KeyTable } from '../snapshot/grid/key-table.ts';
import { seed } from './confirm-suspects.ts';
import { contextOf, readMesh } from './read-mesh.ts';

/** The remaining lives of 25 proxies with 800,000 entries each. */
const EXPIRY_BYTES = 80_000_000;

/** The words that may stand for the first folder of each side. */
interface Words {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Resolves to the exit code; rejects with `ConfigError` before a proxy is asked. */
export async function compareCommand(words: Words, flags: CompareFlags, call: Call): Promise<number> {
  const sides = namedSides(words, flags);
  refuseSameFolder(sides);
  const { before: _before, after: _after, live: _live, ...given } = flags;
  const from = sides.after === null ? {} : { from: sides.after };
  const isConfigured = configOf({ ...given, ...from }) !== undefined;
  // The snapshot knows its table, where nothing else names one.
  const table = given.table ?? (isConfigured ? undefined : (savedTable(sides.before[0]!) ?? undefined));
  const meshFlags = { ...given, ...from, ...(table !== undefined && { table }) };
  return withCommandRun(meshFlags, call, (commandRun) => tellComparison(commandRun, sides));
}

function refuseSameFolder({ before, after }: NamedSides): void {
  const places = new Map(before.map((folder) => [placeOf(folder), folder]));
  const complaints = (after ?? []).flatMap((folder) => {
    const same = places.get(placeOf(folder));
    return same === undefined
      ? []
      : [`${folder}: this is the same folder as ${same} of BEFORE: nothing would be compared`];
  });
  if (complaints.length > 0) throw new ConfigError(complaints);
}

/** Opening a folder that is not there reports it. */
function placeOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

async function tellComparison(commandRun: CommandRun, sides: NamedSides): Promise<number> {
  const { context, files } = commandRun;
  const comparison = await compareSides(commandRun, sides);
  context.progress.stop();
  await files.writeJsonPieces(comparisonJson(comparison, context.run));
  await files.writePages(async () =>
    (await import('../report/html/comparison-page.ts')).comparisonPages(comparison, context.run),
  );
  if (!files.takeStandardOutput)
    await writeOut(renderComparison(comparison, context.run, describeTerminal(process.stdout, process.env)));
  return comparison.exitCode;
}

async function compareSides(run: MeshRun, { before, after }: NamedSides): Promise<Compared['comparison']> {
  const { settings } = run;
  const { openSavedMesh } = await import('../session/saved-mesh.ts');
  const keys = createKeyTable(seed());
  const saved = openSavedMesh(before, settings.table);
  const former = await readSide({ ...run, mesh: saved.mesh }, keys, { ...saved.parts });
  const parts = after === null ? null : openSavedMesh(after, settings.table).parts;
  const later = await readSide(
    run,
    keys,
    parts ?? { folders: [], environment: settings.environment, takenAt: null, expected: run.mesh.expected },
  );
  const unfit = unfitToCompare(former, later, pairProxies(former.look.context.views, later.look.context.views));
  if (unfit.length > 0) throw new ConfigError(unfit);
  const looks: ComparedLooks = {
    environment: later.environment ?? former.environment ?? settings.environment,
    table: settings.table,
    before: former,
    after: later,
    later: null,
    notes: [
      ...lockNotes(locksOn(run.mesh), {
        proxies: later.look.context.views,
        spellCommand: (...words) => nextLockCommand(run.context.run, ...words),
      }),
      ...saved.mesh.notes,
      ...run.mesh.notes,
    ],
  };
  const compared = compareLooks(looks);
  if (after !== null || compared.toConfirm.length === 0) return compared.comparison;
  return compareLooks({ ...looks, later: await confirm(run, later, compared.toConfirm) }).comparison;
}

/** What is known of a side before it is read. */
type SideFacts = Omit<Side, 'look' | 'reservations'>;

async function readSide(run: MeshRun, keys: KeyTable, facts: SideFacts): Promise<Side> {
  const { mesh, settings, context } = run;
  const startedAtMs = context.clock.now();
  const grid = createEntryGrid({
    keys,
    proxyCount: mesh.members.length,
    admitsNewKeys: true,
    keepsExpiries: true,
    expiryBytes: EXPIRY_BYTES,
  });
  const views = await readMesh(run, grid, { archive: null, maps: settings.discovery?.maps ?? usualMaps });
  const { folders, environment, takenAt, expected } = facts;
  const lock = environmentLock(locksOn(mesh));
  return {
    look: routeGrid(grid, contextOf(views, grid, settings)),
    folders,
    // Without a configuration a mesh has no name.
    environment: environment === NAMELESS ? null : environment,
    takenAt: mesh.kind === 'live' ? { startedAtMs, finishedAtMs: context.clock.now() } : takenAt,
    expected: mesh.kind === 'live' ? mesh.expected : expected,
    reservations: lock === undefined ? [] : [lock.says],
  };
}

/** The locks of the live mesh: saved dumps cannot be disturbed. */
function locksOn(mesh: Mesh): readonly SeenLock[] {
  return mesh.kind === 'live' ? mesh.locks.seen() : [];
}

/**
 * Looks again at what changed, after the settle time: the live mesh may just have been on its way.
 */
async function confirm({ mesh, settings, context }: MeshRun, after: Side, rows: readonly number[]): Promise<LaterLook> {
  const { look } = after;
  const keys = createKeyTable(seed());
  for (const row of rows) {
    const key = Buffer.from(look.grid.keys.keyAt(row), 'latin1');
    keys.add(key, 0, key.length);
  }
  context.progress.update({ stage: 'confirm', done: 0, total: mesh.members.length, bytes: 0 });
  await context.clock.sleep(settings.confirm.settleMs, context.signal);
  const again = await lookAgain({ members: mesh.members, views: look.context.views }, keys, {
    concurrency: settings.collect.concurrency,
    perRegion: settings.collect.perRegion,
    // A dump shows entries that one answer for a key would hide.
    byDump: new Set(),
    signal: context.signal,
    onProxy: (done, total) => context.progress.update({ stage: 'confirm', done, total, bytes: 0 }),
  });
  const places = new Map(rows.map((row, n) => [row, n]));
  return {
    look: routeGrid(again.grid, withNewViews(look.context, again.views)),
    rowOf: (row) => places.get(row) ?? -1,
  };
}
