// Limits how long a heal waits for a proxy that no longer answers: a heal reads many times, and
// each read may take until its deadline.

import type { Trouble } from '../domain/proxy.ts';
import { TransportError } from '../errors.ts';
import type { Dump, TableReader } from '../runtime-api/table-reader.ts';

/** A single timeout may come from a moment of load. After this many in a row, reading stops. */
const MOST_TIMEOUTS = 2;

/**
 * The same reader, until `MOST_TIMEOUTS` reads in a row have timed out. Then every further read
 * rejects at once with the last of these errors. The conferences of a proxy that is not read are
 * not verified, so none of them is called healed.
 */
export function limitTimeouts(reader: TableReader): TableReader {
  let inARow = 0;
  let last: TransportError | null = null;
  const limited = async <T>(read: () => Promise<T>): Promise<T> => {
    if (last !== null && inARow >= MOST_TIMEOUTS) throw last;
    try {
      const answer = await read();
      const broken = brokenBy(answer);
      if (broken?.code !== 'timeout') inARow = 0;
      else {
        inARow++;
        last = new TransportError(broken);
      }
      return answer;
    } catch (error) {
      if (error instanceof TransportError && error.code === 'timeout') {
        inARow++;
        last = error;
      } else inARow = 0;
      throw error;
    }
  };
  return {
    state: (...args) => limited(() => reader.state(...args)),
    dump: (...args) => limited(() => reader.dump(...args)),
    entries: (...args) => limited(() => reader.entries(...args)),
    premise: (...args) => limited(() => reader.premise(...args)),
    checkProcess: (...args) => limited(() => reader.checkProcess(...args)),
    fillsKeyLength: (...args) => limited(() => reader.fillsKeyLength(...args)),
    close: () => reader.close(),
  };
}

/** A dump that timed out is not an error: it has what arrived, and the reason why it ended. */
function brokenBy(answer: unknown): Trouble | null {
  const isDump = typeof answer === 'object' && answer !== null && 'brokenBy' in answer;
  return isDump ? (answer as Dump).brokenBy : null;
}
