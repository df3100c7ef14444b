// Who sits where: a look with its census, told by shard and by conference.

import type { CensusSummary } from '../domain/census.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { writeOut } from '../process/output.ts';
import { renderCensus } from '../report/census-text.ts';
import { printableJson } from '../report/printable-json.ts';
import { describeTerminal } from '../report/terminal.ts';
import { type CommandRun, withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { look } from './look.ts';

const CENSUS_SCHEMA = 'splitbrain/census/1';

/** Resolves to the exit code of the look, or to 3 where a shard did not answer. */
export function censusCommand(flags: LookFlags, call: Call): Promise<number> {
  return withCommandRun(flags, call, (commandRun) => tellCensus(commandRun, flags));
}

async function tellCensus(commandRun: CommandRun, flags: LookFlags): Promise<number> {
  const { settings, context, files } = commandRun;
  if (settings.census === null)
    throw new ConfigError(['there is no `census:` section: write one that says where participants are counted']);
  const report = await look(commandRun, { waits: flags.wait === true });
  const { census } = report;
  if (census === null) throw new Error('a look with a census section had no census');
  context.progress.stop();
  const exitCode = exitCodeOf(report, census);
  await files.writeJson(`${printableJson(documentOf(report, census, exitCode), 2)}\n`);
  if (!files.takeStandardOutput) await writeOut(renderCensus(report, describeTerminal(process.stdout, process.env)));
  return exitCode;
}

function exitCodeOf({ exitCode }: RunReport, { isWhole }: CensusSummary): number {
  return isWhole ? exitCode : exitCodes.incomplete;
}

function documentOf({ environment, shards, notes }: RunReport, census: CensusSummary, exitCode: number): unknown {
  const entries = new Map(shards.map(({ address, conferences }) => [address, conferences]));
  return {
    schema: CENSUS_SCHEMA,
    environment,
    exitCode,
    ...census,
    takenAt: new Date(census.takenAtMs).toISOString(),
    shards: census.shards.map((shard) => ({
      ...shard,
      conferences: shard.address === null ? null : (entries.get(shard.address) ?? 0),
    })),
    notes,
  };
}
