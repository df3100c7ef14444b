// The kept reports of a folder: their names, and how many are kept.

import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where the reports of one environment are kept. */
export interface ReportPlace {
  readonly folder: string;
  readonly environment: string;
}

/** How many reports are kept, and for how long. */
export interface KeepingLimits {
  readonly maxRuns: number;
  readonly maxDays: number;
}

/** The folder cannot be read. */
export interface ReportProblem {
  readonly problem: string;
}

const SUFFIX = '.report.json';
/** The length of `2026-11-21T12-00-00.000Z`. */
const STAMP = 24;
const DAY_MS = 86_400_000;
/**
 * All reports of an environment together: what is read in a second or two. A run that finds all
 * entries of a large mesh missing on one proxy has a report of 100 MB.
 */
export const MOST_BYTES = 1_000_000_000;

/** The name begins with the time, so that names sort in the order of the runs. */
export function keptName(at: Date, environment: string, runId: string): string {
  return `${at.toISOString().replaceAll(':', '-')}.${encodeURIComponent(environment)}.${runId}${SUFFIX}`;
}

/** When the run of a kept report began; `null` where the name is none of ours. */
export function timeOf(name: string): Date | null {
  const stamp = /^(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d\.\d{3}Z)\./.exec(name);
  if (stamp === null || !name.endsWith(SUFFIX)) return null;
  const at = new Date(`${stamp[1]}:${stamp[2]}:${stamp[3]}`);
  return Number.isNaN(at.getTime()) ? null : at;
}

/**
 * The environment's kept reports, oldest first, and names of files that are no kept report of any
 * environment. A folder that does not exist has none.
 */
export function keptReports({
  folder,
  environment,
}: ReportPlace): { readonly names: readonly string[]; readonly strangers: readonly string[] } | ReportProblem {
  const mine = `.${encodeURIComponent(environment)}.`;
  const listed = namesIn(folder);
  if ('problem' in listed) return listed;
  const { names: all } = listed;
  const isOurs = (name: string) => {
    const rest = name.slice(STAMP, -SUFFIX.length);
    return timeOf(name) !== null && rest.slice(0, rest.lastIndexOf('.') + 1) === mine;
  };
  return {
    names: all.filter(isOurs),
    // A name with a dot in front is a draft, or hidden on purpose.
    strangers: all.filter((name) => name.endsWith('.json') && !name.startsWith('.') && timeOf(name) === null),
  };
}

/** The environments whose reports are in a folder. One that does not exist has none. */
export function environmentsIn(folder: string): { readonly environments: readonly string[] } | ReportProblem {
  const listed = namesIn(folder);
  if ('problem' in listed) return listed;
  const found = listed.names.flatMap((name) => {
    const rest = name.slice(STAMP + 1, -SUFFIX.length);
    return timeOf(name) === null ? [] : decoded(rest.slice(0, Math.max(0, rest.lastIndexOf('.'))));
  });
  return { environments: [...new Set(found)].sort() };
}

function decoded(text: string): readonly string[] {
  try {
    return text === '' ? [] : [decodeURIComponent(text)];
  } catch {
    return [];
  }
}

function namesIn(folder: string): { readonly names: readonly string[] } | ReportProblem {
  try {
    return { names: readdirSync(folder).sort() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { names: [] };
    // Files and folders fail with a code. Any other error is a defect of this program.
    if (code === undefined) throw error;
    return { problem: `${folder}: cannot be read: ${message}` };
  }
}

/**
 * Removes the environment's oldest reports beyond the limits. Keeps `current`, even if a wrong
 * clock named it. Drafts of runs that were killed go after a day.
 */
export function pruneReports(place: ReportPlace, { maxRuns, maxDays }: KeepingLimits, current: string): void {
  const remove = (name: string) => rmSync(join(place.folder, name), { force: true });
  try {
    const now = timeOf(current)?.getTime() ?? 0;
    let runs = 1;
    let bytes = sizeOf(place.folder, current);
    const kept = keptReports(place);
    if ('problem' in kept) return;
    for (const name of kept.names.toReversed()) {
      if (name === current) continue;
      runs++;
      bytes += sizeOf(place.folder, name);
      const isOld = now - timeOf(name)!.getTime() > maxDays * DAY_MS;
      if (runs > maxRuns || bytes > MOST_BYTES || isOld) remove(name);
    }
    const draft = `.${encodeURIComponent(place.environment)}.`;
    for (const name of readdirSync(place.folder)) {
      const at = name.startsWith('.') && name.endsWith('.draft') && name.includes(draft) ? name.slice(1, 11) : null;
      if (at !== null && now - Date.parse(at) > 2 * DAY_MS) remove(name);
    }
  } catch {
    // A file that cannot be removed only takes space: the run goes on.
  }
}

function sizeOf(folder: string, name: string): number {
  return statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
}
