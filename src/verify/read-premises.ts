// What a write stands on, asked right before it: every proxy's process, its servers, and what it
// holds for the keys.

import pLimit from 'p-limit';
import type { EntryState } from '../domain/plan.ts';
import type { Server } from '../domain/server.ts';
import { collectInto, DUMPED_FROM, isOwnFault, type ReadAccess, readDump } from './read-entries.ts';

/**
 * `servers` are as they are now; a proxy that could not be asked, or is another process now, says
 * why.
 */
export type Premise =
  | { readonly entries: ReadonlyMap<string, EntryState>; readonly servers: readonly Server[] }
  | { readonly problem: string };

/**
 * By proxy. Every key must be one that a command can name. Rejects when the signal aborts, unless
 * that was a deadline.
 */
export async function readPremises(access: ReadAccess, keys: readonly string[]): Promise<ReadonlyMap<string, Premise>> {
  const limit = pLimit(access.concurrency);
  const premises = [...access.readers].map(([proxy, reader]) =>
    limit(async (): Promise<readonly [string, Premise]> => {
      const entries = new Map<string, EntryState>(keys.map((key) => [key, null]));
      try {
        const isMany = keys.length >= DUMPED_FROM;
        const servers = await reader.premise(isMany ? [] : keys, collectInto(entries), access.signal);
        if (isMany) await readDump(reader, entries, access.signal);
        return [proxy, { servers, entries }];
      } catch (error) {
        if (isOwnFault(error, access.signal)) throw access.signal.aborted ? access.signal.reason : error;
        return [proxy, { problem: (error as Error).message }];
      }
    }),
  );
  return new Map(await Promise.all(premises));
}
