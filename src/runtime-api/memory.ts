// Memory that may be missing: an allocation that fails becomes trouble of the proxy whose answer
// needs it.

import { ProtocolError } from '../errors.ts';
import { outOfMemoryTrouble } from './answer-trouble.ts';

/**
 * Returns what `allocate` returns. If it throws, throws the trouble of the proxy that is being
 * read. `allocate` must only allocate: any error means that there is no memory. `what` names what
 * is kept, for people.
 */
export function inMemory<T>(what: string, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    throw new ProtocolError(outOfMemoryTrouble(what), { cause });
  }
}
