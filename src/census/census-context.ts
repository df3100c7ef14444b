// What a census is read with, whatever its source.

import type { CensusShard, RoomSink } from '../domain/census.ts';
import type { Dial } from '../transport/dial.ts';
import type { KeptAnswers } from './kept-answers.ts';

/** What a census is read with. */
export interface CensusContext {
  /** Those known from elsewhere: they are asked, or their reports in Consul are expected. */
  readonly shards: readonly CensusShard[];
  readonly sink: RoomSink;
  /** The last good answers, which stand in where the source fails. */
  readonly kept: KeptAnswers;
  /** Milliseconds since the epoch, asked when an answer has come. */
  readonly now: () => number;
  /** The way to a region (`null`: to any); `null` where no login is between. */
  readonly dialTo: (region: string | null) => Dial | null;
  readonly signal: AbortSignal;
}
