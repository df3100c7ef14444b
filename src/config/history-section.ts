// Where the reports of scheduled runs are kept, from the `history` section.

import type { HistorySettings } from '../domain/settings.ts';
import { isProblem, type Problem } from '../input/complaint.ts';
import { type HostAccess, locateFile } from '../input/files.ts';
import type { HistorySection } from './schema.ts';

/** A relative name starts at `folder`. */
export function readHistorySection(
  { folder: name, maxRuns, maxDays }: HistorySection,
  folder: string,
  host: HostAccess,
): HistorySettings | Problem {
  const located = name === undefined ? null : locateFile(name, folder, host.env);
  return located !== null && isProblem(located) ? located : { folder: located, maxRuns, maxDays };
}
