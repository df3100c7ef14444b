// What a heal needs to read, write and journal, and what can stop its writes.

import type { Refusal } from '../domain/plan.ts';
import type { Clock } from '../process/clock.ts';
import type { TableWriter } from '../runtime-api/table-writer.ts';
import type { ReadAccess } from '../verify/read-entries.ts';
import type { ShardRequest } from './data-plane.ts';
import type { Journal } from './journal.ts';

/** Everything through which a heal touches the mesh and the disk. */
export interface HealTools extends ReadAccess {
  /** By proxy. */
  readonly writers: ReadonlyMap<string, TableWriter>;
  /** Writes through the data plane; `null` where the configuration has no `heal.dataPlane`. */
  readonly request: ShardRequest | null;
  readonly journal: Journal;
  /** Why another run may be writing now; `null` while none can. */
  readonly leaseLost: () => string | null;
  readonly clock: Clock;
}

/** Why nothing more may be written, or `null`. Proxies may still be read. */
export function obstacleTo({ journal, leaseLost }: HealTools): Pick<Refusal, 'reason' | 'because'> | null {
  const trouble = journal.trouble();
  if (trouble !== null) return { reason: 'no-journal', because: trouble };
  const lost = leaseLost();
  return lost === null ? null : { reason: 'locked', because: lost };
}
