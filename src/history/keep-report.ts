// Keeps the report of a run in a folder, for later questions: since when, and how often.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type PrivateFile, privateFileIn } from '../report/private-file.ts';
import { type KeepingLimits, keptName, pruneReports, type ReportPlace } from './kept-files.ts';

/**
 * The file of this run's report: it names conferences, so only its owner may read it. Once it is
 * written, older reports beyond the limits are removed. Throws the system's error where nothing
 * can be written there; makes the folder.
 */
export function keptReport(
  place: ReportPlace,
  run: { readonly id: string; readonly at: Date },
  limits: KeepingLimits,
): PrivateFile & { readonly path: string } {
  const { folder, environment } = place;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = keptName(run.at, environment, run.id);
  const file = privateFileIn(folder, name);
  return {
    path: join(folder, name),
    async put(compose) {
      await file.put(compose);
      pruneReports(place, limits, name);
    },
  };
}
