// Reads the census: from one source, all that the shards say of their rooms, or why they do not.

import type { CensusReading, CensusSettings } from '../domain/census.ts';
import type { CensusContext } from './census-context.ts';
import { readConsulCensus } from './consul-kv.ts';
import { readShardsCensus } from './shard-answers.ts';

/** Rejects with the signal's reason only: all else that goes wrong is in the answer. */
export function readCensus(settings: CensusSettings, context: CensusContext): Promise<CensusReading> {
  const { source } = settings;
  return source.kind === 'consul'
    ? readConsulCensus(source, settings, context)
    : readShardsCensus(source, settings, context);
}
