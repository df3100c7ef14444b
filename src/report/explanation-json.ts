// One conference, or several, for programs: `schema/explain.schema.json`. Pure.

import type { ConferenceList, Explanation, ShardNames } from '../domain/explanation.ts';
import type { RunFacts } from '../domain/run-report.ts';
import { printableJson } from './printable-json.ts';

const EXPLAIN_SCHEMA = 'splitbrain/explain/1';

/** The document, with a newline at its end. */
export function explanationJson(found: Explanation | ConferenceList): string {
  const document = 'matches' in found ? listed(found) : explained(found);
  return `${printableJson({ schema: EXPLAIN_SCHEMA, ...document }, 2)}\n`;
}

function explained({ run, shardNames, routes, ...rest }: Explanation): object {
  return {
    ...rest,
    run: runJson(run),
    routes: routes.map(({ entry, next, ...route }) => ({
      ...route,
      shard: 'shard' in next ? next.shard : null,
      followed: next.does === 'unknown' ? null : next.does === 'followed',
      rule: next.does === 'followed' ? next.rule : null,
      why: next.does === 'followed' ? null : next.why,
      serverId: entry?.serverId ?? null,
      serverKey: entry?.serverKey ?? null,
      expiresInMs: entry?.expiresInMs ?? null,
    })),
    shards: shardsJson(shardNames),
    matches: [],
  };
}

function listed({ run, shardNames, ...rest }: ConferenceList): object {
  return { key: null, conference: null, verdict: null, ...rest, run: runJson(run), shards: shardsJson(shardNames) };
}

function runJson({ meshWords, ...run }: RunFacts): object {
  return { ...run, startedAt: run.startedAt.toISOString(), finishedAt: run.finishedAt.toISOString() };
}

function shardsJson(names: ShardNames): readonly object[] {
  return [...names].map(([address, name]) => ({ address, name }));
}
