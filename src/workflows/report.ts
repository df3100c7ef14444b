// One look as a command: the look, what a heal would do, and the output that the flags ask for.

import type { RunReport } from '../domain/run-report.ts';
import { writeOut } from '../process/output.ts';
import { nextCommand } from '../report/next-command.ts';
import type { ReportFiles } from '../report/report-files.ts';
import type { Terminal } from '../report/terminal.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call, MeshRun } from '../session/mesh.ts';
import { configOf, meshWords } from '../session/mesh-flags.ts';
import { look } from './look.ts';

/**
 * What a run does after its look or heal, such as sending metrics. Resolves to sentences for the
 * report's notes.
 */
export type Afterwards = (report: RunReport) => Promise<readonly string[]>;

/**
 * `splitbrain report` and `splitbrain snapshot`. Resolves to the exit code; rejects with
 * `ConfigError` before a proxy is asked.
 */
export function lookCommand(flags: LookFlags, call: Call): Promise<number> {
  return withCommandRun(flags, call, (commandRun) => lookIn(commandRun, flags));
}

/** Looks, adds what a heal would do, and writes the report. Resolves to the exit code. */
export async function lookIn(commandRun: CommandRun, flags: LookFlags, afterwards?: Afterwards): Promise<number> {
  const { context, files } = commandRun;
  const looked = await lookAndSave(commandRun, flags);
  const { propose } = await import('./propose.ts');
  const report = { ...looked, proposal: propose(looked, commandRun) };
  context.progress.stop();
  const notes = (await afterwards?.(report)) ?? [];
  await tell({ ...report, notes: [...report.notes, ...notes] }, flags, files);
  return report.exitCode;
}

async function lookAndSave(run: MeshRun, { save: folder, wait: waits = false }: LookFlags): Promise<RunReport> {
  const { mesh, settings } = run;
  if (folder === undefined) return look(run, { waits });
  const { createArchive } = await import('../snapshot/archive/writer.ts');
  const archive = await createArchive(folder, mesh.members);
  try {
    const report = await look(run, { archive, waits });
    const { version, startedAt, finishedAt } = report.run;
    await archive.commit(
      {
        program: version,
        environment: settings.environment,
        table: settings.table,
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
        expected: mesh.expected,
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

/**
 * The command that reads the saved dumps. They hold proxies and environment; flags that change the
 * judgement are repeated.
 */
function lookAgainCommand(flags: LookFlags, folder: string): string {
  const again = { ...flags, config: configOf(flags), proxy: [], from: [folder] };
  return nextCommand({ meshWords: meshWords(again) }, 'report');
}
