// A look at a mesh that stood still meanwhile. A link that came back may drop again for a moment
// (both ends had connected; on HAProxy 3.4 seen every 5 s), and what the peers then tell each other
// changes the tables between a test's reading and the program's.

import type { Mesh } from '../../lab/mesh/mesh.ts';
import { until } from '../../lab/until.ts';
import type { ReportFile } from './report-file.ts';
import { runReport, type SplitbrainRun } from './splitbrain.ts';
import { compareTables, compareWhenStill, type Disagreements } from './table-disagreements.ts';

type Look = SplitbrainRun & { readonly report: ReportFile };
type Subject = Pick<Mesh, 'entries' | 'proxies' | 'untilPeersUp'>;

const patience = { timeoutMs: 240_000 };

/** Looks until no link was down in a look. */
export function lookWhileLinked(mesh: Subject, args: readonly string[]): Promise<Look> {
  return until(
    'every link was up during a look',
    async () => {
      await mesh.untilPeersUp();
      const look = await runReport(args);
      return look.report.meshFindings.every(({ kind }) => kind !== 'peer-down') ? look : null;
    },
    patience,
  );
}

/**
 * Looks until, beside that, `tables` were the same before and after it. `prepare` makes the
 * situation, each time.
 */
export function lookWhileStill(
  mesh: Subject,
  args: readonly string[],
  prepare: () => Promise<unknown>,
): Promise<{ readonly look: Look; readonly tables: Disagreements }> {
  return until(
    'the mesh stood still during a look',
    async () => {
      await mesh.untilPeersUp();
      await prepare();
      const tables = await compareWhenStill(mesh);
      const look = await lookWhileLinked(mesh, args);
      return JSON.stringify(tables) === JSON.stringify(await compareTables(mesh)) ? { look, tables } : null;
    },
    patience,
  );
}
