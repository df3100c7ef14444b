// One look as a command: settings, mesh, the look itself, and its output where the flags want it.

import { readFileSync } from 'node:fs';
import { exitCodes } from '../domain/exit-codes.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { Settings } from '../domain/settings.ts';
import { systemClock } from '../process/clock.ts';
import { createLogger, defaultLogLevel, type LogLevel } from '../process/log.ts';
import { writeOut } from '../process/output.ts';
import { createProgress } from '../process/progress.ts';
import { nextCommand } from '../report/next-command.ts';
import type { ReportFiles } from '../report/report-files.ts';
import type { Terminal } from '../report/terminal.ts';
import {
  type Call,
  closeMesh,
  type Mesh,
  type MeshRun,
  membersReader,
  openMesh,
  type RunContext,
} from '../session/mesh.ts';
import { configOf, type MeshFlags, meshWords, withConfig } from '../session/mesh-flags.ts';
import { look } from './look.ts';

/** What the flags of a command that looks at live proxies say. */
export interface LiveFlags extends Omit<MeshFlags, 'from' | 'save'> {
  readonly json?: string;
  readonly junit?: string;
  /** A folder for every file of the run: what jobs archive. */
  readonly out?: string;
  readonly logLevel?: LogLevel;
  readonly showNames?: boolean;
}

export interface LookFlags extends LiveFlags {
  /** The plan that `plan` writes. */
  readonly output?: string;
  /** Files beside the configuration that the command has read: no output overwrites them. */
  readonly reads?: readonly string[];
  readonly save?: string;
  readonly from?: string;
}

export const machine = { readFile: (path: string) => readFileSync(path, 'utf8'), env: process.env };

/** What a command that talks to a mesh stands in. */
export interface Session extends MeshRun {
  readonly files: ReportFiles;
}

/**
 * What a run does once it knows what it found, and did: sends metrics. Resolves to sentences for
 * the report's notes.
 */
export type Afterwards = (report: RunReport) => Promise<readonly string[]>;

/** Resolves to the exit code; rejects with `ConfigError` before anything was asked. */
export function lookCommand(flags: LookFlags, call: Call): Promise<number> {
  return withSession(flags, call, (session) => lookIn(session, flags));
}

/** Looks, says what healing would do, and tells it all. */
export async function lookIn(session: Session, flags: LookFlags, afterwards?: Afterwards): Promise<number> {
  const { context, files } = session;
  const looked = await lookAndSave(session, flags.save);
  const { propose } = await import('./propose.ts');
  const report = { ...looked, proposal: propose(looked, session) };
  context.progress.stop();
  const notes = (await afterwards?.(report)) ?? [];
  await tell({ ...report, notes: [...report.notes, ...notes] }, flags, files);
  return report.exitCode;
}

/** Opens what a command needs, and closes it again however it ends. */
export async function withSession(
  given: LookFlags,
  { run, signal }: Call,
  body: (session: Session) => Promise<number>,
): Promise<number> {
  const flags = withConfig(given);
  const settings = await settingsOf(flags);
  const { openReportFiles } = await import('../report/report-files.ts');
  const files = openReportFiles(flags, writeOut);
  const log = createLogger({
    level: flags.logLevel ?? defaultLogLevel(process.stderr.isTTY === true),
    showNames: flags.showNames === true,
    bindings: { runId: run.id, environment: settings.environment },
  });
  const progress = await createProgress(process.stderr, isDrawable(process.stderr));
  const context: RunContext = {
    clock: systemClock,
    signal,
    log,
    progress,
    run: { ...run, meshWords: meshWords(given) },
  };
  let exitCode: number;
  try {
    const mesh = await meshOf(flags, settings, signal);
    try {
      exitCode = await body({ settings, mesh, context, files });
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

/**
 * A terminal without columns has no room for a moving line, a dumb one no cursor; a build server's
 * log would get a line for each movement.
 */
function isDrawable({ columns }: NodeJS.WriteStream): boolean {
  return process.env.TERM !== 'dumb' && process.env.CI === undefined && columns > 0;
}

/** The schema library is loaded only where there is a file to check. */
async function settingsOf({ config, proxy, from, ...said }: LookFlags): Promise<Settings> {
  const { table } = said;
  if (config !== undefined) {
    const { loadSettings } = await import('../config/load.ts');
    const settings = loadSettings(config, machine);
    return table === undefined ? settings : { ...settings, table };
  }
  const { settingsFromFlags } = await import('../config/flags.ts');
  const { backends, maxRatio, maxRatioFloor } = said;
  const overrides = { table, backends, maxRatio, maxRatioFloor };
  if (from === undefined) return settingsFromFlags(proxy, overrides, machine);
  // Saved dumps name their proxies themselves, and a snapshot of ours its environment.
  const named = ['unix:///saved'];
  const settings = settingsFromFlags(named, overrides, machine);
  const { openArchive } = await import('../snapshot/archive/reader.ts');
  const { environment } = openArchive(from, settings.table);
  return environment === null ? settings : settingsFromFlags(named, { ...overrides, environment }, machine);
}

async function meshOf({ from, config }: LookFlags, settings: Settings, signal: AbortSignal): Promise<Mesh> {
  if (from !== undefined) {
    const { openArchive } = await import('../snapshot/archive/reader.ts');
    const { members } = openArchive(from, settings.table);
    const expected = config === undefined ? null : settings.proxies.expected;
    return { kind: 'saved', source: from, members, expected, notes: [] };
  }
  const { readInventory } = await import('../inventory/read-inventory.ts');
  const { source, expected } = settings.proxies;
  const { timeoutMs } = settings.collect;
  const readMembers = membersReader(settings);
  return openMesh(await readInventory(source, expected, { ...machine, readMembers, signal, timeoutMs }), settings);
}

async function lookAndSave(run: MeshRun, folder: string | undefined): Promise<RunReport> {
  const { mesh, settings } = run;
  if (folder === undefined) return look(run, null);
  const { createArchive } = await import('../snapshot/archive/writer.ts');
  const archive = await createArchive(folder, mesh.members);
  try {
    const report = await look(run, archive);
    const { version, startedAt, finishedAt } = report.run;
    await archive.commit(
      {
        program: version,
        environment: settings.environment,
        table: settings.table,
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
      },
      report.proxies,
    );
    return report;
  } catch (error) {
    await archive.discard();
    throw error;
  }
}

async function tell(report: RunReport, flags: LookFlags, files: ReportFiles): Promise<void> {
  await files.write(report);
  if (files.takeStandardOutput) return;
  const [{ renderText }, { describeTerminal }] = await Promise.all([
    import('../report/text.ts'),
    import('../report/terminal.ts'),
  ]);
  const terminal: Terminal = describeTerminal(process.stdout, process.env);
  await writeOut(renderText(report, terminal));
  if (flags.save !== undefined)
    await writeOut(`Saved in ${flags.save}. Look at it again: ${lookAgainCommand(flags, flags.save)}\n`);
}

/** The dumps know their proxies and their environment; how they are judged is said again. */
function lookAgainCommand(flags: LookFlags, folder: string): string {
  const again = { ...flags, config: configOf(flags), proxy: [], from: folder };
  return nextCommand({ meshWords: meshWords(again) }, 'report');
}
