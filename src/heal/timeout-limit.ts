// How long a heal waits for one proxy that has gone silent: its looks are many, and each of them
// has the whole deadline of a conversation.

import type { Trouble } from '../domain/proxy.ts';
import { TransportError } from '../errors.ts';
import type { Dump, TableReader } from '../runtime-api/table-reader.ts';

/**
 * A single ask may meet a moment of load; after this many in a row the proxy is not asked again.
 */
const MOST_IN_A_ROW = 2;

/**
 * The same reader, until it has let `MOST_IN_A_ROW` asks in a row run into their deadline: then
 * every further ask rejects at once with the last of these troubles. What is not asked is not
 * verified, so a conference that this proxy decides on is never called healed.
 */
export function limitTimeouts(reader: TableReader): TableReader {
  let inARow = 0;
  let last: TransportError | null = null;
  const patiently = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (last !== null && inARow >= MOST_IN_A_ROW) throw last;
    try {
      const answer = await ask();
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
    state: (...words) => patiently(() => reader.state(...words)),
    dump: (...words) => patiently(() => reader.dump(...words)),
    entries: (...words) => patiently(() => reader.entries(...words)),
    premise: (...words) => patiently(() => reader.premise(...words)),
    checkProcess: (...words) => patiently(() => reader.checkProcess(...words)),
    fillsKeyLength: (...words) => patiently(() => reader.fillsKeyLength(...words)),
    close: () => reader.close(),
  };
}

/** A dump that a deadline cut comes back as what had come of it. */
function brokenBy(answer: unknown): Trouble | null {
  const isDump = typeof answer === 'object' && answer !== null && 'brokenBy' in answer;
  return isDump ? (answer as Dump).brokenBy : null;
}
