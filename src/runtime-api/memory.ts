// Memory that may not be there: what cannot be had becomes trouble of the proxy whose answer needs
// it.

import { ProtocolError } from '../errors.ts';
import { outOfMemoryTrouble } from './answer-trouble.ts';

/**
 * What `allocate` gives; where it throws, the trouble of the proxy that is being read. `allocate`
 * does nothing but get memory: whatever it throws means that there is none. `what` names what was
 * to be kept, for people.
 */
export function inMemory<T>(what: string, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    throw new ProtocolError(outOfMemoryTrouble(what), { cause });
  }
}
