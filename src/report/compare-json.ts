// A comparison for programs, as `schema/compare.schema.json` describes it. It is written change by
// change, because every conference of a mesh may have changed.

import type { ChangeList, ComparedSide, MeshComparison, Move } from '../domain/comparison.ts';
import type { RunFacts } from '../domain/run-report.ts';
import { listPieces } from './json.ts';
import { printableJson } from './printable-json.ts';

const compareSchema = 'splitbrain/compare/1';

/** The pieces of one JSON document. */
export function* comparisonJson(
  comparison: MeshComparison,
  run: Pick<RunFacts, 'id' | 'command' | 'version'>,
): Generator<string> {
  const { id, command, version } = run;
  const { environment, table, verdict, view, exitCode, before, after, betweenMs, counts } = comparison;
  const members: [string, unknown][] = [
    ['schema', compareSchema],
    ['environment', environment],
    ['table', table],
    ['run', { id, command, version }],
    ['verdict', verdict],
    ['view', view],
    ['exitCode', exitCode],
    ['before', sideJson(before)],
    ['after', sideJson(after)],
    ['betweenMs', betweenMs],
    ['counts', counts],
  ];
  yield `{\n${members.map(([name, value]) => `"${name}": ${printableJson(value)},\n`).join('')}`;
  yield* listPieces('moves', comparison.moves, ({ changes: _, ...move }: Move) => move);
  yield* listPieces('changes', comparison.changes satisfies ChangeList, (change) => change);
  yield* listPieces('shards', comparison.shards, (shard) => shard);
  yield* listPieces('proxies', comparison.proxies, (proxy) => proxy);
  yield* listPieces('servers', comparison.servers, (server) => server);
  yield* listPieces('maps', comparison.maps, (map) => map);
  yield `"notes": ${printableJson(comparison.notes)}\n}\n`;
}

function sideJson({ takenAt, ...side }: ComparedSide): unknown {
  const iso = (ms: number) => new Date(ms).toISOString();
  const times = takenAt && { startedAt: iso(takenAt.startedAtMs), finishedAt: iso(takenAt.finishedAtMs) };
  return { ...side, takenAt: times };
}
