// A check for programs, as `schema/check.schema.json` describes it. Pure.

import type { CheckResult } from '../domain/checklist.ts';

const CHECK_SCHEMA = 'splitbrain/check/1';

/** The sentences of an item's evidence are one text. */
export function checkDocument(result: CheckResult): unknown {
  const { profile, verdict, exitCode, conclusion, items, notChecked, peers, report } = result;
  const { id, version, startedAt, finishedAt, source } = report.run;
  return {
    schema: CHECK_SCHEMA,
    environment: report.environment,
    table: report.table,
    run: { id, version, startedAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString(), source },
    profile,
    verdict,
    exitCode,
    conclusion,
    items: items.map((item) => ({ ...item, evidence: item.evidence.join('; ') })),
    notChecked,
    peers: {
      columns: peers.columns,
      rows: peers.rows.map(({ proxy, cells }) => ({ proxy, sees: cells.map(({ sight }) => sight) })),
    },
    notes: report.notes,
  };
}
