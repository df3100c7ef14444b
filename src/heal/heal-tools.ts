// What a heal works with.

import type { Refusal } from '../domain/plan.ts';
import type { Clock } from '../process/clock.ts';
import type { TableWriter } from '../runtime-api/table-writer.ts';
import type { ReadAccess } from '../verify/read-entries.ts';
import type { ShardRequest } from './data-plane.ts';
import type { Journal } from './journal.ts';

export interface HealTools extends ReadAccess {
  readonly writers: ReadonlyMap<string, TableWriter>;
  /** The way through the data plane, where the configuration has one. */
  readonly request: ShardRequest | null;
  readonly journal: Journal;
  /** Why another run may be writing by now; `null` while none may. */
  readonly leaseLost: () => string | null;
  readonly clock: Clock;
}

/** Why nothing more may be written; looking goes on all the same. */
export function obstacleTo({ journal, leaseLost }: HealTools): Pick<Refusal, 'reason' | 'because'> | null {
  const trouble = journal.trouble();
  if (trouble !== null) return { reason: 'no-journal', because: trouble };
  const lost = leaseLost();
  return lost === null ? null : { reason: 'locked', because: lost };
}
