// The report for programs, as `schema/report.schema.json` describes it. It is written finding by
// finding, because all routes of all findings may not fit in memory.

import { type Finding, isDisagreement } from '../domain/finding.ts';
import type { Counts, Proposal, RunReport } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';
import { lockJson } from './lock-json.ts';
import { printableJson } from './printable-json.ts';

const reportSchema = 'splitbrain/report/1';

/** Characters per write: large enough to be cheap, small enough for memory. */
const chunkLength = 65_536;

/**
 * Writes the report as one JSON document, one finding per line, in chunks of about 64 KB. Waits for
 * each write, so that a slow reader slows the report down and memory stays small. Rejects with the
 * error of `write`.
 */
export function writeJson(report: RunReport, write: (text: string) => Promise<void>): Promise<void> {
  return writePieces(jsonPieces(report), write);
}

/** Writes the pieces of a document in chunks of about 64 KB, each after the one before. */
export async function writePieces(pieces: Iterable<string>, write: (text: string) => Promise<void>): Promise<void> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkLength) continue;
    await write(chunk);
    chunk = '';
  }
  if (chunk !== '') await write(chunk);
}

function* jsonPieces(report: RunReport): Generator<string> {
  const { meshWords, ...run } = report.run;
  const members: [string, unknown][] = [
    ['schema', reportSchema],
    ['environment', report.environment],
    ['table', report.table],
    ['run', { ...run, startedAt: run.startedAt.toISOString(), finishedAt: run.finishedAt.toISOString() }],
    ['verdict', report.verdict],
    ['view', report.view],
    ['exitCode', report.exitCode],
    ['expected', report.expected],
  ];
  yield `{\n${members.map(([name, value]) => `"${name}": ${printableJson(value)},\n`).join('')}`;
  yield* listPieces('proxies', report.proxies, proxyJson);
  yield* listPieces('shards', report.shards, (shard) => shard);
  yield `"counts": ${printableJson(countsJson(report.counts))},\n`;
  yield `"census": ${printableJson(report.census)},\n`;
  yield* listPieces('findings', report.findings, (finding) => findingJson(finding, report.proposal));
  yield* listPieces('meshFindings', report.meshFindings, (finding) => finding);
  yield* listPieces('locks', report.locks, lockJson);
  yield* listPieces('notes', report.notes, (note) => note);
  yield `"heal": ${printableJson(report.heal)}\n}\n`;
}

/** `"name": [...]` and a comma, an item a line. */
export function* listPieces<T>(name: string, items: Iterable<T>, shape: (item: T) => unknown): Generator<string> {
  yield `"${name}": [`;
  let separator = '\n';
  for (const item of items) {
    yield separator + printableJson(shape(item));
    separator = ',\n';
  }
  yield separator === '\n' ? '],\n' : '\n],\n';
}

/** Counts without levels, as the schema has them. */
function countsJson({ byKind, inFlight, ...counts }: Counts): unknown {
  return { ...counts, ...byKind, inFlight };
}

function proxyJson(proxy: ProxyView): unknown {
  const { name, region, status, trouble, haproxy, uptimeSeconds, table, peersKnown, peers, servers, collect } = proxy;
  return {
    name,
    region,
    status,
    error: trouble?.message ?? null,
    trouble,
    haproxy,
    uptimeSeconds,
    table: table && {
      type: table.type,
      size: table.size,
      used: table.used,
      entries: table.entries,
      duplicates: table.duplicates,
      keyLength: table.keyLength,
    },
    peersKnown,
    peers,
    servers: servers.map((server) => ({ ...server, counts: server.counts ?? true })),
    collect,
  };
}

function findingJson(finding: Finding, proposal: Proposal | null): unknown {
  const { kind, key, conference, cause, routes, absentOn, because, participants } = finding;
  const decision = isDisagreement(kind) ? (proposal?.decisions.get(key) ?? null) : null;
  return { kind, key, conference, cause, routes, absentOn, because, participants, decision };
}
