// What a heal works with.

import type { Clock } from '../clock.ts';
import type { TableWriter } from '../runtime-api/table-writer.ts';
import type { Asked } from '../verify/read-entries.ts';
import type { ShardRequest } from './data-plane.ts';
import type { Journal } from './journal.ts';

export interface HealTools extends Asked {
  readonly writers: ReadonlyMap<string, TableWriter>;
  /** The way through the data plane, where the configuration has one. */
  readonly request: ShardRequest | null;
  readonly journal: Journal;
  readonly clock: Clock;
}
