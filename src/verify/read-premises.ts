// The premises of a write, read right before it: every proxy's process, its servers, and its
// entries of the keys.

import pLimit from 'p-limit';
import type { EntryState } from '../domain/plan.ts';
import type { Server } from '../domain/server.ts';
import { collectInto, DUMPED_FROM, isOwnFault, type ReadAccess, readDump } from './read-entries.ts';

/** Of one proxy. `problem`: why it could not be read, or that it is another process now. */
export type Premise =
  | {
      readonly entries: ReadonlyMap<string, EntryState>;
      readonly servers: readonly Server[];
      /** How many entries more the table takes; `null` where a few keys were asked for only. */
      readonly room: number | null;
    }
  | { readonly problem: string };

/**
 * By proxy. A command must be able to name every key. Rejects when the signal aborts, unless it
 * aborts by a deadline.
 */
export async function readPremises(access: ReadAccess, keys: readonly string[]): Promise<ReadonlyMap<string, Premise>> {
  const limit = pLimit(access.concurrency);
  const premises = [...access.readers].map(([proxy, reader]) =>
    limit(async (): Promise<readonly [string, Premise]> => {
      const entries = new Map<string, EntryState>(keys.map((key) => [key, null]));
      try {
        const isMany = keys.length >= DUMPED_FROM;
        const servers = await reader.premise(isMany ? [] : keys, collectInto(entries), access.signal);
        const room = isMany ? await readDump(reader, entries, access.signal) : null;
        return [proxy, { servers, entries, room }];
      } catch (error) {
        if (isOwnFault(error, access.signal)) throw access.signal.aborted ? access.signal.reason : error;
        return [proxy, { problem: (error as Error).message }];
      }
    }),
  );
  return new Map(await Promise.all(premises));
}
