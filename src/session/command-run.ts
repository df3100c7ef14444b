// Opens everything that a command on a mesh needs, and closes it however the command ends.

import { isDeepStrictEqual } from 'node:util';
import { exitCodes } from '../domain/exit-codes.ts';
import type { Inventory } from '../domain/proxy.ts';
import type { RunHistory } from '../domain/run-history.ts';
import type { Settings } from '../domain/settings.ts';
import { systemClock } from '../process/clock.ts';
import { createLogger, defaultLogLevel } from '../process/log.ts';
import { writeOut } from '../process/output.ts';
import { createProgressLine } from '../process/progress.ts';
import type { KeptFile, ReportFiles } from '../report/report-files.ts';
import type { LookFlags } from './look-flags.ts';
import { type Call, closeMesh, type Mesh, type MeshRun, membersReader, openMesh, type RunContext } from './mesh.ts';
import { meshWords, withConfig } from './mesh-flags.ts';
import { hostFileOf, openLocks } from './mesh-locks.ts';
import { machine, settingsOf } from './settings.ts';

/** A day, where the job runs every five minutes. */
const SHOWN_RUNS = 288;

/** What a command on a mesh works with: the mesh, and the files of its output. */
export interface CommandRun extends MeshRun {
  readonly files: ReportFiles;
  /**
   * The mesh as the inventory names it now, for a run that waits: proxies may join and leave
   * meanwhile. Rejects with ConfigError where the inventory cannot be read; then the mesh of before
   * is still open.
   */
  readonly meshAgain: (signal: AbortSignal) => Promise<Mesh>;
}

/**
 * Runs `body` with all that it needs, then closes it. Resolves to the exit code of `body`, or to 1
 * where an output file was lost. Rejects with ConfigError before a proxy is asked.
 */
export async function withCommandRun(
  given: LookFlags,
  { run, signal }: Call,
  body: (commandRun: CommandRun) => Promise<number>,
): Promise<number> {
  const flags = withConfig(given);
  const settings = await settingsOf(flags);
  const { openReportFiles } = await import('../report/report-files.ts');
  const files = openReportFiles(flags, writeOut, {
    keep: await keptFile(flags, settings, run.id),
    readPast: () => lastRuns(flags, settings, signal),
  });
  const log = createLogger({
    level: flags.logLevel ?? defaultLogLevel(process.stderr.isTTY === true),
    showNames: flags.showNames === true,
    bindings: { runId: run.id, environment: settings.environment },
  });
  const progress = await createProgressLine(process.stderr, isDrawable(process.stderr));
  const context: RunContext = {
    clock: systemClock,
    signal,
    log,
    progress,
    run: { ...run, meshWords: meshWords(given) },
  };
  let exitCode: number;
  try {
    let mesh = await meshOf(flags, settings, signal);
    const meshAgain = async (limit: AbortSignal) => {
      mesh = await renewedMesh(mesh, flags, { settings, signal: limit });
      return mesh;
    };
    try {
      exitCode = await body({ settings, mesh, context, files, meshAgain });
    } finally {
      await closeMesh(mesh);
    }
  } finally {
    progress.stop();
    files.keepJournal(settings.heal.journal, run.id);
    process.stderr.write(files.losses.map((loss) => `splitbrain: ${loss}\n`).join(''));
  }
  return files.losses.length > 0 ? exitCodes.crash : exitCode;
}

/** Where the report is kept for later questions: a flag comes before the configuration. */
async function keptFile(flags: LookFlags, settings: Settings, runId: string): Promise<KeptFile | null> {
  const { folder: configured, ...limits } = settings.history;
  const folder = flags.history ?? (flags.keeps === true ? configured : null);
  if (folder === null) return null;
  const { keptReport } = await import('../history/keep-report.ts');
  const run = { id: runId, at: new Date(systemClock.now()) };
  const place = { folder, environment: settings.environment };
  const isFlag = flags.history !== undefined;
  return {
    flag: isFlag ? '--history' : 'history.folder',
    folder,
    mayFail: !isFlag,
    open: () => keptReport(place, run, limits),
  };
}

/** The last runs of this mesh that were kept: for the pages of a report. */
async function lastRuns(flags: LookFlags, settings: Settings, signal: AbortSignal): Promise<RunHistory | null> {
  const folder = flags.history ?? settings.history.folder;
  if (folder === null) return null;
  const { readHistory } = await import('../history/read-history.ts');
  const { environment, table } = settings;
  const place = { folder, environment, table, mostRuns: SHOWN_RUNS };
  const read = await readHistory(place, new Date(systemClock.now()), signal);
  return 'problem' in read ? null : read;
}

/**
 * Whether the moving line can be drawn: not on a terminal without columns or without a cursor, and
 * not in the log of a build server, where each movement would be a line.
 */
function isDrawable({ columns }: NodeJS.WriteStream): boolean {
  return process.env.TERM !== 'dumb' && process.env.CI === undefined && columns > 0;
}

async function meshOf({ from, config, ignoreLock }: LookFlags, settings: Settings, signal: AbortSignal): Promise<Mesh> {
  if (from !== undefined) {
    const { openSavedMesh } = await import('./saved-mesh.ts');
    return openSavedMesh(from, settings.table, config === undefined ? 'as-saved' : settings.proxies.expected).mesh;
  }
  return openLiveMesh(await inventoryOf(settings, signal), settings, ignoreLock === true);
}

function openLiveMesh(inventory: Inventory, settings: Settings, isIgnoring: boolean): Mesh {
  const locks = openLocks({
    folder: settings.heal.journal,
    environment: settings.environment,
    isIgnoring,
    hostFile: hostFileOf(settings),
    now: () => systemClock.now(),
  });
  return openMesh(inventory, settings, locks);
}

/** Connections stay open where the inventory names the same proxies as before. */
async function renewedMesh(
  mesh: Mesh,
  { ignoreLock }: LookFlags,
  { settings, signal }: { readonly settings: Settings; readonly signal: AbortSignal },
): Promise<Mesh> {
  if (mesh.kind === 'saved' || settings.proxies.source.kind === 'list') return mesh;
  const inventory = await inventoryOf(settings, signal);
  const targets = mesh.members.map(({ target }) => target);
  if (isDeepStrictEqual(targets, inventory.proxies)) return { ...mesh, notes: inventory.notes };
  const renewed = openLiveMesh(inventory, settings, ignoreLock === true);
  await closeMesh(mesh);
  return renewed;
}

/** The proxies that there ought to be. */
export async function inventoryOf(settings: Settings, signal: AbortSignal): Promise<Inventory> {
  const { readInventory } = await import('../inventory/read-inventory.ts');
  const { source, expected } = settings.proxies;
  const { timeoutMs } = settings.collect;
  const readMembers = membersReader(settings);
  return readInventory(source, expected, { ...machine, readMembers, signal, timeoutMs });
}
