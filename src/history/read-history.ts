// Reads the kept reports of an environment into a plain value. A file that cannot be used is named,
// and the others are read all the same.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptRun, LeftOut, RunHistory } from '../domain/run-history.ts';
import { createFindingSpans } from './finding-spans.ts';
import { keptReports, MOST_BYTES, type ReportPlace, type ReportProblem, timeOf } from './kept-files.ts';
import { readKeptReport } from './read-report.ts';
import { UnreadableFile } from './report-lines.ts';

/** Which reports are wanted. `table`: runs of another table of the environment are left out. */
export interface HistoryPlace extends ReportPlace {
  readonly table: string;
  /** So many of the newest reports suffice. */
  readonly mostRuns?: number;
}

/** Runs that are read; a folder that somebody else fills may hold more. */
const MOST_RUNS = 10_000;
/** Of the files that were not read, so many are named. */
const MOST_NAMED = 20;
/** Clocks of two machines may differ by so much. */
const CLOCK_SLACK_MS = 300_000;

/**
 * The history of one environment and table, from the newest reports: at most 10,000 runs and 1 GB.
 * A folder that does not exist has no runs. Rejects only when the signal aborts.
 */
export async function readHistory(
  place: HistoryPlace,
  now: Date,
  signal: AbortSignal,
): Promise<RunHistory | ReportProblem> {
  const listed = keptReports(place);
  if ('problem' in listed) return listed;
  const spans = createFindingSpans();
  const runs: KeptRun[] = [];
  const left = createLeftOut(listed.strangers.map((file) => ({ file, because: 'its name is none of a kept report' })));
  let room = MOST_BYTES;
  for (const name of listed.names.toReversed()) {
    if (runs.length === place.mostRuns) break;
    signal.throwIfAborted();
    const at = timeOf(name)!;
    const path = join(place.folder, name);
    const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    room -= bytes;
    if (at.getTime() > now.getTime() + CLOCK_SLACK_MS) left.add(name, 'its time is in the future');
    else if (room < 0 || runs.length >= MOST_RUNS)
      left.add(name, 'there is too much to read: older reports are left out');
    else {
      const report = await reportAt(path);
      if ('because' in report) left.add(name, report.because);
      else if (report.environment !== place.environment) left.add(name, 'its environment is not that of its name');
      else if (report.table === place.table) {
        const run = { at, ...report.run };
        runs.push(run);
        spans.add(run, report.findings);
      }
    }
  }
  return {
    environment: place.environment,
    table: place.table,
    runs: runs.reverse(),
    ...spans.end(),
    ...left.end(),
  };
}

async function reportAt(
  path: string,
): Promise<Awaited<ReturnType<typeof readKeptReport>> | { readonly because: string }> {
  try {
    return await readKeptReport(path);
  } catch (error) {
    if (error instanceof UnreadableFile) return { because: error.message };
    const { code } = error as NodeJS.ErrnoException;
    // Files fail with a code; any other error is a defect of this program.
    if (code === undefined) throw error;
    return { because: code === 'ELOOP' ? 'it is a link' : `it cannot be read (${code})` };
  }
}

function createLeftOut(first: readonly LeftOut[]) {
  const all = [...first];
  return {
    add: (file: string, because: string) => void all.push({ file, because }),
    end: () => ({ leftOut: all.slice(0, MOST_NAMED), filesLeftOut: all.length }),
  };
}
